using Akka.Actor;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors.Tests.Groups;

/// <summary>The leaderships of many groups spread over the nodes by themselves.</summary>
public sealed class PlacementSpec
{
    private const string Groups = "heartbeat-interval = 50 ms, rest-after = 1, digest-interval = 0 s";

    // Long enough for a spec to bring all leaderships to one node before.
    private const string Late = $"{Groups}, placement-interval = 100 s";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly List<string> _names = [];

    [Fact]
    public void Twelve_groups_that_one_node_leads_become_four_on_each_of_three()
    {
        using var nodes = Start(3, Late);
        Create(nodes, 12);
        TransferAll(nodes, nodes[0]);
        Assert.Equal([12, 0, 0], Led(nodes));
        long terms = Terms(nodes);

        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four");

        // Eight moves, and nothing is thrown back and forth.
        Assert.Equal(terms + 8, Terms(nodes));
        nodes.Run(TimeSpan.FromHours(1));
        Assert.Equal(terms + 8, Terms(nodes));
        Assert.All(_names, group => Assert.All(nodes.All, node => Assert.True(Status(nodes, node, group).IsResting)));
    }

    [Fact]
    public void A_node_that_comes_back_gets_its_share_back()
    {
        using var nodes = Start(3, $"{Groups}, placement-interval = 2 s");
        Create(nodes, 12);
        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four");

        nodes.Kill(nodes[2]);
        nodes.Await(() => Led(nodes).Sum() == 12, "all groups are led");
        nodes.Await(() => Led(nodes) is [6, 6, 0], "each of the others leads six");
        nodes.Start(nodes[2]);
        nodes.Register(nodes[2]);

        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four again");
        long terms = Terms(nodes);
        nodes.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(terms, Terms(nodes));
    }

    [Fact]
    public void Nothing_moves_if_it_is_off()
    {
        using var nodes = Start(3, $"{Groups}, placement-interval = 0 s");
        Create(nodes, 12);
        TransferAll(nodes, nodes[0]);

        nodes.Run(TimeSpan.FromHours(1));

        Assert.Equal([12, 0, 0], Led(nodes));
    }

    [Fact]
    public void With_groups_of_three_on_five_nodes_each_leads_at_most_one_more_than_its_share()
    {
        using var nodes = Start(5, Late);
        var shares = new double[5];
        int[][] sets = [[0, 1, 2], [0, 1, 2], [2, 3, 4], [0, 3, 4]];
        for (int i = 0; i < 24; i++)
        {
            int[] on = sets[i % 4];
            Create(nodes, $"group{i}", [.. on.Select(node => nodes[node])]);
            foreach (int node in on)
                shares[node] += 1 / 3.0;
        }
        foreach (string group in _names)
            Transfer(nodes, group, nodes.All.First(node => nodes.Find(node, group) is not null));
        Assert.Equal([18, 0, 6, 0, 0], Led(nodes));

        nodes.Await(() => Led(nodes).Zip(shares).All(static node => node.First <= node.Second + 1.001),
            "each node leads at most one group more than its share");
        nodes.Run(TimeSpan.FromHours(1));
        long terms = Terms(nodes);
        nodes.Run(TimeSpan.FromHours(1));

        Assert.Equal(terms, Terms(nodes));
        Assert.Equal(24, Led(nodes).Sum());
        Assert.All(Led(nodes).Zip(shares), static node => Assert.True(node.First <= node.Second + 1.001));
    }

    [Fact]
    public void Priorities_come_first()
    {
        using var nodes = Start(3, $"{Groups}, placement-interval = 2 s");
        for (int i = 0; i < 12; i++)
        {
            int priority = i < 6 ? 10 : 0;
            Create(nodes, $"group{i}", [.. nodes.All],
                [.. nodes.Members.Select(member => member.Id == "node1" ? member with { Priority = priority } : member)]);
        }

        nodes.Await(() => Led(nodes) is [8, 2, 2] && Enumerable.Range(0, 6).All(i => LeadsOf(nodes, $"group{i}") == 0),
            "the groups with a priority are led by it, and the others are spread");
        long terms = Terms(nodes);
        nodes.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(terms, Terms(nodes));
    }

