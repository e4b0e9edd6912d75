using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RaftActors.Bench;

/// <summary>How leases are measured.</summary>
/// <param name="Rounds">How often leases and proposals are measured in turn.</param>
/// <param name="Count">How many leases, and how many proposals, a round has.</param>
/// <param name="Leases">How many leases the three nodes hold while they are idle.</param>
/// <param name="Seconds">How long idle nodes are measured.</param>
/// <param name="Trials">How often a holder is killed: so often one that follows, and so often one that leads.</param>
internal sealed record LeaseOptions(int Rounds, int Count, int Leases, double Seconds, int Trials);

/// <summary>What idle nodes use, with and without leases.</summary>
/// <param name="Leases">How many leases they hold.</param>
/// <param name="EntriesAnInterval">How many entries are committed in a heartbeat interval of the leases.</param>
/// <param name="Cores">Processor time of each node as a share of a core.</param>
internal sealed record IdleLeases(int Leases, double EntriesAnInterval, IReadOnlyList<double> Cores);

/// <summary>A holder was killed.</summary>
/// <param name="Led">Whether its peer led the lease group.</param>
/// <param name="Milliseconds">The milliseconds from the kill until another owner was granted the lease.</param>
internal sealed record LeaseTrial(bool Led, double Milliseconds);

/// <summary>
/// Measures leases on three nodes: how fast one is granted, what many cost idle nodes, and when another owner gets the
/// lease of a killed holder.
/// </summary>
internal static class LeaseBench
{
    // The defaults of the leases.
    private const double TimeToLive = 10_000;
    private const double HeartbeatInterval = 1;

    /// <summary>Measures and prints the results.</summary>
    public static async Task<int> RunAsync(LeaseOptions options, string? jsonFile, string? label, string? data,
        CancellationToken stop)
    {
        Console.WriteLine(Results.Machine());
        await using var nodes = new ThreeNodes(data, "lease-node");
        await nodes[0].AskAsync("lead", stop);
        var rounds = await AcquireAsync(nodes, options, stop);
        IdleLeases[] idle = [await IdleAsync(nodes, 0, options.Seconds, stop), await HoldAsync(nodes, options, stop)];
        var trials = new List<LeaseTrial>();
        for (var trial = 0; trial < 2 * options.Trials; trial++)
            trials.Add(await KillAsync(nodes, trial, leads: trial % 2 == 1, stop));
        foreach (var kind in trials.GroupBy(static trial => trial.Led))
        {
            Console.WriteLine($"killed holder that {(kind.Key ? "led" : "followed")}: granted to another after "
                + Spread.Of(kind.Select(static trial => trial.Milliseconds)));
        }
        await Results.AppendAsync(jsonFile, "lease-rounds", label, rounds);
        await Results.AppendAsync(jsonFile, "lease-idle", label, idle);
        await Results.AppendAsync(jsonFile, "lease-trials", label, trials);
        return 0;
    }

    private static async Task<List<LeaseRound>> AcquireAsync(ThreeNodes nodes, LeaseOptions options,
        CancellationToken stop)
    {
        string order = $"round {options.Count.ToString(CultureInfo.InvariantCulture)}";
        // The first round is not counted: code is compiled.
        await nodes[0].AskAsync(order, stop);
        var rounds = new List<LeaseRound>();
        for (var round = 0; round < options.Rounds; round++)
            rounds.Add(JsonSerializer.Deserialize<LeaseRound>(await nodes[0].AskAsync(order, stop))!);
        Console.WriteLine($"{options.Rounds} rounds of {options.Count}, one at a time, on the leader's node");
        Console.WriteLine($"acquire a free lease, p50: {Spread.Of(rounds.Select(static round => round.Acquire))}");
        Console.WriteLine($"durable proposal, p50: {Spread.Of(rounds.Select(static round => round.Propose))}");
        var ratios = Spread.Of(rounds.Select(static round => round.Acquire / round.Propose));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio: median {ratios.Median:0.00}, from {ratios.Least:0.00} to {ratios.Most:0.00}"));
        return rounds;
    }

    private static async Task<IdleLeases> HoldAsync(ThreeNodes nodes, LeaseOptions options, CancellationToken stop)
    {
        var since = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(node => nodes[node].AskAsync(
            $"hold {((options.Leases + 2 - node) / 3).ToString(CultureInfo.InvariantCulture)}", stop)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Leases} leases acquired within {since.Elapsed.TotalSeconds:0.0} s"));
        return await IdleAsync(nodes, options.Leases, options.Seconds, stop);
    }

    private static async Task<IdleLeases> IdleAsync(ThreeNodes nodes, int leases, double seconds,
        CancellationToken stop)
    {
        // What was begun before has its time to end.
        await Task.Delay(TimeSpan.FromSeconds(5), stop);
        var before = await CountersAsync(nodes, stop);
        await Task.Delay(TimeSpan.FromSeconds(seconds), stop);
        var after = await CountersAsync(nodes, stop);
        if (after.Sum(static node => node.Held) != leases)
            throw new BenchException($"The nodes hold {after.Sum(static node => node.Held)} leases, not {leases}.");
        double elapsed = after[0].Process.Seconds - before[0].Process.Seconds;
        double[] cores = [.. after.Zip(before, static (end, start) =>
            (end.Process.ProcessorSeconds - start.Process.ProcessorSeconds)
                / (end.Process.Seconds - start.Process.Seconds))];
        var idle = new IdleLeases(
            leases, (after[0].CommitIndex - before[0].CommitIndex) / elapsed * HeartbeatInterval, cores);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"idle for {elapsed:0} s with {leases} leases: {idle.EntriesAnInterval:0.00} entries a heartbeat, ")
            + $"processor time {string.Join(", ", cores.Select(static core =>
                core.ToString("0.0%", CultureInfo.InvariantCulture)))} of a core");
        return idle;
    }

    private static async Task<LeaseCounters[]> CountersAsync(ThreeNodes nodes, CancellationToken stop) =>
        [.. (await nodes.AskAllAsync("counters", stop)).Select(static answer =>
            JsonSerializer.Deserialize<LeaseCounters>(answer)!)];

    private static async Task<LeaseTrial> KillAsync(ThreeNodes nodes, int trial, bool leads, CancellationToken stop)
    {
        int holder = 1 + (trial / 2 % 2), other = holder == 1 ? 2 : 1;
        await nodes[leads ? holder : 0].AskAsync("lead", stop);
        string order = $"acquire killed-{trial.ToString(CultureInfo.InvariantCulture)}";
        await nodes[holder].AskAsync(order, stop);
        var granted = nodes[other].AskAsync(order, stop);
        // At a random moment between two signs of life.
        await Task.Delay(TimeSpan.FromMilliseconds(2000 + Random.Shared.Next(1000)), stop);
        nodes[holder].Process.Kill();
        var since = Stopwatch.StartNew();
        await granted;
        var result = new LeaseTrial(leads, since.Elapsed.TotalMilliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{trial + 1,4}  holder {(leads ? "led" : "followed"),-8} {result.Milliseconds,8:0} ms, time to live "
                + $"{TimeToLive:0} ms"));
        await nodes[holder].Process.WaitForExitAsync(stop);
        nodes.Start(holder);
        await nodes[holder].AskAsync("counters", stop);
        return result;
    }
}
