using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class CheckQuorumSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(LinkDirection.Sent)]
    [EachJournal(LinkDirection.Received)]
    [EachJournal(LinkDirection.Both)]
    public void A_leader_that_loses_its_majority_in_one_direction_or_both_steps_down_and_another_leads(
        JournalKind journal, LinkDirection direction)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();

        cluster.DropAfter(leader, 0, direction);

        cluster.Await(() => cluster.StatusOf(leader)!.Role != RaftRole.Leader, "the leader steps down", Seconds(2));
        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Seconds(5));
        cluster.StopDropping(leader);
        cluster.CheckSingleLeader();
    }

    // All processes have just been started, on a machine that is busy.
    [Theory, InMemoryJournal, SqliteJournal]
    public void A_new_leader_whose_followers_are_slow_to_answer_for_the_first_time_goes_on(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        RaftPeer? leader = null;
        cluster.Await(
            () => (leader = cluster.Peers.FirstOrDefault(peer =>
            cluster.StatusOf(peer)?.Role == RaftRole.Leader)) is not null,
            "one leads",
            Seconds(5));
        long term = cluster.StatusOf(leader!)!.Term;

        cluster.DropAfter(leader!, 0, LinkDirection.Received);
        cluster.Run(Milliseconds(900));
        cluster.StopDropping(leader!);
        cluster.Run(Seconds(5));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
