using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class LeaderCutOffAndReconnectedSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(3)]
    [EachJournal(5)]
    public void The_new_leader_stays_and_the_old_one_follows_in_its_term(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers);
        var old = cluster.CheckSingleLeader();

        cluster.CutOff(old);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        cluster.Heal(old);
        cluster.Run(Seconds(2));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_leader_that_was_away_for_less_than_an_election_timeout_still_leads(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        cluster.CutOff(leader);
        cluster.Run(Milliseconds(150));
        cluster.Heal(leader);
        cluster.Run(Seconds(2));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
