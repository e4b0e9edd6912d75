using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios;

/// <summary>
/// A scenario over a whole cluster, in virtual time. What the cluster did is in the output of a test that failed, with
/// the seed that repeats it.
/// </summary>
public abstract class ScenarioSpec(ITestOutputHelper output) : IDisposable
{
    private string? _directory;
    private int _clusters;

    public void Dispose()
    {
        if (_directory is not null)
            Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected RaftCluster Start(int peers, int seed = 1,
        Func<RaftClusterSettings, RaftClusterSettings>? change = null)
    {
        var settings = new RaftClusterSettings { Peers = peers, Seed = seed, Output = output.WriteLine };
        return RaftCluster.Start(change is null ? settings : change(settings));
    }

    private protected RaftCluster StartWith(JournalKind journal, int peers, int seed = 1,
        Func<RaftClusterSettings, RaftClusterSettings>? change = null) =>
        Start(peers, seed, settings =>
        {
            var changed = settings with { Journal = Journal(journal) };
            return change is null ? changed : change(changed);
        });

    /// <summary>All peers but one.</summary>
    private protected static List<RaftPeer> Others(RaftCluster cluster, RaftPeer peer) =>
        cluster.Peers.Where(other => other != peer).ToList();

    /// <summary>The peers that follow one, in a ring.</summary>
    private protected static RaftPeer After(RaftCluster cluster, RaftPeer peer, int steps = 1)
    {
        int index = cluster.Peers.ToList().IndexOf(peer);
        return cluster.Peers[(index + steps) % cluster.Peers.Count];
    }

    /// <summary>So many peers, drawn from the cluster's seed.</summary>
    private protected static List<RaftPeer> Some(RaftCluster cluster, int count)
    {
        var peers = cluster.Peers.ToArray();
        cluster.Random.Shuffle(peers);
        return peers.Take(count).ToList();
    }

    private protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private protected static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private ClusterJournal Journal(JournalKind kind)
    {
        if (kind == JournalKind.InMemory)
            return ClusterJournal.InMemory;
        _directory ??= Directory.CreateTempSubdirectory("raft-scenario-").FullName;
        return ClusterJournal.Sqlite(Directory.CreateDirectory(Path.Combine(_directory, $"{_clusters++}")).FullName);
    }
}
