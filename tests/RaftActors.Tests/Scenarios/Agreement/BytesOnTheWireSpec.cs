using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class BytesOnTheWireSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(3, false)]
    [EachJournal(5, false)]
    [EachJournal(3, true)]
    [EachJournal(5, true)]
    public void Each_command_crosses_the_wire_to_each_follower_once(JournalKind journal, int peers, bool allAtOnce)
    {
        const int Commands = 50;
        const int Size = 5000;
        using var cluster = StartWith(journal, peers);
        var leader = cluster.CheckSingleLeader();
        cluster.One("first", peers);
        cluster.Run(Seconds(1));
        var before = Others(cluster, leader)
            .ToDictionary(follower => follower, follower => cluster.TrafficBetween(leader, follower));

        var proposals = new List<PendingProposal>();
        for (int i = 0; i < Commands; i++)
        {
            byte[] command = new byte[Size];
            cluster.Random.NextBytes(command);
            proposals.Add(cluster.Propose(leader, command));
            if (!allAtOnce)
                cluster.Await(proposals[^1]);
        }
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.Proposed is not null), "all proposals succeed",
            Seconds(5));
        cluster.Run(Seconds(1));

        // An entry's own overhead, and that of the heartbeats of the time that passed.
        const long Overhead = (Commands * 300) + 20_000;
        foreach (var (follower, traffic) in before)
        {
            long bytes = (cluster.TrafficBetween(leader, follower) - traffic).Bytes;
            Assert.InRange(bytes, Commands * Size, (Commands * Size) + Overhead);
        }
    }
}
