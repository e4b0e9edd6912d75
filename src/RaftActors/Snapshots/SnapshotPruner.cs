using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>Asks for the deletion of the chunks in a slot.</summary>
internal sealed record PruneSlot(ChunkStore Chunks) : INoSerializationVerificationNeeded;

/// <summary>A slot is empty.</summary>
internal sealed record SlotPruned(int Slot) : INoSerializationVerificationNeeded;

/// <summary>A slot cannot be emptied. The pruner tries it again.</summary>
internal sealed record PruneFailed(Exception Cause) : INoSerializationVerificationNeeded;

/// <summary>
/// Deletes the chunks of snapshots that are no longer needed, a few at a time. A large deletion would delay the
/// journal.
/// </summary>
internal sealed class SnapshotPruner(TimeSpan retryAfter) : UntypedActor, IWithTimers
{
    private const int Step = 16;

    private readonly Queue<ChunkStore> _waiting = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _last;
    private long _deleted;

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The props of a pruner.</summary>
    /// <param name="retryAfter">How long the pruner waits after a failure.</param>
    // A captured variable is cheaper: Akka.NET would compile any other argument at each call.
    public static Props Props(TimeSpan retryAfter) => Akka.Actor.Props.Create(() => new SnapshotPruner(retryAfter));

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
                End(isEmpty: true);
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
                End(isEmpty: true);
                break;
            case DeleteSnapshotsSuccess:
                Delete();
                break;
            case DeleteSnapshotsFailure failure:
                _log.Warning("Chunks of an old snapshot cannot be deleted: {0} Their slot is out of use until that "
                    + "succeeds; it is tried again in {1} s.", failure.Cause.Message, retryAfter.TotalSeconds);
                Context.Parent.Tell(new PruneFailed(failure.Cause), Self);
                End(isEmpty: false);
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

    private void End(bool isEmpty)
    {
        var chunks = _waiting.Dequeue();
        if (isEmpty)
            Context.Parent.Tell(new SlotPruned(chunks.Slot), Self);
        else
            Timers.StartSingleTimer(chunks.Slot, new PruneSlot(chunks), retryAfter);
        if (_waiting.Count > 0)
            Begin();
    }
}
