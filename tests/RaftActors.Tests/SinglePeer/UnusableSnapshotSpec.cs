using Akka.Actor;
using Akka.Persistence;
using RaftActors.Client;
using RaftActors.Log;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A manifest that the peer cannot read.</summary>
public sealed class UnusableSnapshotSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private const long Unusable = 99;

    [Fact]
    public void Is_deleted_when_another_is_stored_and_nothing_else_is()
    {
        Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };
        var store = Persistence.Instance.Apply(Sys).SnapshotStoreFor(Settings.SnapshotPluginId);
        store.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, Unusable, Settings.Clock.GetUtcNow().UtcDateTime), "no manifest"), TestActor);
        ExpectMsg<SaveSnapshotSuccess>();
        PutLog(new HardState(2, null, null), 1, 2, 2);
        Start();
        AwaitSecondStart();
        B.Append(2, 3, 2, 3);
        AwaitCondition(() => Status().AppliedIndex == 3, TimeSpan.FromSeconds(10));

        Peer.Tell(TakeSnapshot.Instance, TestActor);
        Assert.Equal(3, ExpectMsg<SnapshotTaken>().Index);

        store.Tell(new LoadSnapshot(PersistenceId, SnapshotSelectionCriteria.Latest, long.MaxValue), TestActor);
        Assert.NotEqual(Unusable, ExpectMsg<LoadSnapshotResult>().Snapshot!.Metadata.SequenceNr);
        Restart();
        Assert.Equal(3, Status().SnapshotIndex);
    }

    // The first one stops when it has read the manifest; the next starts after a pause.
    private void AwaitSecondStart()
    {
        var status = Peer.Ask<RaftStatus>(GetStatus.Instance, TimeSpan.FromSeconds(30));
        AwaitCondition(
            () =>
            {
                Scheduler.Advance(TimeSpan.FromMilliseconds(20));
                return status.IsCompleted;
            },
            TimeSpan.FromSeconds(30));
        Adopt();
    }
}
