using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class TornJournalWriteSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2), SqliteJournal(1, 2, 3, 4, 5, 6)]
    public void A_follower_that_loses_power_between_two_writes_recovers_to_the_last_durable_one(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.One("durable", 3);
        cluster.Run(Milliseconds(100));
        var durable = cluster.StatusOf(follower)!;
        Assert.Equal(durable.LastIndex, durable.PersistedIndex);

        cluster.HoldWrites(follower);
        long torn = cluster.One("torn " + new string('x', 20_000), 2);
        cluster.Run(Milliseconds(100));
        Assert.Equal((torn, durable.PersistedIndex),
            (cluster.StatusOf(follower)!.LastIndex, cluster.StatusOf(follower)!.PersistedIndex));
        cluster.LosePower(follower, torn: true);

        // By itself it recovers to what was durable, in the term that was.
        cluster.CutOff(follower);
        cluster.Restart(follower);
        cluster.Await(() => cluster.StatusOf(follower) is not null, "the follower has recovered", Seconds(1));
        var recovered = cluster.StatusOf(follower)!;
        Assert.Equal((durable.StoreId, durable.Term, durable.LastIndex),
            (recovered.StoreId, recovered.Term, recovered.LastIndex));

        // And with the others it gets what it lost.
        cluster.Heal(follower);
        cluster.One("after", 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_leader_that_loses_power_before_its_own_write_has_lost_nothing_that_was_acknowledged(
        JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);

        // Two followers are a majority: the leader acknowledges what it does not have itself.
        cluster.HoldWrites(leader);
        Assert.NotNull(cluster.Await(cluster.Propose(leader, "acknowledged")).Proposed);
        cluster.LosePower(leader, torn: true);
        cluster.Restart(leader);

        cluster.One("after", 3);
        cluster.CheckNothingLost();
        Assert.Equal(["before", "acknowledged", "after"], leader.Log.Select(applied => applied.Text));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Nothing_is_acknowledged_that_fewer_than_a_majority_have_on_disk(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);

        foreach (var follower in Others(cluster, leader))
            cluster.HoldWrites(follower);
        var proposal = cluster.Propose(leader, "not durable");
        cluster.CheckNever(() => proposal.Proposed is not null, Seconds(2),
            "A proposal was acknowledged that only one disk has.");
        foreach (var peer in cluster.Peers)
            cluster.LosePower(peer, torn: true);
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);

        cluster.One("after", 3);
        cluster.CheckNothingLost();
        Assert.Equal(["before", "after"],
            cluster.Peers[0].Log.Select(applied => applied.Text).Where(text => text != "not durable"));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_leader_does_not_count_itself_before_its_own_write(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);

        cluster.CutOff(Others(cluster, leader)[0]);
        cluster.HoldWrites(leader);
        var proposal = cluster.Propose(leader, "on one disk");
        cluster.CheckNever(() => proposal.IsDone, Milliseconds(500),
            "An entry was acknowledged that only one follower's disk has.");
        cluster.ReleaseWrites(leader);

        Assert.NotNull(cluster.Await(proposal, Seconds(1)).Proposed);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_heartbeat_does_not_acknowledge_what_is_still_being_written(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        var (slow, away) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);

        cluster.CutOff(away);
        cluster.HoldWriteConfirmations(slow);
        var proposal = cluster.Propose(leader, "slow");
        cluster.CheckNever(() => proposal.IsDone, Milliseconds(500),
            "An entry was acknowledged before its write was confirmed.");
        cluster.ReleaseWrites(slow);

        Assert.NotNull(cluster.Await(proposal, Seconds(1)).Proposed);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_heartbeat_does_not_acknowledge_what_is_replaced_while_that_is_still_being_written(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var old = cluster.CheckSingleLeader();
        cluster.One("before", 3);

        // A leader that was cut off has durable entries of its own, at the indexes of those that will replace them.
        cluster.CutOff(old);
        for (int i = 0; i < 10; i++)
            cluster.Propose(old, $"replaced {i}", ReplyWhen.Appended);
        var leader = cluster.CheckSingleLeader();
        cluster.AwaitCommitted(cluster.One("new", 2), 2);

        // It returns as the only follower, and has the new entries in memory only.
        cluster.HoldWrites(old);
        cluster.CutOff(Others(cluster, old).Single(peer => peer != leader));
        cluster.Heal(old);
        var proposal = cluster.Propose(leader, "on one disk");
        cluster.CheckNever(() => proposal.IsDone, Milliseconds(450),
            "An entry was acknowledged before it replaced another on disk.");
        cluster.ReleaseWrites(old);

        Assert.NotNull(cluster.Await(proposal, Seconds(1)).Proposed);
    }
}
