using System.Diagnostics;
using System.Globalization;
using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;
using Xunit.Abstractions;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// Real nodes on real sockets and disks serve concurrent clients while nodes are killed and paused, the network between
/// them is cut, slowed and broken, and a disk is full. Whatever the clients saw has to be what a single store could
/// have answered. See docs/fault-test.md.
/// </summary>
public sealed class LinearizabilitySpec(ITestOutputHelper output)
{
    private const int Nodes = 3;
    private const int HttpClients = 12;
    private const int SessionClients = 6;
    private const int NodeOfDisk = 1;

    // A request is answered, if only by 503 or 504, well within the patience of the clients: so most end with an
    // outcome. Snapshots are taken every few seconds, of several chunks, and nodes that were away for longer need them.
    private const string Settings = "\nraftnode.http.request-timeout = 2 s\nraft.election-timeout { min = 300 ms, max "
        + "= 600 ms }\nraft.snapshot { entries = 2000, min-growth = 0, trailing-entries = 100, chunk-size = 8 KiB }\n";

    [Fact]
    public async Task What_clients_see_is_linearizable_whatever_happens_to_nodes_network_and_disk()
    {
        var duration = TimeSpan.FromSeconds(Number("RAFT_NEMESIS_SECONDS", 40));
        var seed = Number("RAFT_NEMESIS_SEED", Environment.TickCount);
        var file = Environment.GetEnvironmentVariable("RAFT_NEMESIS_HISTORY") is { Length: > 0 } named
            ? named
            : Path.Combine(AppContext.BaseDirectory, "nemesis-history.jsonl");
        output.WriteLine($"RAFT_NEMESIS_SEED={seed} RAFT_NEMESIS_SECONDS={duration.TotalSeconds}");

        FullDisk? disk = null;
        await using var cluster = await NodeCluster.StartAsync(Nodes, Settings, behindProxies: true,
            prepare: it => disk = FullDisk.Under(it, NodeOfDisk));
        if (disk is null)
            output.WriteLine("No full disk: neither can a tmpfs be mounted here nor is there prlimit.");
        await using var load = new RecordedLoad(cluster, HttpClients, SessionClients, seed);
        load.Start();
        await load.ProgressAsync(100);
        await AfflictAsync(cluster, load, new Faults(cluster, load, disk, NodeOfDisk, new Random(seed)),
            new Random(seed + 1), duration);
        var history = await load.EndAsync();
        KeyValueHistoryFile.Write(file, history);
        output.WriteLine($"{load.Summary}; written to {file}");

        var result = LinearizabilityChecker.Check(KeyValueModel.Instance, history);
        output.WriteLine(result.ToString());
        Assert.True(result.IsLinearizable, $"{result}\n\nRAFT_NEMESIS_SEED={seed}; the history is in {file}");
        Assert.Null(load.Contradiction);
        var settled = await cluster.SettledAsync();
        Assert.All(settled, status => Assert.Equal(settled[0].State, status.State));
    }

    /// <summary>
    /// Fault after fault; from the second round on often two at a time. After each everything is healed, and all nodes
    /// have to come back and clients to be served.
    /// </summary>
    private async Task AfflictAsync(NodeCluster cluster, RecordedLoad load, Faults faults, Random random,
        TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round == 0 || Stopwatch.GetElapsedTime(started) < duration; round++)
        {
            var kinds = faults.Kinds.OrderBy(_ => random.Next()).ToList();
            while (kinds.Count > 0 && (round == 0 || Stopwatch.GetElapsedTime(started) < duration))
            {
                var together = new List<Fault>();
                for (var count = round > 0 && random.Next(2) == 0 ? 2 : 1; count > 0 && kinds.Count > 0; count--)
                {
                    together.Add(await kinds[0]());
                    kinds.RemoveAt(0);
                }
                output.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s, {load.Acknowledged,6} "
                    + $"answered: {string.Join("; ", together.Select(fault => fault.Name))}");
                foreach (var fault in together)
                    await fault.Begin();
                await Task.Delay(random.Next(700, 2500));
                foreach (var fault in together)
                    await fault.End();
                await BackAsync(cluster, [.. together.Select(fault => fault.MayEnd).OfType<int>()]);
                await load.ProgressAsync(50);
            }
        }
    }

    /// <summary>Waits until all nodes are ready; those that a fault may have ended are started again.</summary>
    private static async Task BackAsync(NodeCluster cluster, IReadOnlyList<int> mayHaveEnded)
    {
        foreach (var node in mayHaveEnded)
            await cluster.BackAsync(node);
        await cluster.AllReadyAsync();
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : otherwise;
}
