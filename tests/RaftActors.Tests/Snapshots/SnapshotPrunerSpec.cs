using Akka.Actor;
using Akka.Persistence;
using Akka.TestKit;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;

namespace RaftActors.Tests.Snapshots;

/// <summary>Chunks of snapshots that are not needed any more, with a probe in place of the snapshot store.</summary>
public sealed class SnapshotPrunerSpec : VirtualTimeSpec
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    [Fact]
    public void Chunks_are_deleted_until_none_is_left()
    {
        var (pruner, store) = Start();
        pruner.Tell(new PruneSlot(Chunks(store, 3)), TestActor);

        Load(store, 20);
        Assert.Equal(16, Delete(store, succeeds: true));
        Assert.Equal(32, Delete(store, succeeds: true));

        Assert.Equal(3, ExpectMsg<SlotPruned>().Slot);
    }

    [Fact]
    public void What_cannot_be_deleted_is_tried_again_and_holds_up_no_other()
    {
        var (pruner, store) = Start();
        pruner.Tell(new PruneSlot(Chunks(store, 3)), TestActor);
        pruner.Tell(new PruneSlot(Chunks(store, 4)), TestActor);

        Load(store, 5);
        Delete(store, succeeds: false);
        Assert.Equal("The disk is broken.", ExpectMsg<PruneFailed>().Cause.Message);
        Load(store, 5);
        Delete(store, succeeds: true);
        Assert.Equal(4, ExpectMsg<SlotPruned>().Slot);

        Assert.False(HasMessages);
        Advance(RetryAfter.TotalMilliseconds);
        Load(store, 5);
        Delete(store, succeeds: true);
        Assert.Equal(3, ExpectMsg<SlotPruned>().Slot);
    }

    private (IActorRef Pruner, TestProbe Store) Start() =>
        (ChildActorOf(Props.Create(() => new SnapshotPruner(RetryAfter))), CreateTestProbe());

    private static ChunkStore Chunks(TestProbe store, int slot) => new(store.Ref, "peer", slot, TimeProvider.System);

    private static void Load(TestProbe store, long last)
    {
        var load = store.ExpectMsg<LoadSnapshot>();
        store.Reply(
            new LoadSnapshotResult(new SelectedSnapshot(new SnapshotMetadata(load.PersistenceId, last,
            DateTime.UnixEpoch), "chunk"), last));
    }

    private static long Delete(TestProbe store, bool succeeds)
    {
        var criteria = store.ExpectMsg<DeleteSnapshots>().Criteria;
        store.Reply(succeeds ? new DeleteSnapshotsSuccess(criteria) : new DeleteSnapshotsFailure(criteria,
            new IOException("The disk is broken.")));
        return criteria.MaxSequenceNr;
    }
}
