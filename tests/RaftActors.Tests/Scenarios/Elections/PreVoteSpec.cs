using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class PreVoteSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void A_peer_that_returns_from_a_partition_does_not_raise_the_term(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var away = Others(cluster, leader)[0];

        cluster.CutOff(away);
        cluster.CheckNever(() => cluster.StatusOf(away)!.Term > term, Seconds(10),
            "A peer without a majority raised its term.");
        cluster.Heal(away);
        cluster.CheckNever(() => cluster.Peers.Any(peer => cluster.StatusOf(peer)!.Term > term), Seconds(5),
            "The term rose.");

        Assert.Same(leader, cluster.CheckSingleLeader());
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_peer_that_cannot_hear_the_leader_does_not_unseat_it(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var deaf = Others(cluster, leader)[0];

        cluster.CutLink(leader, deaf);

        cluster.CheckNever(() => cluster.Peers.Any(peer => cluster.StatusOf(peer)!.Term > term), Seconds(10),
            "The term rose.");
        Assert.Equal(RaftRole.Leader, cluster.StatusOf(leader)!.Role);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_peer_that_nobody_can_hear_does_not_unseat_the_leader(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var mute = Others(cluster, leader)[0];

        cluster.DropAfter(mute, 0, LinkDirection.Sent);
        cluster.Run(Seconds(5));
        cluster.StopDropping(mute);
        cluster.Run(Seconds(2));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
