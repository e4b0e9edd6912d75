using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RaftActors.Bench;

/// <summary>
/// Measures three nodes with many groups: how long their creation takes, what they cost while they are idle, how fast
/// they are, and when they have leaders again after a kill.
/// </summary>
internal sealed class GroupsBench(GroupsOptions options, ThreeNodes nodes, CancellationToken stop)
{
    private const int CreationSeconds = 150;
    private const int WarmUpGroups = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Polling = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private int _created;

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(GroupsOptions options, CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        await using var nodes = new ThreeNodes(options.DataDirectory, "group-node", "--settings", options.Settings);
        await new GroupsBench(options, nodes, stop).RunAsync();
        return 0;
    }

    private async Task RunAsync()
    {
        // Code is compiled with the first groups, and they are not counted.
        await CreateAsync(WarmUpGroups);
        // Afterwards they rest, and cost what they will cost at the end.
        await Task.Delay(Settling, stop);
        var before = await MemoryAsync();
        var created = await CreateAsync(Math.Max(1, options.Groups - WarmUpGroups));
        if (Has(GroupsPart.Create))
            await WriteAsync("groups-created", created);
        if (Has(GroupsPart.Idle))
            await WriteAsync("groups-idle", await IdleAsync(before));
        if (Has(GroupsPart.Load))
            await LoadAllAsync();
        if (Has(GroupsPart.Snapshots))
            await WriteAsync("groups-snapshots", await SnapshotsAsync());
        if (Has(GroupsPart.Kill))
            await WriteAsync("groups-kill", await KillAsync());
    }

    private bool Has(GroupsPart part) => options.What.Contains(part);

    private Task WriteAsync<T>(string kind, T result) =>
        Results.AppendAsync(options.JsonFile, kind, options.Label, [result]);

