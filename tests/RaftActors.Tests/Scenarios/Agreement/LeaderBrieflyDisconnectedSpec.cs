using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class LeaderBrieflyDisconnectedSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void Its_entries_stay_and_commits_go_on(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("5", 3);
        cluster.One("6", 3);

        cluster.CutOff(leader);
        cluster.Run(Milliseconds(90));
        cluster.Heal(leader);
        cluster.Run(Milliseconds(200));
        cluster.One("7", 3);

        Assert.Equal(["5", "6", "7"], leader.Log.Select(applied => applied.Text));
    }
}
