using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

public abstract partial class Eventsourced
{
    /// <summary>What stays behind in the stash of an instance that ends: confirmations and replayed events were meant for that instance alone.</summary>
    public static readonly Func<Envelope, bool> UnstashFilterPredicate = envelope => envelope.Message is not (WriteMessageSuccess or ReplayedMessage);

    public override void AroundPreStart()
    {
        if (PersistenceId is null)
            throw new InvalidOperationException($"PersistenceId is [null] for PersistentActor [{Self.Path}]");
        // A plugin that is missing fails the actor now, not when it first writes.
        _ = Journal;
        _ = SnapshotStore;
        AskForRecoveryPermit();
        base.AroundPreStart();
    }

    public override void AroundPreRestart(Exception cause, object? message)
    {
        try
        {
            _recoveryTimeout?.Cancel();
            ReturnStashed();
        }
        finally
        {
            object? inner = message switch
            {
                WriteMessageSuccess success => success.Persistent,
                LoopMessageSuccess loop => loop.Message,
                ReplayedMessage replayed => replayed.Persistent,
                _ => message,
            };
            Flush();
            base.AroundPreRestart(cause, inner);
        }
    }

    public override void AroundPostRestart(Exception reason, object? message)
    {
        AskForRecoveryPermit();
        base.AroundPostRestart(reason, message);
    }

    public override void AroundPostStop()
    {
        try
        {
            _recoveryTimeout?.Cancel();
            ReturnStashed();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    protected internal override bool AroundReceive(Receive receive, object message)
    {
        if (IsForPredecessor(message))
            return true;
        if (_phase >= Phase.Processing)
            Process(receive, message);
        else
            Recover(message);
        return true;
    }

    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                return;
            case SaveSnapshotFailure failure:
                Log.Warning("Failed to save the snapshot {0}: {1}", failure.Metadata, failure.Cause.Message);
                break;
            case DeleteSnapshotFailure failure:
                Log.Warning("Failed to delete the snapshot {0}: {1}", failure.Metadata, failure.Cause.Message);
                break;
            case DeleteSnapshotsFailure failure:
                Log.Warning("Failed to delete snapshots of {0}: {1}", PersistenceId, failure.Cause.Message);
                break;
            case DeleteMessagesFailure failure:
                Log.Warning("Failed to delete the events of {0} up to {1}: {2}", PersistenceId, failure.ToSequenceNr, failure.Cause.Message);
                break;
        }
        base.Unhandled(message);
    }

    /// <summary>What an instance had asked the journal, or the scheduler, for before it was restarted.</summary>
    private bool IsForPredecessor(object message)
    {
        switch (message)
        {
            case IReplayResponse { ActorInstanceId: not 0 } replay when replay.ActorInstanceId != _instanceId:
                // It would wait for an answer as long as this actor lives.
                if (replay is ReplayPaused)
                    Sender.Tell(AbandonReplay.Instance);
                return true;
            case RecoveryTick tick:
                return tick.ActorInstanceId != _instanceId;
            default:
                return false;
        }
    }

    private void ReturnStashed()
    {
        _internalStash.UnstashAll();
        _stash?.UnstashAll(UnstashFilterPredicate);
    }

    /// <summary>
    /// The stash that the actor's own code sees. What it unstashes goes in front of what waits for events to be persisted, since those commands come back one by one.
    /// </summary>
    private sealed class CommandStash(IStash commands, IStash waiting) : IStash
    {
        public int Count => commands.Count;

        public bool IsEmpty => commands.IsEmpty;

        public bool NonEmpty => commands.NonEmpty;

        public bool IsFull => commands.IsFull;

        public int Capacity => commands.Capacity;

        public void Stash() => commands.Stash();

        public void Unstash() => commands.Unstash();

        public void UnstashAll() => waiting.Prepend(commands.ClearStash());

        public void UnstashAll(Func<Envelope, bool> predicate) => commands.UnstashAll(predicate);

        public IEnumerable<Envelope> ClearStash() => commands.ClearStash();

        public void Prepend(IEnumerable<Envelope> envelopes) => commands.Prepend(envelopes);
    }
}
