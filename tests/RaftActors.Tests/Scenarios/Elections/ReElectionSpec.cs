using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class ReElectionSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Leaders_come_and_go_with_the_majority(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var first = cluster.CheckSingleLeader();

        // The leader is cut off: a new one.
        cluster.CutOff(first);
        var second = cluster.CheckSingleLeader();
        Assert.NotSame(first, second);
        long term = cluster.CheckTerm();

        // The old one returns: it follows.
        cluster.Heal(first);
        Assert.Same(second, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());

        // Two of three are cut off: no leader.
        cluster.CutOff(second);
        cluster.CutOff(first);
        cluster.CheckNoLeader();

        // The quorum is back: a leader.
        cluster.Heal(first);
        var third = cluster.CheckSingleLeader();
        term = cluster.CheckTerm();

        // The last one is back: no disturbance.
        cluster.Heal(second);
        cluster.Run(Seconds(2));
        Assert.Same(third, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }
}
