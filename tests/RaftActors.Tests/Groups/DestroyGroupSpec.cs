using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.Groups;

/// <summary>Groups that are destroyed, and created again under the same name.</summary>
public sealed class DestroyGroupSpec
{
    private const string Snapshots = "snapshot { entries = 3, min-growth = 0 }";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Nothing_is_left_of_a_destroyed_group_and_its_name_can_be_used_again()
    {
        using var nodes = new GroupNodes(3, Snapshots);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Create("customers");
        for (int i = 0; i < 20; i++)
            nodes.Count(nodes[i % 3], "orders");
        nodes.Count(nodes[0], "customers");
        var ids = nodes.All.ConvertAll(node => nodes.Find(node, "orders")!.PersistenceId);
        Assert.All(ids.Zip(nodes.All),
            static each => Assert.True(GroupNodes.StoredOn(each.Second, each.First).Events > 0));
        Assert.All(ids.Zip(nodes.All),
            static each => Assert.True(GroupNodes.StoredOn(each.Second, each.First).Snapshots > 1));

        nodes.Await(Task.WhenAll(nodes.All.Select(static node => node.Raft.DestroyAsync("orders"))));

        Assert.All(ids.Zip(nodes.All),
            static each => Assert.Equal((0, 0), GroupNodes.StoredOn(each.Second, each.First)));
        Assert.All(nodes.All, node => Assert.Null(nodes.Find(node, "orders")));
        nodes.Create("orders");
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));
        Assert.DoesNotContain(nodes.Find(nodes[0], "orders")!.PersistenceId, ids);
        Assert.Equal(2, nodes.Count(nodes[0], "customers"));
    }

    [Fact]
    public void A_destroyed_group_does_not_come_back_with_the_node()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Create("customers");
        nodes.Await(nodes[0].Raft.DestroyAsync("orders"));

        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        Assert.Equal(["customers"], nodes.Await(nodes[0].Raft.GroupsAsync()).Select(static group => group.Name));
    }

    [Theory]
    [InlineData(DiskWork.SnapshotDeletion)]
    [InlineData(DiskWork.EventDeletion)]
    public void A_node_that_is_killed_while_it_destroys_a_group_goes_on_after_its_restart(object work)
    {
        using var nodes = new GroupNodes(1, Snapshots);
        nodes.RegisterAll();
        nodes.Create("orders");
        for (int i = 0; i < 10; i++)
            nodes.Count(nodes[0], "orders");
        string id = nodes.Find(nodes[0], "orders")!.PersistenceId;
        // The peer itself deletes something now and then.
        bool ends = false, begins = false;
        nodes[0].Disk.Written = (_, @event, _) => ends |= @event is GroupEnding;
        nodes[0].Disk.Observe = observed => begins |= ends && observed.Equals(work);
        var destroyed = nodes[0].Raft.DestroyAsync("orders");
        nodes.Await(() => begins, "the store is being deleted");
        Assert.False(destroyed.IsCompleted);

        nodes.Kill(nodes[0]);
        Assert.NotEqual((0, 0), GroupNodes.StoredOn(nodes[0], id));
        nodes.Start(nodes[0]);
        // Its state machine need not be known for that.
        nodes.Register(nodes[0], "other");

        nodes.Await(() => nodes.Find(nodes[0], "orders") is null, "the group is gone");
        Assert.Equal((0, 0), GroupNodes.StoredOn(nodes[0], id));
        nodes.Register(nodes[0]);
        nodes.Create("orders");
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void A_group_that_is_being_destroyed_is_neither_created_nor_started()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        nodes[0].Disk.Stall(TimeSpan.FromSeconds(5));

        var destroyed = nodes[0].Raft.DestroyAsync("orders");
        nodes.Await(() => nodes.Find(nodes[0], "orders")!.State == RaftGroupState.Ending, "the group ends");

        Assert.Equal(RaftGroupFailure.Ending, nodes.Fails<RaftGroupException>(
            () => nodes[0].Raft.CreateAsync("orders", "", "counter")).Reason);
        Assert.Equal(RaftGroupFailure.Ending,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.ResumeAsync("orders")).Reason);
        var again = nodes[0].Raft.DestroyAsync("orders");
        nodes.Await(Task.WhenAll(destroyed, again));
        Assert.Equal(RaftGroupFailure.NotFound,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.DestroyAsync("orders")).Reason);
    }

    [Theory]
    [InlineData(DiskWork.SnapshotDeletion)]
    [InlineData(DiskWork.EventDeletion)]
    public void A_store_that_cannot_be_deleted_is_deleted_later(object work)
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        string id = nodes.Find(nodes[0], "orders")!.PersistenceId;
        nodes[0].Disk.FailNext(WriteFailure.NotDone, (DiskWork)work);

        nodes.Await(nodes[0].Raft.DestroyAsync("orders"));

        Assert.Equal((0, 0), GroupNodes.StoredOn(nodes[0], id));
        Assert.Contains(nodes[0].Logged, static line => line.Contains("A disk error that was asked for."));
    }

    [Fact]
    public void A_chunk_that_cannot_be_deleted_is_reported_and_other_groups_are_destroyed_meanwhile()
    {
        using var nodes = new GroupNodes(1, $"{Snapshots}\ngroups.parallel-recoveries = 1");
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Create("customers");
        for (int i = 0; i < 10; i++)
            nodes.Count(nodes[0], "orders");
        string id = nodes.Find(nodes[0], "orders")!.PersistenceId;
        bool fails = true;
        nodes[0].Disk.Observe = work =>
        {
            if (fails && work == DiskWork.SnapshotDeletion)
                nodes[0].Disk.FailNext(WriteFailure.NotDone, work);
        };

        var destroyed = nodes[0].Raft.DestroyAsync("orders");
        nodes.Await(() => nodes.Find(nodes[0], "orders")!.Problem.Contains("A disk error that was asked for."),
            "the problem is reported");
        Assert.False(destroyed.IsCompleted);
        Assert.Contains(nodes[0].Logged, line => line.Contains("orders") && line.Contains("is tried again"));
        fails = false;
        nodes.Await(Task.WhenAll(destroyed, nodes[0].Raft.DestroyAsync("customers")));

        Assert.Equal((0, 0), GroupNodes.StoredOn(nodes[0], id));
    }

    [Fact]
    public void What_was_under_way_when_its_group_is_destroyed_fails()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders", nodes[0]);
        var pending = nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan);
        nodes.Run(TimeSpan.FromSeconds(3));
        Assert.False(pending.IsCompleted);

        nodes.Await(nodes[0].Raft.DestroyAsync("orders"));

        Assert.Equal(FailureReason.NoLeader, nodes.Fails<RaftClientException>(() => pending).Reason);
    }

    [Fact]
    public void A_node_with_the_destroyed_group_does_not_disturb_the_new_one_of_the_same_name()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        for (int i = 0; i < 5; i++)
            nodes.Count(nodes[0], "orders");
        string former = nodes.Await(nodes[2].Raft.StatusAsync("orders")).GroupId;
        nodes.Kill(nodes[2]);
        foreach (var node in nodes.All.Take(2))
            nodes.Await(node.Raft.DestroyAsync("orders"));
        foreach (var node in nodes.All.Take(2))
            nodes.Await(node.Raft.CreateAsync(new GroupDefinition
            {
                Group = "orders",
                StateMachine = "counter",
                Members = [.. nodes.Members.Take(2)],
            }));
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));

        // It was down when the group was destroyed on the other nodes.
        nodes.Start(nodes[2]);
        nodes.Register(nodes[2]);
        nodes.Run(TimeSpan.FromSeconds(10));

        Assert.Equal([2L, 3], [nodes.Count(nodes[0], "orders"), nodes.Count(nodes[1], "orders")]);
        var (present, late) =
            (nodes.Await(nodes[0].Raft.StatusAsync("orders")), nodes.Await(nodes[2].Raft.StatusAsync("orders")));
        Assert.NotEqual(former, present.GroupId);
        Assert.Equal((former, null), (late.GroupId, late.Leader));
        Assert.Contains(present.ForeignPeers.Concat(nodes.Await(nodes[1].Raft.StatusAsync("orders")).ForeignPeers),
            foreign => foreign.MemberId == "node3" && foreign.GroupId == former);
        nodes.Await(nodes[2].Raft.DestroyAsync("orders"));
        nodes.Fails<RaftGroupException>(() => nodes[2].Raft.ProposeRetryAsync("orders", new byte[1], Limit));
    }
}
