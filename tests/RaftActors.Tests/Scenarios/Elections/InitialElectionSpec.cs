using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class InitialElectionSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1, 1)]
    [EachJournal(3, 1)]
    [EachJournal(3, 2)]
    [EachJournal(5, 3)]
    [EachJournal(7, 4)]
    public void One_leader_is_elected_in_one_term(JournalKind journal, int peers, int seed)
    {
        using var cluster = StartWith(journal, peers, seed);

        cluster.CheckSingleLeader();

        cluster.CheckTerm();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void The_term_stays_put_while_nothing_fails(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        cluster.Run(Seconds(30));

        Assert.Equal(term, cluster.CheckTerm());
        Assert.Same(leader, cluster.CheckSingleLeader());
    }
}