    private static string Order(string word, params IEnumerable<int> numbers) =>
        string.Join(' ', numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture)).Prepend(word));

    private async Task<T[]> AllAsync<T>(string order) =>
        [.. (await nodes.AskAllAsync(order, stop)).Select(static answer => JsonSerializer.Deserialize<T>(answer)!)];

    private Task<GroupMemory[]> MemoryAsync() => AllAsync<GroupMemory>("memory");

    private Task<GroupCounters[]> CountersAsync() => AllAsync<GroupCounters>("counters");

    private async Task<GroupsCreated> CreateAsync(int count)
    {
        int first = _created;
        _created += count;
        var before = await CountersAsync();
        var since = Stopwatch.StartNew();
        int led = 0;
        foreach (int[] some in Enumerable.Range(first, count).Chunk(options.Together))
        {
            await nodes.AskAllAsync(Order("create", some[0], some.Length), stop);
            do
            {
                if (since.Elapsed.TotalSeconds > CreationSeconds)
                    throw new BenchException($"Only {led} of {_created} groups are led after {CreationSeconds} s.");
                await Task.Delay(Polling, stop);
                led = (await CountersAsync()).Sum(static node => node.Led);
            }
            while (led <= some[^1]);
        }
        double seconds = since.Elapsed.TotalSeconds;
        double processor = (await CountersAsync()).Zip(before,
            static (end, start) => end.Process.ProcessorSeconds - start.Process.ProcessorSeconds).Sum();
        int applied = (await AllAsync<int>(Order("propose", first, count, CreationSeconds))).Sum();
        if (applied < count)
            throw new BenchException($"Only {applied} of {count} groups applied an entry.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} groups were created, {options.Together} at a time, and led within {seconds:0.00} s, with "
                + $"{processor:0.0} s of processor time; all had applied an entry after "
                + $"{since.Elapsed.TotalSeconds:0.00} s"));
        await SpreadAsync();
        return new GroupsCreated(count, seconds, processor) { AppliedSeconds = since.Elapsed.TotalSeconds };
    }

    // Until each node leads the groups that it is to lead.
    private async Task SpreadAsync()
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < Patience)
        {
            if ((await CountersAsync()).Index().All(node => node.Item.Led >= (_created + 2 - node.Index) / 3))
                break;
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
        }
        int[] led = [.. (await CountersAsync()).Select(static node => node.Led)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"leaders after {since.Elapsed.TotalSeconds:0} s more: {string.Join(", ", led)} of {_created} groups"));
    }

    private async Task<IdleGroups> IdleAsync(GroupMemory[] compiled)
    {
        await Task.Delay(Settling, stop);
        var before = await CountersAsync();
        await Task.Delay(TimeSpan.FromSeconds(options.IdleSeconds), stop);
        var after = await CountersAsync();
        var memory = await MemoryAsync();
        double seconds = after[0].Process.Seconds - before[0].Process.Seconds;
        double[] cores = [.. after.Zip(before, static (end, start) =>
            (end.Process.ProcessorSeconds - start.Process.ProcessorSeconds)
                / (end.Process.Seconds - start.Process.Seconds))];
        double[] aGroup = [.. memory.Zip(compiled, (full, bare) =>
            (full.Managed - bare.Managed) / (double)(_created - WarmUpGroups))];
        var idle = new IdleGroups(_created, cores, [.. memory.Select(static node => node.Resident)],
            [.. memory.Select(static node => node.Managed)], aGroup,
            after.Zip(before, static (end, start) => end.Messages - start.Messages).Sum() / seconds,
            after.Zip(before, static (end, start) => end.Bytes - start.Bytes).Sum() / seconds,
            after.Zip(before, static (end, start) => end.Elections - start.Elections).Sum());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_created} groups idle for {seconds:0} s: processor time {Each(cores, "0.0%")} of a core"));
        Console.WriteLine($"resident {Each(idle.Resident.Select(Mebi), "0")} MiB, managed "
            + $"{Each(idle.Managed.Select(Mebi), "0.0")} MiB, managed bytes a group {Each(aGroup, "0")}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{idle.Messages:0} messages and {idle.Bytes / 1024:0} KiB a second between the nodes, "
                + $"{idle.Elections} elections"));
        return idle;
    }

    private async Task LoadAllAsync()
    {
        double first = 0;
        foreach (int active in options.Active.Where(active => active <= _created))
        {
            string order = Order("load", active, options.Clients, options.Seconds);
            var results = (await AllAsync<LoadResult?>(order)).OfType<LoadResult>().ToList();
            double operations = results.Sum(static result => result.OperationsPerSecond);
            first = first == 0 ? operations : first;
            var load = new GroupsLoad(_created, active, options.Clients, operations, operations / first,
                results.Max(static result => result.P50), results.Max(static result => result.P99),
                results.Sum(static result => result.Failures));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{active,5} active of {_created} groups, C={options.Clients}: {operations,8:0}/s  ratio "
                    + $"{load.Ratio:0.00}  p50 {load.P50:0.00}  p99 {load.P99:0.00} ms  {load.Failures} failed"));
            await WriteAsync("groups-load", load);
        }
    }

    private async Task<GroupsSnapshots> SnapshotsAsync()
    {
        int idle = _created - 1, first = _created, count = options.Snapshots;
        await CreateAsync(count);
        await nodes.AskAllAsync(Order("stop-behind", first, count), stop);
        await nodes.AskAllAsync(Order("fill", first, count, options.Mebibytes), stop);
        await Task.Delay(Settling, stop);
        await nodes.AskAllAsync(Order("probe", idle), stop);
        await Task.Delay(TimeSpan.FromSeconds(options.IdleSeconds), stop);
        var before = await AllAsync<ProbeResult>("probed");

        long elections = (await CountersAsync()).Sum(static node => node.Elections);
        await nodes.AskAllAsync(Order("probe", idle), stop);
        var since = Stopwatch.StartNew();
        await nodes.AskAllAsync(Order("start-behind", first, count), stop);
        int installed = 0;
        while (installed < count && since.Elapsed < 2 * Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
            installed = (await AllAsync<int>(Order("installed", first, count))).Sum();
        }
        double seconds = since.Elapsed.TotalSeconds;
        var meanwhile = await AllAsync<ProbeResult>("probed");
        elections = (await CountersAsync()).Sum(static node => node.Elections) - elections;
        if (installed < count)
            throw new BenchException($"Only {installed} of {count} snapshots were installed in {seconds:0} s.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} snapshots of {options.Mebibytes} MiB installed in {seconds:0.0} s, {elections} elections"));
        Console.WriteLine("a proposal to an idle group, p99 of each node: before "
            + $"{Each(before.Select(static node => node.P99), "0.00")} ms, meanwhile "
            + $"{Each(meanwhile.Select(static node => node.P99), "0.00")} ms");
        return new GroupsSnapshots(_created, count, options.Mebibytes, seconds, before, meanwhile, elections);
    }

    private async Task<GroupsKill> KillAsync()
    {
        const int killed = 0;
        await Task.Delay(Settling, stop);
        var led = JsonSerializer.Deserialize<Dictionary<string, long>>(await nodes[killed].AskAsync("led", stop))!;
        long kill = Stopwatch.GetTimestamp();
        await nodes[killed].KillAsync();
        var again = new Dictionary<string, double>();
        while (again.Count < led.Count && Stopwatch.GetElapsedTime(kill) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
            // The stopwatch of .NET on Linux is the monotonic clock of the machine: the same in all processes.
            foreach (int node in (int[])[1, 2])
            {
                string answer = await nodes[node].AskAsync("led", stop);
                foreach (var (group, since) in JsonSerializer.Deserialize<Dictionary<string, long>>(answer)!)
                    if (since > kill && led.ContainsKey(group))
                        again.TryAdd(group, Stopwatch.GetElapsedTime(kill, since).TotalMilliseconds);
            }
        }
        if (again.Count == 0)
            throw new BenchException($"None of {led.Count} groups of the killed node is led again.");
        var spread = Spread.Of(again.Values);
        Console.WriteLine($"killed the leader of {led.Count} of {_created} groups: {again.Count} are led again, "
            + $"{spread}");

        var restart = Stopwatch.StartNew();
        nodes.Start(killed);
        await nodes[killed].AskAsync(Order("resume", 0, _created), stop);
        int known = 0;
        while (known < _created && restart.Elapsed < 2 * Patience)
        {
            string answer = await nodes[killed].AskAsync("counters", stop);
            known = JsonSerializer.Deserialize<GroupCounters>(answer)!.Known;
            await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
        }
        double seconds = restart.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"the killed node was started again, and knows the leaders of {known} groups after {seconds:0.0} s"));
        return new GroupsKill(_created, led.Count, again.Count, spread.Median, spread.Most, seconds);
    }

    private static double Mebi(long bytes) => bytes / (1024.0 * 1024);

    private static string Each(IEnumerable<double> figures, string format) =>
        string.Join(", ", figures.Select(figure => figure.ToString(format, CultureInfo.InvariantCulture)));
}
