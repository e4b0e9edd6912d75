using Akka.Actor;
using Akka.Persistence;
using Akka.TestKit;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Tests.Snapshots;

/// <summary>
/// The journal and the snapshot store of a peer, in place of the peer: the snapshot store is a probe.
/// </summary>
internal sealed class FakeStore(TestProbe probe) : IPeerStore
{
    public IActorRef SnapshotStore => probe.Ref;

    public long LastSequenceNr { get; set; }

    /// <summary>Up to which event the peer was last asked to delete its journal.</summary>
    public long DeletedMessages { get; private set; }

    /// <summary>The manifests that the peer was asked to delete.</summary>
    public List<long> DeletedSnapshots { get; } = [];

    /// <summary>Up to which manifest the peer was last asked to delete all.</summary>
    public long DeletedSnapshotsUpTo { get; private set; }

    public void DeleteMessages(long toSequenceNr) => DeletedMessages = toSequenceNr;

    public void DeleteSnapshot(long sequenceNr) => DeletedSnapshots.Add(sequenceNr);

    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) => DeletedSnapshotsUpTo = criteria.MaxSequenceNr;

    /// <summary>What the snapshot store was asked next.</summary>
    public T Take<T>() => probe.ExpectMsg<T>();

    /// <summary>Answers what was asked last: there is no chunk.</summary>
    public void AnswerEmpty() => probe.Reply(new LoadSnapshotResult(null, long.MaxValue));

    /// <summary>The snapshot store was asked nothing.</summary>
    public void ExpectNone() => Assert.False(probe.HasMessages);

    /// <summary>All slots that are to be emptied turn out to be empty.</summary>
    public void EmptySlots()
    {
        while (probe.HasMessages)
        {
            PrunedSlot();
            AnswerEmpty();
        }
    }

    /// <summary>Answers a request for a chunk; without bytes: that there is none.</summary>
    public void Answer(byte[]? chunk)
    {
        var load = Take<LoadSnapshot>();
        var metadata = new SnapshotMetadata(load.PersistenceId, load.ToSequenceNr, DateTime.UnixEpoch);
        var found = chunk is null ? null : new SelectedSnapshot(metadata, new SnapshotChunk(chunk));
        probe.Reply(new LoadSnapshotResult(found, load.ToSequenceNr));
    }

    /// <summary>Answers a request for a chunk: the store has failed.</summary>
    public void Fail()
    {
        Take<LoadSnapshot>();
        probe.Reply(new LoadSnapshotFailed(new IOException("The disk is broken.")));
    }

    /// <summary>Answers a request to save a chunk or a manifest, and returns what was saved.</summary>
    public object Save()
    {
        var save = Take<SaveSnapshot>();
        probe.Reply(new SaveSnapshotSuccess(save.Metadata));
        return save.Snapshot;
    }

    /// <summary>Answers a request to save a chunk or a manifest: it cannot be saved.</summary>
    public void Refuse() =>
        probe.Reply(new SaveSnapshotFailure(Take<SaveSnapshot>().Metadata, new IOException("The disk is full.")));

    /// <summary>The slot that is being emptied: its last chunk is asked for.</summary>
    public int PrunedSlot()
    {
        string id = Take<LoadSnapshot>().PersistenceId;
        return Enumerable.Range(0, ChunkStore.Slots)
            .Single(slot => id == PersistenceIds.OfChunks("raft-group-a", slot));
    }
}
