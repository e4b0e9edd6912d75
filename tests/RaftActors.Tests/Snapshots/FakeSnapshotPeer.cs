using Akka.Actor;
using Akka.Persistence;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Tests.Metrics;
using RaftActors.Tests.Tracing;
using RaftActors.Tracing;

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

    public PeerMetrics Metrics { get; } = Measurements.OfFake();

    public PeerTraces Traces { get; } = Spans.OfFake();

    public TimeSpan Now => TimeSpan.Zero;

    public long Term => 2;

    public Member? Leader => null;

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

    public void Send(string address, PeerMessage message)
    {
        var reply = (InstallSnapshotReply)message;
        Done.Add(reply.Installed ? "installed" : $"wants {reply.NextChunk}");
    }

    public void ReplaceState(SnapshotManifest manifest)
    {
        if (WhySetAside is not null)
            Done.Add("replace state machine");
        (WhySetAside, RebuildFrom) = (null, 0);
    }

    public void ReplaceLog(SnapshotManifest manifest)
    {
        (WhySetAside, RebuildFrom) = (null, 0);
        var snapshot = manifest.Snapshot;
        log.Reset(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.LastIncludedTime);
        PersistedIndex = snapshot.LastIncludedIndex;
        Done.Add("replace log");
    }

    public void OnLogCompacted()
    {
    }

    public PeerHeader Header(string toStoreId = "") => new("host:1", "group", "a", "store-a", 2, toStoreId);

    public string AddressOf(Server member) => member.Address;

    public void StartTimer(object timer, TimeSpan delay) => Timers.StartSingleTimer(timer, timer, delay);

    public void StopTimer(object timer) => Timers.Cancel(timer);

    public void DeleteMessages(long toSequenceNr) => store.DeleteMessages(toSequenceNr);

    public void DeleteSnapshot(long sequenceNr) => store.DeleteSnapshot(sequenceNr);

    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) => store.DeleteSnapshots(criteria);
}
