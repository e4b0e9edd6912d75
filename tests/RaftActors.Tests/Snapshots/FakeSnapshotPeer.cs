using Akka.Actor;
using Akka.Persistence;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Snapshots;

/// <summary>A peer as its snapshots see it. What they have it do is noted in <see cref="Done"/>.</summary>
internal sealed class FakeSnapshotPeer(FakeStore store, RaftLog log) : ISnapshotPeer
{
    /// <summary>What the peer was asked to do, in order.</summary>
    public List<string> Done { get; } = [];

    public long PersistedIndex { get; set; }

    public long AppliedIndex { get; set; }

    public string? WhySetAside { get; set; }

    /// <summary>The state machine that is running; <c>null</c> for none.</summary>
    public int? Machine { get; set; } = 7;

    public long RebuildFrom { get; set; }

    public bool IsWriting { get; set; }

    public ITimerScheduler Timers { get; set; } = null!;

    public bool IsLeading => Leading is not null;

    public (string Address, string StoreId)? FollowedLeader { get; set; } = ("host:2", "store-b");

    public bool IsWithoutState => false;

    public LeaderState? Leading { get; set; }

    public long DispensableIndex => PersistedIndex;

    public IActorRef SnapshotStore => store.SnapshotStore;

    public long LastSequenceNr => store.LastSequenceNr;

    public bool TryCaptureImage()
    {
        Done.Add("capture");
        return Machine is not null;
    }

    public bool IsPresent(StateImage image) => image.Machine == Machine;

    public SnapshotManifest Manifest(Snapshot snapshot, int slot) =>
        new("group", "a", "store-a", HardState.Initial, snapshot, slot, null);

    public SnapshotManifest ManifestOfLeader(Snapshot snapshot, int slot, string groupId) => Manifest(snapshot, slot);

    public void Write() => Done.Add("write");

    public void RequestFlush() => Done.Add("flush");

    public void AfterWrite() => Done.Add("after write");

    public void OnCommitted() => Done.Add("committed");

    public void Answer(string address, string storeId, Snapshot snapshot, int nextChunk, bool installed) =>
        Done.Add(installed ? "installed" : $"wants {nextChunk}");

    public bool EndSetAside(SnapshotManifest manifest)
    {
        bool wasSetAside = WhySetAside is not null;
        (WhySetAside, RebuildFrom) = (null, 0);
        return wasSetAside;
    }

    public void ReplaceStateMachine(SnapshotManifest manifest) => Done.Add("replace state machine");

    public void ReplaceLog(SnapshotManifest manifest)
    {
        var snapshot = manifest.Snapshot;
        log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        PersistedIndex = snapshot.LastIncludedIndex;
        Done.Add("replace log");
    }

    public void OnLogCompacted()
    {
    }

    public PeerHeader Header(string toStoreId) => new("host:1", "group", "a", "store-a", 2, toStoreId);

    public string AddressOf(Server member) => member.Address;

    public void DeleteMessages(long toSequenceNr) => store.DeleteMessages(toSequenceNr);

    public void DeleteSnapshot(long sequenceNr) => store.DeleteSnapshot(sequenceNr);

    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) => store.DeleteSnapshots(criteria);
}
