using RaftActors.Groups;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.Groups;

/// <summary>A catalogue that cannot be written or read.</summary>
public sealed class CatalogueFailureSpec
{
    [Theory]
    [InlineData(WriteFailure.NotDone)]
    [InlineData(WriteFailure.DoneAllTheSame)]
    [InlineData(WriteFailure.Rejected)]
    public void After_a_failed_write_the_catalogue_is_read_again_and_says_what_was_done(object failure)
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("before");
        nodes.Count(nodes[0], "before");
        nodes[0].Disk.FailNext((WriteFailure)failure, DiskWork.Events);

        var failed = nodes.Fails<RaftGroupException>(() => nodes[0].Raft.CreateAsync("orders", "", "counter"));

        Assert.Equal(RaftGroupFailure.CatalogueUnavailable, failed.Reason);
        Assert.Contains("raft~groups~node1", failed.Message);
        Assert.Contains("A disk error that was asked for.", failed.Message);
        // Meanwhile the others go on.
        Assert.Equal(2, nodes.Count(nodes[0], "before"));
        nodes.Await(() => CanBeRead(nodes), "the catalogue is read");
        bool wasDone = failure.Equals(WriteFailure.DoneAllTheSame);
        Assert.Equal(wasDone, nodes.Find(nodes[0], "orders") is not null);
        if (!wasDone)
            nodes.Create("orders");
        Assert.Equal(1, nodes.Count(nodes[0], "orders"));

        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();
        Assert.Equal([3L, 2], [nodes.Count(nodes[0], "before"), nodes.Count(nodes[0], "orders")]);
    }

    [Theory]
    [InlineData(WriteFailure.NotDone)]
    [InlineData(WriteFailure.DoneAllTheSame)]
    public void A_destruction_whose_write_failed_is_done_or_not(object failure)
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        // Nothing is proposed, so that the catalogue is the only one to write.
        nodes.Run(TimeSpan.FromSeconds(5));
        nodes[0].Disk.FailNext((WriteFailure)failure, DiskWork.Events);

        Assert.Equal(RaftGroupFailure.CatalogueUnavailable,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.DestroyAsync("orders")).Reason);

        nodes.Await(() => CanBeRead(nodes), "the catalogue is read");
        if (failure.Equals(WriteFailure.DoneAllTheSame))
            nodes.Await(() => nodes.Find(nodes[0], "orders") is null, "the group is gone");
        else
            Assert.Equal(1, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void A_group_that_stops_after_a_failed_destruction_keeps_its_store()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        string id = nodes.Find(nodes[0], "orders")!.PersistenceId;
        // The session of the client ends, so that the catalogue is the only one to write.
        nodes.Run(TimeSpan.FromMinutes(2));
        nodes[0].Disk.FailNext(WriteFailure.NotDone, DiskWork.Events);
        nodes.Fails<RaftGroupException>(() => nodes[0].Raft.DestroyAsync("orders"));

        // The catalogue has not been read again yet.
        nodes.Await(nodes[0].Raft.StopAsync("orders"));

        nodes.Await(() => CanBeRead(nodes), "the catalogue is read");
        nodes.Run(TimeSpan.FromMinutes(1));
        Assert.NotEqual(0, GroupNodes.StoredOn(nodes[0], id).Events);
        Assert.Equal(RaftGroupState.Stopped, nodes.Find(nodes[0], "orders")!.State);
        nodes.Await(nodes[0].Raft.ResumeAsync("orders"));
        Assert.Equal(2, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void A_destruction_that_is_not_written_fails_no_command()
    {
        using var nodes = new GroupNodes(3);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        nodes.Kill(nodes[1]);
        nodes.Kill(nodes[2]);
        nodes.Run(TimeSpan.FromMinutes(2));
        var pending = nodes[0].Raft.ProposeRetryAsync("orders", new byte[1], Timeout.InfiniteTimeSpan);
        nodes.Run(TimeSpan.FromSeconds(5));
        nodes[0].Disk.FailNext(WriteFailure.NotDone, DiskWork.Events);
        nodes.Fails<RaftGroupException>(() => nodes[0].Raft.DestroyAsync("orders"));

        nodes.Start(nodes[1]);
        nodes.Register(nodes[1]);

        Assert.Equal(2, GroupNodes.CountOf(nodes.Await(pending)));
    }

    [Fact]
    public void A_catalogue_without_its_events_is_no_new_one()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Kill(nodes[0]);
        string id = PersistenceIds.OfCatalogue("node1");
        nodes[0].Disk.Store.Stream(id).DeleteEvents(long.MaxValue);

        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        var failed = nodes.Fails<RaftGroupException>(() => nodes[0].Raft.CreateAsync("orders", "", "counter"));
        Assert.Equal(RaftGroupFailure.CatalogueDamaged, failed.Reason);
        Assert.Contains($"The journal of {id} had events up to 2, and has none of them.", failed.Message);
    }

    [Fact]
    public void A_group_stays_in_its_plugins_whatever_is_configured_later()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        nodes.Kill(nodes[0]);

        nodes.Start(nodes[0]);
        nodes.Register(nodes[0], change: static settings => settings with
        {
            JournalPluginId = "another.journal",
            SnapshotPluginId = "another.store",
        });

        Assert.Equal(2, nodes.Count(nodes[0], "orders"));
    }

    [Fact]
    public void A_damaged_event_is_named_and_no_group_starts_by_guess()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Create("customers");
        nodes.Kill(nodes[0]);
        string id = PersistenceIds.OfCatalogue("node1");
        Assert.Equal(2, nodes[0].Disk.Store.Stream(id).DamageEvent(bytes =>
            System.Text.Encoding.Latin1.GetString(bytes).Contains("orders")));

        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        var failed = nodes.Fails<RaftGroupException>(() => nodes[0].Raft.GroupsAsync());
        Assert.Equal(RaftGroupFailure.CatalogueDamaged, failed.Reason);
        Assert.Contains($"Event 2 of {id} cannot be read: its checksum is", failed.Message);
        Assert.Contains("Bring the journal back from a backup.", failed.Message);
        Assert.Contains(nodes[0].Logged, line => line.Contains($"Event 2 of {id} cannot be read"));
        Assert.Equal(RaftGroupFailure.CatalogueDamaged, nodes.Fails<RaftGroupException>(
            () => nodes[0].Raft.CreateAsync("another", "", "counter")).Reason);
        Assert.Equal(RaftGroupFailure.CatalogueDamaged,
            nodes.Fails<RaftGroupException>(() => nodes[0].Raft.StatusAsync("customers")).Reason);
    }

    [Fact]
    public void A_long_catalogue_is_written_as_a_whole_and_its_events_are_deleted()
    {
        using var nodes = new GroupNodes(1);
        nodes.RegisterAll();
        nodes.Create("orders");
        nodes.Count(nodes[0], "orders");
        string id = PersistenceIds.OfCatalogue("node1");
        int most = 0;
        for (int i = 0; i < 40; i++)
        {
            nodes.Create("short-lived");
            nodes.Await(nodes[0].Raft.DestroyAsync("short-lived"));
            most = Math.Max(most, GroupNodes.StoredOn(nodes[0], id).Events);
        }
        Assert.InRange(most, 90, 105);
        Assert.InRange(GroupNodes.StoredOn(nodes[0], id).Events, 1, 40);

        nodes.Kill(nodes[0]);
        nodes.Start(nodes[0]);
        nodes.RegisterAll();

        Assert.Equal(2, nodes.Count(nodes[0], "orders"));
        nodes.Create("short-lived");
        Assert.Equal(42, nodes.Find(nodes[0], "short-lived")!.Incarnation);
    }

    private static bool CanBeRead(GroupNodes nodes)
    {
        var groups = nodes[0].Raft.GroupsAsync();
        try
        {
            nodes.Await(groups);
            return true;
        }
        catch (RaftGroupException)
        {
            return false;
        }
    }
}
