using RaftActors.Client;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class StalledDiskSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InMemoryJournal(1, 2, 3)]
    [SqliteJournal(1)]
    public void A_leader_whose_write_takes_longer_than_an_election_timeout_hands_over_and_follows_when_it_is_done(
        JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        cluster.Run(Milliseconds(200));

        cluster.HoldWrites(leader);
        var proposed = cluster.Await(cluster.Propose(leader, "stalls"));
        Assert.NotNull(proposed.Proposed);
        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Seconds(1));
        cluster.One("during", 2);
        cluster.ReleaseWrites(leader);

        cluster.One("after", 3);
        Assert.NotSame(leader, cluster.CheckSingleLeader());
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_leader_whose_disk_has_stalled_goes_on_when_nobody_can_take_over()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        var order = cluster.Hold(message => message.Original is TimeoutNow);
        cluster.HoldWrites(leader);

        for (int i = 0; i < 10; i++)
        {
            Assert.NotNull(cluster.Await(cluster.Propose(leader, $"{i}"), Seconds(1)).Proposed);
            cluster.Run(Milliseconds(300));
        }

        Assert.NotEmpty(order.Messages);
        order.Drop();
        cluster.ReleaseWrites(leader);
        cluster.CheckNothingLost();
    }
}
