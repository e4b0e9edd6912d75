using RaftActors.Client;
using RaftActors.Groups;

namespace RaftActors.Tests.Groups;

/// <summary>
/// The first moments of a group of the catalogue. A node may create very many groups at once, so each costs little.
/// </summary>
public sealed class NewGroupSpec
{
    private const string LongTimeouts = "election-timeout { min = 60 s, max = 120 s }";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_new_group_has_a_leader_without_an_election_timeout(int count)
    {
        using var nodes = new GroupNodes(count, LongTimeouts);
        nodes.RegisterAll();
        var begin = nodes.Now;

        nodes.Create("orders");
        nodes.Await(() => Leaders(nodes, "orders").Count == 1, "the group has a leader");

        Assert.InRange(nodes.Now - begin, TimeSpan.Zero, Second);
    }

    [Fact]
    public void The_groups_have_different_leaders()
    {
        using var nodes = new GroupNodes(3, LongTimeouts);
        nodes.RegisterAll();
        string[] groups = [.. Enumerable.Range(0, 12).Select(static i => $"orders-{i}")];

        foreach (string group in groups)
            nodes.Create(group);
        nodes.Await(() => groups.All(group => Leaders(nodes, group).Count == 1), "all groups have leaders");

        Assert.Equal(3, groups.SelectMany(group => Leaders(nodes, group)).Distinct().Count());
    }

    [Fact]
    public void The_voter_of_the_highest_priority_leads_first()
    {
        using var nodes = new GroupNodes(3, LongTimeouts);
        nodes.RegisterAll();
        foreach (var preferred in nodes.All)
        {
            string group = $"of-{preferred.Id}";
            foreach (var node in nodes.All)
            {
                nodes.Await(node.Raft.CreateAsync(new GroupDefinition
                {
                    Group = group,
                    StateMachine = "counter",
                    Members = [.. nodes.Members.Select(member =>
                        member with { Priority = member.Id == preferred.Id ? 1 : 0 })],
                }));
            }
            nodes.Await(() => Leaders(nodes, group).Count == 1, "the group has a leader");

            Assert.Equal([preferred.Id], Leaders(nodes, group));
        }
    }

    [Fact]
    public void A_new_group_rests_as_long_as_nobody_uses_it()
    {
        using var nodes = new GroupNodes(3, "rest-after = 1000");
        nodes.RegisterAll();
        var begin = nodes.Now;

        nodes.Create("orders");
        nodes.Await(() => nodes.All.TrueForAll(node => IsResting(nodes, node)), "the group rests");

        Assert.InRange(nodes.Now - begin, TimeSpan.Zero, Second);
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));
        nodes.Run(2 * Second);
        Assert.All(nodes.All, node => Assert.False(IsResting(nodes, node)));
    }

    [Fact]
    public void A_group_that_is_never_to_rest_does_not_rest_when_it_is_new_either()
    {
        using var nodes = new GroupNodes(3, "rest-after = 0");
        nodes.RegisterAll();

        nodes.Create("orders");
        nodes.Await(() => Leaders(nodes, "orders").Count == 1, "the group has a leader");
        nodes.Run(2 * Second);

        Assert.All(nodes.All, node => Assert.False(IsResting(nodes, node)));
    }

    // Without their turns, thousands of groups that are founded at once would keep each other from it.
    [Fact]
    public void A_group_waits_until_the_one_before_it_is_founded()
    {
        using var nodes = new GroupNodes(3, $"groups.parallel-recoveries = 1, {LongTimeouts}");
        nodes.RegisterAll();
        nodes.Create("first", nodes[0]);
        nodes.Create("second", nodes[0]);
        nodes.Run(Second);
        Assert.Equal(RaftGroupState.Running, nodes.Find(nodes[0], "first")!.State);
        var second = nodes[0].Raft.StatusAsync("second");
        nodes.Run(Second);
        Assert.False(second.IsCompleted);

        nodes.Create("first", nodes[1], nodes[2]);
        nodes.Run(Second);

        Assert.True(second.IsCompleted);
        Assert.Single(Leaders(nodes, "first"));
    }

    [Fact]
    public void A_group_whose_other_nodes_do_not_come_lets_the_next_one_go_on()
    {
        using var nodes = new GroupNodes(3, "groups.parallel-recoveries = 1");
        nodes.RegisterAll();
        nodes.Create("alone", nodes[0]);

        nodes.Create("second");

        nodes.Await(() => Leaders(nodes, "second").Count == 1, "the second group has a leader");
        Assert.Empty(Leaders(nodes, "alone"));
    }

    private static List<string> Leaders(GroupNodes nodes, string group) => [.. nodes.All
        .Where(node => nodes.Find(node, group) is { } && Status(nodes, node, group).Role == RaftRole.Leader)
        .Select(static node => node.Id)];

    private static bool IsResting(GroupNodes nodes, GroupNode node) => Status(nodes, node, "orders").IsResting;

    private static RaftStatus Status(GroupNodes nodes, GroupNode node, string group) =>
        nodes.Await(node.Raft.StatusAsync(group));
}
