using System.Globalization;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class CommitSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(3)]
    [EachJournal(5)]
    public void Commit_one_at_one_index_on_every_peer(JournalKind journal, int peers)
    {
        using var cluster = StartWith(journal, peers);
        var leader = cluster.CheckSingleLeader();

        var proposal = cluster.Await(cluster.Propose(leader, "one"));
        cluster.Run(Seconds(1));

        long index = proposal.Proposed!.Index;
        cluster.CheckCommitted(index);
        Assert.Equal("one", cluster.CommittedAt(index).Command!.Text);
        Assert.All(cluster.Peers, peer => Assert.Equal(index, Assert.Single(peer.Log).Index));
    }

    [Theory]
    [EachJournal(3, 1)]
    [EachJournal(3, 2)]
    [EachJournal(5, 3)]
    public void Commit_many_each_at_one_index_on_every_peer_in_the_order_proposed(JournalKind journal, int peers,
        int seed)
    {
        using var cluster = StartWith(journal, peers, seed);
        var leader = cluster.CheckSingleLeader();

        var proposals = Enumerable.Range(0, 200)
            .Select(i => cluster.Propose(leader, i.ToString(CultureInfo.InvariantCulture))).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.Proposed is not null), "all proposals succeed",
            Seconds(2));
        cluster.Run(Seconds(1));

        long first = proposals[0].Proposed!.Index;
        Assert.Equal(Enumerable.Range(0, 200).Select(i => first + i),
            proposals.Select(proposal => proposal.Proposed!.Index));
        cluster.CheckCommitted(proposals.Select(proposal => proposal.Proposed!.Index).ToArray());
        foreach (var peer in cluster.Peers)
            Assert.Equal(Enumerable.Range(0, 200).Select(i => i.ToString(CultureInfo.InvariantCulture)),
                peer.Log.Select(applied => applied.Text));
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void Nothing_is_committed_before_it_is_proposed_and_indexes_follow_each_other(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        cluster.CheckSingleLeader();

        long previous = 0;
        for (int i = 1; i <= 3; i++)
        {
            cluster.CheckNotCommitted($"{i}", Milliseconds(200));
            long index = cluster.One($"{i}", 3, retry: false);
            Assert.True(previous == 0 || index == previous + 1);
            previous = index;
        }
    }
}
