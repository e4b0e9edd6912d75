using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class NoCommitWithNoQuorumSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Nothing_commits_without_a_majority_and_on_return_the_logs_agree(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("5", 3);
        cluster.One("6", 3);

        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        foreach (var follower in Others(cluster, leader))
            cluster.CutOff(follower);
        var proposal = cluster.Propose(leader, "8");
        cluster.CheckNotCommitted("8");
        Assert.Null(proposal.Proposed);

        cluster.HealAll();
        cluster.CheckSingleLeader();
        Assert.True(cluster.CheckTerm() > term);
        cluster.One("9", 3);
        cluster.One("10", 3);
        cluster.CheckNothingLost();

        // "8" was appended by a leader that lost its majority: it may have been kept, by all, or replaced, by all.
        var expected = cluster.Peers[0].Log.Select(applied => applied.Text).ToList();
        Assert.All(cluster.Peers, peer => Assert.Equal(expected, peer.Log.Select(applied => applied.Text)));
        Assert.InRange(expected.Count(text => text == "8"), 0, 1);
    }
}
