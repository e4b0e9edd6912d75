using RaftActors.Client;

namespace RaftActors.Tests.Groups;

/// <summary>Groups that sleep, and nodes that are lost, stop and start.</summary>
public sealed class SleepingNodesSpec : SleepScenario
{
    [Fact]
    public void A_killed_leader_is_replaced()
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);
        Assert.Equal(1, Count(nodes, leader));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");

        nodes.Kill(leader);

        nodes.Run(2 * Second);
        Assert.Single(Others(nodes, leader), node => Status(nodes, node).Role == RaftRole.Leader);
        Assert.Equal(2, Count(nodes, Others(nodes, leader)[0]));
    }

    [Fact]
    public void Many_groups_of_a_killed_node_are_led_again_although_few_may_start_at_a_time()
    {
        using var nodes = new GroupNodes(3, $"{Settings}, groups.parallel-recoveries = 2");
        nodes.RegisterAll();
        string[] groups = [.. Enumerable.Range(0, 30).Select(static i => $"{Group}-{i}")];
        foreach (string group in groups)
            nodes.Create(group);
        nodes.Await(() => groups.All(group => AllSleep(nodes, group)), "all peers sleep");

        nodes.Kill(nodes[2]);

        nodes.Run(3 * Second);
        foreach (string group in groups)
        {
            Assert.Single(nodes.All.Take(2), node => Status(nodes, node, group).Role == RaftRole.Leader);
            Assert.Equal(1, Count(nodes, nodes[0], group));
        }
    }

    [Fact]
    public void A_leader_sleeps_on_as_long_as_the_others_are_a_majority_with_it()
    {
        using var nodes = StartAsleep(5);
        var leader = Leader(nodes);
        var others = Others(nodes, leader);

        nodes.Kill(others[0]);
        nodes.Run(10 * Second);
        Assert.True(Sleeps(leader));
        nodes.Kill(others[1]);
        nodes.Run(10 * Second);
        Assert.True(Sleeps(leader));
        Assert.Equal(1, Count(nodes, others[2]));
        nodes.Await(() => AllSleep(nodes), "the rest sleeps");
        nodes.Kill(others[2]);
        nodes.Run(Second);

        // It wakes, and has no majority any more.
        Assert.False(Sleeps(leader));
        nodes.Start(others[1]);
        nodes.Register(others[1]);
        nodes.Await(() => Status(nodes, others[1]).Leader is not null, "there is a leader again");
        Assert.Equal(2, Count(nodes, leader));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_starts_again_brings_its_peer_back(bool ofLeader)
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);
        var restarted = ofLeader ? leader : Others(nodes, leader)[0];

        nodes.Kill(restarted);
        nodes.Start(restarted);
        nodes.Register(restarted);

        nodes.Await(() => Status(nodes, restarted).Leader is not null, "it knows a leader");
        Assert.Equal(1, Count(nodes, restarted));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
    }

    [Fact]
    public void A_leader_that_stops_hands_over_and_a_follower_is_not_woken_for_that()
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);
        long term = Status(nodes, leader).Term;
        var follower = Others(nodes, leader)[0];
        nodes.Await(() => AllSleep(nodes), "all peers sleep");

        nodes.Await(follower.Raft.StopAsync(Group));
        Assert.True(Sleeps(leader));
        nodes.Await(follower.Raft.ResumeAsync(Group));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        nodes.Await(leader.Raft.StopAsync(Group));

        Assert.Single(Others(nodes, leader), node => Status(nodes, node) is { Role: RaftRole.Leader } status
            && status.Term == term + 1);
        Assert.Equal(1, Count(nodes, follower));
    }
}
