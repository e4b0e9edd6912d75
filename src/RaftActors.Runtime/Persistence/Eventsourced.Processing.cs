using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>After recovery: commands, and the confirmations of what they persisted.</summary>
public abstract partial class Eventsourced
{
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].", @event.GetType(), sequenceNr, PersistenceId);

    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].",
        @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    private void Process(Receive receive, object message)
    {
        if (TryConfirm(message))
            return;
        if (_phase == Phase.Persisting)
        {
            StashCommand(message);
            return;
        }
        var failed = true;
        try
        {
            base.AroundReceive(receive, message);
            failed = false;
        }
        finally
        {
            Flush();
            AfterCommand(failed);
        }
    }

    private bool TryConfirm(object message)
    {
        switch (message)
        {
            // Confirmations for a predecessor, which was restarted while they were on their way, are not for this instance.
            case WriteMessageSuccess success:
                if (success.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(success.Persistent);
                    CallHandler(success.Persistent.Payload);
                }
                return true;
            case LoopMessageSuccess loop:
                if (loop.ActorInstanceId == _instanceId)
                    CallHandler(loop.Message);
                return true;
            case WriteMessageRejected rejected:
                if (rejected.ActorInstanceId == _instanceId)
                {
                    UpdateLastSequenceNr(rejected.Persistent);
                    AfterConfirmation(failed: false);
                    OnPersistRejected(rejected.Cause, rejected.Persistent.Payload, rejected.Persistent.SequenceNr);
                }
                return true;
            case WriteMessageFailure failure:
                if (failure.ActorInstanceId == _instanceId)
                    StopAfterFailure(failure);
                return true;
            case WriteMessagesSuccessful:
                _writing = false;
                Flush();
                return true;
            case WriteMessagesFailed failed:
                // With events in it, failures follow that stop the actor: nothing may be written after what was not.
                if (failed.WriteCount == 0)
                    _writing = false;
                return true;
            case RecoveryTick:
                // Was on its way when recovery completed.
                return true;
            default:
                return false;
        }
    }

    private void CallHandler(object @event)
    {
        var failed = true;
        try
        {
            _pending.Peek().Invoke(@event);
            failed = false;
        }
        finally
        {
            Flush();
            AfterConfirmation(failed);
        }
    }

    private void StopAfterFailure(WriteMessageFailure failure)
    {
        AfterConfirmation(failed: false);
        try
        {
            OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
        }
        finally
        {
            Context.Stop(Self);
        }
    }

    private void AfterConfirmation(bool failed)
    {
        var handled = _pending.Dequeue();
        if (_phase == Phase.Processing)
        {
            Unstash(all: failed);
            return;
        }
        if (handled.IsStashing)
            _stashingPending--;
        if (_stashingPending > 0)
            return;
        _phase = Phase.Processing;
        Unstash(all: failed);
    }

    private void AfterCommand(bool failed)
    {
        if (_stashingPending > 0)
            _phase = Phase.Persisting;
        else
            Unstash(all: failed);
    }

    /// <summary>Hands what was persisted to the journal, unless it is still writing what was before: then all of it goes with the next write.</summary>
    private void Flush()
    {
        if (_writing || _batch.Count == 0)
            return;
        _writing = true;
        var write = new WriteMessages(_batch, Self, _instanceId);
        _batch = [];
        JournalPlugin.Write(write);
    }

    private void StashCommand(object message)
    {
        try
        {
            _internalStash.Stash();
        }
        catch (StashOverflowException)
        {
            switch (InternalStashOverflowStrategy)
            {
                case DiscardToDeadLetterStrategy:
                    Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                    break;
                case ReplyToStrategy reply:
                    Sender.Tell(reply.Response);
                    break;
                default:
                    throw;
            }
        }
    }

    /// <summary>Commands come back from the stash one by one, each behind the last one's events; after a failure all of them, since the actor may be another then.</summary>
    private void Unstash(bool all)
    {
        if (all)
            _internalStash.UnstashAll();
        else
            _internalStash.Unstash();
    }

    private void UpdateLastSequenceNr(IPersistentRepresentation persistent) => LastSequenceNr = Math.Max(LastSequenceNr, persistent.SequenceNr);
}
