using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class LeaderFailureSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal, SqliteJournal]
    public void Commits_go_on_after_one_leader_is_lost_and_stop_after_two(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        cluster.One("101", 3, retry: false);

        cluster.CutOff(cluster.CheckSingleLeader());
        cluster.One("102", 2);
        cluster.Run(Seconds(1));
        cluster.One("103", 2);

        cluster.CutOff(cluster.CheckSingleLeader());
        foreach (var peer in cluster.Peers)
            cluster.Propose(peer, "104", ReplyWhen.Appended);
        cluster.CheckNotCommitted("104", Seconds(5));
    }

    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void A_leader_that_is_cut_off_acknowledges_nothing_and_returns_to_what_the_others_committed(
        JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("5", 5);
        cluster.One("6", 5);

        cluster.CutOff(leader);
        var lost = cluster.Propose(leader, "7");
        cluster.CheckSingleLeader();
        cluster.One("8", 4);
        Assert.Null(lost.Proposed);

        cluster.Heal(leader);
        cluster.CheckSingleLeader();
        cluster.One("9", 5);

        cluster.CheckNotCommitted("7");
        Assert.Equal(["5", "6", "8", "9"], leader.Log.Select(applied => applied.Text));
        Assert.True(cluster.Await(lost).Failed!.OutcomeUnknown);
    }
}
