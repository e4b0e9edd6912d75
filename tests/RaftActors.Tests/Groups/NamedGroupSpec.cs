using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors.Tests.Groups;

/// <summary>What is asked of a group by its name: commands, votes, members.</summary>
public sealed class NamedGroupSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_command_is_tried_until_it_is_applied_once()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));
        nodes.Kill(nodes[1]);
        nodes.Kill(nodes[2]);

        var pending = nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan);
        nodes.Run(TimeSpan.FromSeconds(20));
        Assert.False(pending.IsCompleted);
        nodes.Start(nodes[1]);
        nodes.Register(nodes[1]);

        Assert.Equal(2, GroupNodes.CountOf(nodes.Await(pending)));
        Assert.Equal(3, nodes.Count(nodes[1], "orders"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_command_fails_after_as_many_attempts_as_were_allowed(int retries)
    {
        using var nodes = new GroupNodes(3, "leader-wait = 500 ms");
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        nodes.Kill(nodes[1]);
        nodes.Kill(nodes[2]);
        nodes.Await(() => nodes.Await(nodes[0].Raft.StatusAsync("orders")).Leader is null, "nobody leads");

        var failed = nodes.Fails<RaftClientException>(
            () => nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan, retries));

        Assert.Equal(FailureReason.NoLeader, failed.Reason);
        Assert.Contains($"The request was not done in {retries + 1} attempts.", failed.Message);
    }

    [Fact]
    public void A_command_that_waits_for_its_session_fails_after_as_many_attempts_too()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders", nodes[0]);

        var failed = nodes.Fails<RaftClientException>(
            () => nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan, maxRetries: 1));

        Assert.Equal(FailureReason.NoLeader, failed.Reason);
        Assert.Contains("in 2 attempts", failed.Message);
    }

    [Fact]
    public void What_no_further_attempt_can_change_fails_at_once()
    {
        using var nodes = new GroupNodes(1, "max-entry-bytes = 100 B");
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        var before = nodes.Now;
        var raft = nodes[0].Raft;

        Assert.Equal(FailureReason.TooLarge, nodes.Fails<RaftClientException>(
            () => raft.ProposeRetryAsync("orders", new byte[101], Timeout.InfiniteTimeSpan)).Reason);
        Assert.Equal(FailureReason.NotSerializable, nodes.Fails<RaftClientException>(
            () => raft.ProposeRetryAsync("orders", new Action(static () => { }), Timeout.InfiniteTimeSpan)).Reason);
        Assert.Equal(RaftGroupFailure.NotFound, nodes.Fails<RaftGroupException>(
            () => raft.ProposeRetryAsync("customers", new byte[1], Timeout.InfiniteTimeSpan)).Reason);
        nodes.Fails<ArgumentOutOfRangeException>(() => raft.ProposeRetryAsync("orders", new byte[1], Limit, -2));
        Assert.Equal(2, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void A_peer_that_was_removed_refuses_at_once()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[2], "orders");
        nodes.Await(nodes[0].Raft.RemoveNodeFromGroupAsync("orders", "node3", Limit));
        nodes.Run(TimeSpan.FromSeconds(5));

        var failed = nodes.Fails<RaftClientException>(
            () => nodes[2].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan));

        Assert.Contains("stopped for good: Member 'node3' was removed from the group orders.", failed.Message);
        Assert.False(failed.OutcomeUnknown);
    }

    [Fact]
    public void A_node_joins_a_group_and_leaves_it()
    {
        using var nodes = new GroupNodes(4);
        nodes.RegisterAll();
        var founders = new GroupDefinition
        {
            Group = "orders",
            StateMachine = "counter",
            Members = [.. nodes.Members.Take(3)],
        };
        foreach (var node in nodes.All.Take(3))
            nodes.Await(node.Raft.CreateAsync(founders));
        nodes.Count(nodes[0], "orders");
        nodes.Await(nodes[3].Raft.CreateAsync(founders with { Members = [nodes.Members[3]], Join = true }));

        var members = nodes.Await(
            nodes[1].Raft.AddNodeToGroupAsync("orders", nodes.Members[3], Limit, isLearner: true));
        Assert.Equal(["node4"], OfRole(members, MemberRole.Learner));
        members = nodes.Await(nodes[1].Raft.AddNodeToGroupAsync("orders", nodes.Members[3], Limit));
        Assert.Equal(["node1", "node2", "node3", "node4"], OfRole(members, MemberRole.Voter));
        Assert.Equal(2, nodes.Count(nodes[3], "orders"));
        // Asked again, nothing changes.
        nodes.Await(nodes[0].Raft.AddNodeToGroupAsync("orders", nodes.Members[3], Limit));

        members = nodes.Await(nodes[3].Raft.RemoveNodeFromGroupAsync("orders", "node1", Limit));
        Assert.Equal(["node2", "node3", "node4"], OfRole(members, MemberRole.Voter));
        nodes.Await(nodes[0].Raft.DestroyAsync("orders"));
        Assert.Equal(3, nodes.Count(nodes[1], "orders"));
    }

    [Fact]
    public void A_change_of_members_that_is_impossible_fails_at_once()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");

        Assert.Equal(FailureReason.InvalidMembers, nodes.Fails<RaftClientException>(
            () => nodes[0].Raft.RemoveNodeFromGroupAsync("orders", "node1", Limit)).Reason);
        Assert.Equal(FailureReason.InvalidMembers, nodes.Fails<RaftClientException>(
            () => nodes[0].Raft.AddNodeToGroupAsync("orders", new Member("x", "nowhere"), Limit)).Reason);
        nodes.Fails<ArgumentException>(() => nodes[0].Raft.RemoveNodeFromGroupAsync("orders", "a b", Limit));
    }

    [Fact]
    public void A_peer_asks_for_votes_when_it_is_told_to()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        var status = nodes.Await(nodes[0].Raft.StatusAsync("orders"));
        var leader = nodes.All.Single(node => node.Id == status.Leader!.Id);
        var other = nodes.All.First(node => node != leader);

        Assert.Equal(status.Term + 1, nodes.Await(other.Raft.CampaignAsync("orders")).Term);
        Assert.Equal(RaftGroupFailure.Refused,
            nodes.Fails<RaftGroupException>(() => leader.Raft.CampaignAsync("orders")).Reason);
    }

    private static IEnumerable<string> OfRole(GroupMembers members, MemberRole role) =>
        members.Members.Where(member => member.Role == role).Select(static member => member.Id);
}
