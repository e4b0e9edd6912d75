using System.Text;
using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;
using PendingProposal = RaftActors.TestKit.PendingProposal;

namespace RaftActors.Tests.Scenarios.Limits;

/// <summary>
/// More than a group can do: the excess is refused at once, what was taken is done, and afterwards everything is as
/// before.
/// </summary>
public sealed class OverloadSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_excess_is_refused_at_once_and_the_rest_is_done(bool atTheLeader)
    {
        using var cluster = StartSmall();
        var leader = cluster.CheckSingleLeader();
        var peer = atTheLeader ? leader : After(cluster, leader);

        // Twice what may be pending, again and again, before the first is answered.
        var proposals = new List<PendingProposal>();
        for (int round = 0; round < 10; round++)
        {
            proposals.AddRange(Enumerable.Range(0, 40).Select(i => cluster.Propose(peer, $"{round}-{i}")));
            cluster.Run(Milliseconds(5));
        }
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all are answered");

        var refused = proposals.Where(proposal => proposal.Failed is not null).ToList();
        Assert.InRange(refused.Count, 1, proposals.Count - 20);
        Assert.All(refused, proposal => Assert.Equal(FailureReason.Overloaded, proposal.Failed!.Reason));
        AssertDone(cluster, proposals);
        AssertAsBefore(cluster, peer);
    }

    [Fact]
    public void A_log_does_not_grow_beyond_its_bound_while_the_quorum_comes_and_goes()
    {
        using var cluster = StartSmall();
        // The leader's first entry is committed.
        cluster.One("first", expectedPeers: 3);
        long committed = 0;
        for (int round = 0; round < 8; round++)
        {
            var leader = cluster.CheckSingleLeader();
            var (one, other) = (After(cluster, leader), After(cluster, leader, 2));
            committed = cluster.StatusOf(leader)!.CommitIndex;
            // The leader's entries go nowhere, but it hears its followers: their acknowledgements of earlier messages.
            cluster.CutLink(leader, one);
            cluster.CutLink(leader, other);
            for (int i = 0; i < 60; i++)
                cluster.Propose(leader, $"{round}-{i}");
            cluster.Run(Milliseconds(100));

            Assert.InRange(cluster.StatusOf(leader)!.LastIndex - committed, 1, 20);
            cluster.HealAll();
        }
        cluster.One("settled", expectedPeers: 3);
        AssertAsBefore(cluster, cluster.CheckSingleLeader());
    }

    [Fact]
    public void Clients_with_more_work_than_the_group_can_take_get_all_of_it_done()
    {
        using var cluster = StartSmall();
        var process = cluster.StartClient();
        var clients = Enumerable.Range(0, 5).Select(i => RaftClient.Start(process.System,
            new RaftClientSettings { Group = "test", Resolver = process.Resolver,
                Addresses = cluster.Peers.Select(peer => peer.Address).ToList(), RandomSeed = i })).ToList();

        var proposals = Enumerable.Range(0, 1000)
            .Select(i => clients[i % 5].ProposeAsync(Encoding.UTF8.GetBytes($"{i}"))).ToList();
        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsCompleted), "all are answered", Seconds(60));

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        Assert.Equal(1000,
            cluster.CheckSingleLeader().Log.Select(command => Encoding.UTF8.GetString((byte[])command.Command))
            .Distinct().Count());
        AssertAsBefore(cluster, cluster.CheckSingleLeader());
    }

    private RaftCluster StartSmall() =>
        Start(3, change: settings => settings with { Raft = raft => raft with { MaxPendingProposals = 20 } });

    private static void AssertDone(RaftCluster cluster, List<PendingProposal> proposals)
    {
        cluster.CheckNothingLost();
        int applied = cluster.CheckSingleLeader().Log.Count;
        Assert.Equal(proposals.Count(proposal => proposal.Proposed is not null), applied);
    }

    private static void AssertAsBefore(RaftCluster cluster, RaftPeer peer)
    {
        var start = cluster.Now;
        for (int i = 0; i < 20; i++)
            Assert.NotNull(cluster.Await(cluster.Propose(peer, $"after-{i}")).Proposed);
        Assert.InRange(cluster.Now - start, TimeSpan.Zero, Seconds(0.5));
    }
}
