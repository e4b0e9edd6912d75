using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Cluster.Tests;

/// <summary>Coordinators and peers in virtual time.</summary>
public sealed class VirtualNodesSpec(ITestOutputHelper output)
{
    private static readonly ClusterMembershipSettings Settings = new()
    {
        DesiredVoters = 5,
        Replacement = TimeSpan.FromSeconds(10),
    };

    [Fact]
    public void Nodes_that_come_become_learners_and_then_voters()
    {
        using var cluster = Start(out var nodes);
        cluster.One("first", expectedPeers: 3);
        RaftPeer[] founders = [.. cluster.Peers];

        var fourth = cluster.StartJoining();
        nodes.Up(fourth);
        nodes.AwaitMembers(founders, [fourth]);
        var fifth = cluster.StartJoining();
        nodes.Up(fifth);
        nodes.AwaitMembers(cluster.Peers);

        cluster.One("last", expectedPeers: 5);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_leader_that_leaves_hands_over_and_a_learner_takes_its_vote_before_it_goes()
    {
        using var cluster = Start(out var nodes, Settings with { DesiredVoters = 3 });
        RaftPeer[] founders = [.. cluster.Peers];
        var fourth = cluster.StartJoining();
        nodes.Up(fourth);
        nodes.AwaitMembers(founders, [fourth]);
        var leader = cluster.CheckSingleLeader();

        var canLeave = nodes.Leave(leader);
        Assert.True(cluster.RunUntil(canLeave, TimeSpan.FromSeconds(30)), "It cannot leave.");

        cluster.Stop(leader);
        nodes.Gone(leader);
        nodes.AwaitMembers(cluster.Peers.Except([leader]));
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_member_that_is_only_unreachable_keeps_its_vote()
    {
        using var cluster = Start(out var nodes, Settings with { DesiredVoters = 3 });
        RaftPeer[] founders = [.. cluster.Peers];
        var fourth = cluster.StartJoining();
        nodes.Up(fourth);
        nodes.AwaitMembers(founders, [fourth]);
        var follower = founders.First(peer => peer != nodes.Leader());

        cluster.CutOff(follower);
        nodes.Unreachable(follower);
        cluster.Run(TimeSpan.FromSeconds(60));
        nodes.AwaitMembers(founders, [fourth]);

        // The cluster downs the node.
        nodes.Gone(follower);
        nodes.AwaitMembers([.. founders.Except([follower]), fourth]);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void A_former_leader_that_is_cut_off_and_sees_all_others_gone_changes_nothing()
    {
        using var cluster = Start(out var nodes, Settings with { DesiredVoters = 3 });
        var leader = cluster.CheckSingleLeader();
        RaftPeer[] others = [.. cluster.Peers.Except([leader])];
        cluster.CutOff(leader);
        foreach (var other in others)
            nodes.Gone(other);
        cluster.Run(TimeSpan.FromSeconds(60));

        cluster.Heal(leader);
        foreach (var other in others)
            nodes.Up(other);
        nodes.AwaitMembers(cluster.Peers);
        cluster.CheckNothingLost();
    }

    [Fact]
    public void Whatever_happens_to_nodes_the_group_comes_to_its_voters_and_loses_nothing()
    {
        for (int seed = 1; seed <= 15; seed++)
            RunRandom(seed);
    }

    private void RunRandom(int seed)
    {
        using var cluster = Start(out var nodes, seed: seed);
        cluster.One($"begin {seed}", expectedPeers: 3);
        for (int i = 0; i < 12; i++)
        {
            var up = nodes.Peers.ToList();
            var one = up[cluster.Random.Next(up.Count)];
            switch (cluster.Random.Next(4))
            {
                case 0 when cluster.Peers.Count < 7:
                    nodes.Up(cluster.StartJoining());
                    break;
                case 1 when up.Count > 3:
                    cluster.Crash(one);
                    nodes.Unreachable(one);
                    cluster.Run(TimeSpan.FromSeconds(cluster.Random.Next(1, 20)));
                    cluster.Restart(one);
                    nodes.Up(one);
                    break;
                case 2 when up.Count > 3:
                    cluster.CutOff(one);
                    nodes.Unreachable(one);
                    cluster.Run(TimeSpan.FromSeconds(cluster.Random.Next(1, 20)));
                    cluster.Heal(one);
                    nodes.Unreachable(one, isReachable: true);
                    break;
                case 3 when up.Count > 4:
                    cluster.RunUntil(nodes.Leave(one), TimeSpan.FromSeconds(20));
                    if (!one.IsRemoved)
                        cluster.Stop(one);
                    else
                        cluster.Crash(one);
                    nodes.Gone(one);
                    break;
            }
            cluster.Run(TimeSpan.FromSeconds(cluster.Random.Next(1, 15)));
            cluster.One($"step {i}", expectedPeers: 1, limit: TimeSpan.FromSeconds(60));
        }
        // A voter that is gone stays one as long as no learner can take over, so there may be more voters than nodes.
        int nodeCount = nodes.Peers.Count();
        int wanted = Math.Min(5, nodeCount % 2 == 1 ? nodeCount : nodeCount - 1);
        for (int i = 0; !IsAtRest(cluster, nodes, wanted); i++)
        {
            Assert.True(i < 120, $"Seed {seed}: {nodeCount} nodes. {cluster.Describe()}");
            cluster.Run(TimeSpan.FromSeconds(1));
        }
        cluster.CheckNothingLost();
    }

    private static bool IsAtRest(RaftCluster cluster, VirtualNodes nodes, int wanted)
    {
        if (nodes.Leader() is not { } leader || cluster.MembersOf(leader) is not { IsChanging: false } members)
            return false;
        bool Is(RaftPeer peer, MemberRole role) =>
            members.Members.Any(member => member.Id == peer.Id && member.Role == role);
        int voters = members.Members.Count(static member => member.Role == MemberRole.Voter);
        return nodes.Peers.All(peer => Is(peer, MemberRole.Voter) || Is(peer, MemberRole.Learner))
            && voters <= 5 && nodes.Peers.Count(peer => Is(peer, MemberRole.Voter)) >= wanted;
    }

    private RaftCluster Start(out VirtualNodes nodes, ClusterMembershipSettings? settings = null, int seed = 1)
    {
        var cluster = RaftCluster.Start(new RaftClusterSettings { Peers = 3, Seed = seed, Output = output.WriteLine });
        nodes = new VirtualNodes(cluster, settings ?? Settings);
        foreach (var peer in cluster.Peers)
            nodes.Up(peer);
        cluster.CheckSingleLeader();
        return cluster;
    }
}
