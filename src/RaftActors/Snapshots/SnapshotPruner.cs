using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>Asks for the chunks of a slot to be deleted.</summary>
internal sealed record PruneSlot(ChunkStore Chunks) : INoSerializationVerificationNeeded;

/// <summary>A slot is empty.</summary>
internal sealed record SlotPruned(int Slot) : INoSerializationVerificationNeeded;

/// <summary>Deletes the chunks of snapshots that are not needed any more, few at a time: a large deletion would hold up the journal.</summary>
internal sealed class SnapshotPruner : UntypedActor
{
    private const int Step = 16;

    private readonly Queue<ChunkStore> _waiting = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _last;
    private long _deleted;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PruneSlot prune:
                _waiting.Enqueue(prune.Chunks);
                if (_waiting.Count == 1)
                    Begin();
                break;
            case LoadSnapshotResult { Snapshot: null }:
                End(new SlotPruned(_waiting.Peek().Slot));
                break;
            case LoadSnapshotResult result:
                _last = result.Snapshot.Metadata.SequenceNr;
                Delete();
                break;
            case LoadSnapshotFailed:
                _last = long.MaxValue; // A chunk that cannot be read can still be deleted.
                _deleted = long.MaxValue - Step;
                Delete();
                break;
            case DeleteSnapshotsSuccess when _deleted >= _last:
                End(new SlotPruned(_waiting.Peek().Slot));
                break;
            case DeleteSnapshotsSuccess:
                Delete();
                break;
            case DeleteSnapshotsFailure failure:
                // The slot stays out of use until the next start.
                _log.Warning("Chunks of an old snapshot cannot be deleted: {0}", failure.Cause.Message);
                End(null);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        _deleted = 0;
        _waiting.Peek().LoadLast(Self);
    }

    private void Delete()
    {
        _deleted += Step;
        _waiting.Peek().DeleteUpTo(_deleted, Self);
    }

    private void End(SlotPruned? result)
    {
        if (result is not null)
            Context.Parent.Tell(result, Self);
        _waiting.Dequeue();
        if (_waiting.Count > 0)
            Begin();
    }
}
