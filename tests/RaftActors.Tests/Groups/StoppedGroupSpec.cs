using RaftActors.Client;
using RaftActors.Groups;

namespace RaftActors.Tests.Groups;

/// <summary>What is asked of a group while it stops, and of one that nobody uses for a while.</summary>
public sealed class StoppedGroupSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    // The requests come at many moments of the stop.
    public static TheoryData<double> Milliseconds { get; } =
        new(Enumerable.Range(0, 30).Select(static step => step * 0.1));

    [Theory, MemberData(nameof(Milliseconds))]
    public void Whoever_asks_while_the_group_stops_is_answered(double after)
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        var raft = nodes[0].Raft;

        var first = raft.StopAsync("orders");
        nodes.Run(TimeSpan.FromMilliseconds(after));
        Task[] asked =
        [
            raft.StopAsync("orders"), raft.StatusAsync("orders"), raft.CampaignAsync("orders"),
            raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan),
            raft.RemoveNodeFromGroupAsync("orders", "node1", Limit),
        ];
        nodes.Run(Limit);

        Assert.True(first.IsCompletedSuccessfully);
        Assert.All(asked, static task => Assert.True(task.IsCompleted));
        Assert.True(asked[0].IsCompletedSuccessfully);
        foreach (var failed in asked.Where(static task => task.IsFaulted))
            Assert.True(failed.Exception!.InnerException is RaftGroupException or RaftClientException);
        Assert.Equal(RaftGroupState.Stopped, nodes.Find(nodes[0], "orders")!.State);
    }

    [Theory, MemberData(nameof(Milliseconds))]
    public void A_group_may_be_stopped_and_destroyed_at_once(double after)
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        var raft = nodes[0].Raft;

        var destroyed = raft.DestroyAsync("orders");
        nodes.Run(TimeSpan.FromMilliseconds(after));
        var stopped = raft.StopAsync("orders");
        nodes.Run(Limit);

        Assert.True(destroyed.IsCompletedSuccessfully);
        Assert.True(stopped.IsCompletedSuccessfully);
        Assert.Null(nodes.Find(nodes[0], "orders"));
    }

    [Fact]
    public void A_change_of_members_fails_when_its_time_is_over()
    {
        using var nodes = new GroupNodes(3, "leader-wait = 10 m");
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        nodes.Kill(nodes[1]);
        nodes.Kill(nodes[2]);
        nodes.Await(() => nodes.Await(nodes[0].Raft.StatusAsync("orders")).Leader is null, "nobody leads");
        var before = nodes.Now;

        var failed = nodes.Fails<RaftClientException>(
            () => nodes[0].Raft.RemoveNodeFromGroupAsync("orders", "node3", TimeSpan.FromSeconds(5)));

        Assert.Equal(FailureReason.OutcomeUnknown, failed.Reason);
        Assert.Contains("The change may yet be made.", failed.Message);
        Assert.Equal(TimeSpan.FromSeconds(5), nodes.Now - before);
    }

    [Fact]
    public void A_group_whose_session_nobody_uses_rests_and_its_next_command_opens_another_session()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));

        nodes.Run(TimeSpan.FromMinutes(5));

        Assert.All(nodes.All, node => Assert.True(nodes.Await(node.Raft.StatusAsync("orders")).IsResting));
        Assert.Equal(2, nodes.Count(nodes[0], "orders"));
    }
}
