using Akka.Actor;
using Akka.Persistence;
using RaftActors.Client;
using RaftActors.Log;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Snapshots that the peer cannot start from.</summary>
public sealed class UnusableSnapshotSpec : PeerSpec
{
    private const long Unusable = 99;

    public UnusableSnapshotSpec(ITestOutputHelper output)
        : base(output) => Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };

    private IActorRef Store =>
        Akka.Persistence.Persistence.Instance.Apply(Sys).SnapshotStoreFor(Settings.SnapshotPluginId);

    [Fact]
    public void A_manifest_that_cannot_be_read_is_deleted_when_another_is_stored_and_nothing_else_is()
    {
        PutUnreadable(Unusable);
        PutLog(new HardState(2, null, null), 1, 2, 2);
        Start();
        AwaitStart(static _ => true);
        Adopt();
        B.Append(2, 3, 2, 3);

        TakeAt(3);

        Assert.NotEqual(Unusable, Latest().SequenceNr);
        Restart();
        Assert.Equal(3, Status().SnapshotIndex);
    }

    // The latest manifest is one that was reported as failed, so its chunks were deleted; the one before it was damaged
    // since.
    [Fact]
    public void Two_that_cannot_be_used_do_not_cost_the_third()
    {
        StartWithLog(new HardState(2, null, null), 1, 2, 2);
        B.Append(2, 3, 2, 3);
        TakeAt(3);
        B.Append(2, 3, 2, 4, Command(4, 2));
        TakeAt(4);
        PutUnreadable(Latest().SequenceNr);
        Disk.DisownsManifests = true;
        B.Append(2, 4, 2, 5, Command(5, 2));
        ExpectApplied(5);
        Peer.Tell(TakeSnapshot.Instance, TestActor);
        ExpectMsg<SnapshotFailed>();
        Assert.Contains(Disk.DeletedChunks, static id => id.EndsWith("-2", StringComparison.Ordinal));

        // What is missing shows only when everything else has had its time.
        Disk.HoldSnapshots(id => id == $"{PersistenceId}-snapshot-2");
        Restart();
        Assert.DoesNotContain($"{PersistenceId}-snapshot-0", Disk.DeletedChunks);
        Disk.ReleaseSnapshots();
        AwaitStart(static status => status.SnapshotIndex == 3);

        Adopt();
        B.Append(2, 5, 2, 5);
        Disk.DisownsManifests = false;
        TakeAt(5);
    }

    private void TakeAt(long index)
    {
        ExpectApplied(index);
        Peer.Tell(TakeSnapshot.Instance, TestActor);
        Assert.Equal(index, ExpectMsg<SnapshotTaken>().Index);
    }

    private void ExpectApplied(long index) => Assert.Equal(index, Status().AppliedIndex);

    private SnapshotMetadata Latest()
    {
        Store.Tell(new LoadSnapshot(PersistenceId, SnapshotSelectionCriteria.Latest, long.MaxValue), TestActor);
        return ExpectMsg<LoadSnapshotResult>().Snapshot!.Metadata;
    }

    private void PutUnreadable(long sequenceNr)
    {
        Store.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, sequenceNr,
            Settings.Clock.GetUtcNow().UtcDateTime), "no manifest"u8.ToArray()), TestActor);
        ExpectMsg<SaveSnapshotSuccess>();
    }

    // Those that cannot start stop; each of the next starts after a pause.
    private void AwaitStart(Predicate<RaftStatus> isIt) =>
        AdvanceUntil(() => Find("peer") is not null && isIt(Status()));
}
