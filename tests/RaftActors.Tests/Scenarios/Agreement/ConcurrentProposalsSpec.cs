using RaftActors.TestKit;
using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class ConcurrentProposalsSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    [EachJournal(3)]
    public void Five_at_once_get_five_indexes_in_one_term(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();

        var proposals = Enumerable.Range(0, 5).Select(i => cluster.Propose(leader, $"{i}")).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all proposals are answered",
            Seconds(2));

        Assert.Equal(5, proposals.Select(proposal => proposal.Proposed!.Index).Distinct().Count());
        Assert.Single(proposals.Select(proposal => proposal.Proposed!.Term).Distinct());
        cluster.Run(Seconds(1));
        cluster.CheckCommitted(proposals.Select(proposal => proposal.Proposed!.Index).ToArray());
    }

    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void Five_at_once_on_each_of_three_peers_get_fifteen_indexes(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.CheckSingleLeader();

        var proposals = cluster.Peers.SelectMany(peer =>
            Enumerable.Range(0, 5).Select(i => cluster.Propose(peer, $"{peer}:{i}"))).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all proposals are answered",
            Seconds(2));

        Assert.Equal(15, proposals.Select(proposal => proposal.Proposed!.Index).Distinct().Count());
        cluster.CheckNothingLost();
        Assert.Equal(15, leaderLog(cluster).Distinct().Count());

        static IEnumerable<string> leaderLog(RaftCluster cluster) =>
            cluster.CheckSingleLeader().Log.Select(applied => applied.Text);
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_proposal_is_answered_as_appended_before_it_is_committed(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        foreach (var follower in Others(cluster, leader))
            cluster.CutOff(follower);

        var proposal = cluster.Await(cluster.Propose(leader, "appended", ReplyWhen.Appended), Milliseconds(10));

        Assert.Equal(cluster.StatusOf(leader)!.LastIndex, proposal.Proposed!.Index);
        Assert.Null(proposal.Proposed.Response);
    }
}