    [Fact]
    public void What_clients_propose_meanwhile_is_applied_once()
    {
        using var nodes = Start(3, $"{Late}");
        Create(nodes, 12);
        TransferAll(nodes, nodes[0]);
        for (int i = 1; Led(nodes) is not [4, 4, 4]; i++)
        {
            foreach (string group in _names)
                Assert.Equal(i, nodes.Count(nodes[i % 3], group));
            nodes.Run(TimeSpan.FromSeconds(20));
        }
    }

    // Its disk may stall again as soon as it leads.
    [Fact]
    public void A_node_whose_disk_has_stalled_gets_its_leaderships_back_only_after_a_while()
    {
        using var nodes = Start(3, $"{Groups}, rest-after = 0, placement-interval = 2 s");
        Create(nodes, 12);
        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four");
        foreach (string group in _names)
            nodes.Count(nodes[0], group);

        nodes[2].Disk.Stall(TimeSpan.FromSeconds(5));
        var proposed = _names.ConvertAll(group => nodes[0].Raft.ProposeRetryAsync(group, new byte[] { 1 }, Limit));
        nodes.Await(() => Led(nodes)[2] == 0, "it hands over");
        proposed.ForEach(task => nodes.Await(task));
        nodes.Run(TimeSpan.FromSeconds(40));

        Assert.Equal([6, 6, 0], Led(nodes));
        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four again");
    }

    [Fact]
    public void A_node_that_stops_hands_over_for_good()
    {
        using var nodes = Start(3, $"{Groups}, placement-interval = 2 s");
        Create(nodes, 12);
        nodes.Await(() => Led(nodes) is [4, 4, 4], "each node leads four");

        foreach (string group in _names)
            nodes.Await(nodes[2].Raft.StopAsync(group));

        nodes.Await(() => Led(nodes) is [6, 6, 0], "each of the others leads six");
    }

    private static GroupNodes Start(int count, string config)
    {
        var nodes = new GroupNodes(count, config);
        nodes.RegisterAll();
        return nodes;
    }

    private void Create(GroupNodes nodes, int count)
    {
        for (int i = 0; i < count; i++)
            Create(nodes, $"group{i}", [.. nodes.All]);
        nodes.Await(() => Led(nodes).Sum() == count, "all groups have a leader");
    }

    private void Create(GroupNodes nodes, string name, GroupNode[] on, IReadOnlyList<Member>? members = null)
    {
        _names.Add(name);
        foreach (var node in on)
        {
            nodes.Await(node.Raft.CreateAsync(new GroupDefinition
            {
                Group = name,
                StateMachine = "counter",
                Members = members ?? [.. on.Select(static each => each.Member)],
            }));
        }
    }

    private void TransferAll(GroupNodes nodes, GroupNode to)
    {
        foreach (string group in _names)
            Transfer(nodes, group, to);
    }

    private static void Transfer(GroupNodes nodes, string group, GroupNode to)
    {
        nodes.Await(() => Status(nodes, to, group).Leader is not null, "the group has a leader");
        var peer = to.System.ActorSelection($"/system/raft/{group}");
        var answer = nodes.Await(peer.Ask<object>(new TransferLeadership(to.Id), Timeout.InfiniteTimeSpan));
        Assert.IsType<LeadershipTransferred>(answer);
    }

    // How many groups each node leads.
    private int[] Led(GroupNodes nodes) =>
        [.. nodes.All.Select(node => _names.Count(group => IsLedBy(nodes, node, group)))];

    private static int LeadsOf(GroupNodes nodes, string group) =>
        nodes.All.FindIndex(node => IsLedBy(nodes, node, group));

    private static bool IsLedBy(GroupNodes nodes, GroupNode node, string group) =>
        node.IsRunning && nodes.Find(node, group) is { State: RaftGroupState.Running }
        && Status(nodes, node, group).Role == RaftRole.Leader;

    private long Terms(GroupNodes nodes) => _names.Sum(group => nodes.All
        .Where(node => nodes.Find(node, group) is not null).Max(node => Status(nodes, node, group).Term));

    private static RaftStatus Status(GroupNodes nodes, GroupNode node, string group) =>
        nodes.Await(node.Raft.StatusAsync(group));
}
