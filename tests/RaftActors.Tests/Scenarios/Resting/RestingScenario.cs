using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Resting;

/// <summary>A scenario with a group that rests after two idle election timeouts.</summary>
public abstract class RestingScenario(ITestOutputHelper output) : ScenarioSpec(output)
{
    private protected static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private protected static RaftSettings Resting(RaftSettings raft) =>
        raft with { RestAfter = 2, DigestInterval = TimeSpan.Zero };

    private protected static RaftPeer Leader(RaftCluster cluster) =>
        cluster.Peers.Single(peer => cluster.StatusOf(peer)?.Role == RaftRole.Leader);

    private protected static bool IsResting(RaftCluster cluster) =>
        cluster.Peers.All(peer => cluster.StatusOf(peer)?.IsResting == true);

    private protected RaftCluster StartResting(int peers, int seed = 1, Func<RaftSettings, RaftSettings>? change = null)
    {
        var cluster = Start(peers, seed, settings => settings with
        {
            Raft = raft => change is null ? Resting(raft) : change(Resting(raft)),
        });
        cluster.One("first", peers);
        cluster.Await(() => IsResting(cluster), "the group rests", Seconds(10));
        return cluster;
    }
}
