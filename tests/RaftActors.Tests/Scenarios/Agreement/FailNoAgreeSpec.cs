using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class FailNoAgreeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void Nothing_commits_while_three_of_five_are_away_and_the_log_is_consistent_afterwards(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        cluster.One("10", 5, retry: false);

        var leader = cluster.CheckSingleLeader();
        for (int i = 1; i <= 3; i++)
            cluster.CutOff(After(cluster, leader, i));
        var appended = cluster.Await(cluster.Propose(leader, "20", ReplyWhen.Appended));
        Assert.NotNull(appended.Proposed);
        cluster.CheckNotCommitted("20", Seconds(3));

        cluster.HealAll();
        var second = cluster.CheckSingleLeader();
        var proposal = cluster.Await(cluster.Propose(second, "30"));
        Assert.InRange(proposal.Proposed!.Index, appended.Proposed.Index, appended.Proposed.Index + 3);

        cluster.One("1000", 5);
        cluster.CheckNothingLost();
    }
}
