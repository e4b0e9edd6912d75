using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>Recovery: a permit, a snapshot, the events after it. Commands wait in the stash.</summary>
public abstract partial class Eventsourced
{
    private Phase _phase;
    private ICancelable? _recoveryTimeout;
    private bool _eventSeen;
    private Receive? _receiveRecovery;

    private enum Phase
    {
        AwaitingPermit,
        LoadingSnapshot,
        Replaying,

        /// <summary>Receives commands.</summary>
        Processing,

        /// <summary>Commands wait for events to be persisted.</summary>
        Persisting,
    }

    public bool IsRecovering => _phase < Phase.Processing;

    public bool IsRecoveryFinished => !IsRecovering;

    private TimeSpan RecoveryEventTimeout => JournalPlugin.Config.GetTimeSpan("recovery-event-timeout", TimeSpan.FromSeconds(30), false);

    /// <summary>Called when the last event was replayed, before <see cref="RecoveryCompleted"/>.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>Called when recovery fails; the actor stops afterwards.</summary>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is not null)
        {
            Log.Error(reason, "Exception in ReceiveRecover when replaying event type [{0}] with sequence number [{1}] for persistenceId [{2}]",
                message.GetType(), LastSequenceNr, PersistenceId);
        }
        else
        {
            Log.Error(reason, "Persistence failure when replaying events for persistenceId [{0}]. Last known sequence number [{1}]", PersistenceId, LastSequenceNr);
        }
    }

    private void AskForRecoveryPermit()
    {
        _phase = Phase.AwaitingPermit;
        Extension.RecoveryPermitter.Tell(RequestRecoveryPermit.Instance, Self);
    }

    private void Recover(object message)
    {
        try
        {
            if (!TryRecover(message))
                StashCommand(message);
        }
        catch
        {
            GiveRecoveryPermitBack();
            throw;
        }
    }

    private bool TryRecover(object message) => (_phase, message) switch
    {
        (Phase.AwaitingPermit, RecoveryPermitGranted) => StartRecovery(),
        (Phase.LoadingSnapshot, LoadSnapshotResult loaded) => StartReplay(loaded),
        (Phase.LoadingSnapshot, LoadSnapshotFailed failed) => FailRecovery(failed.Cause),
        (Phase.LoadingSnapshot, RecoveryTick { Snapshot: true }) => FailRecovery(Overdue("snapshot")),
        (Phase.Replaying, ReplayedMessage replayed) => Replay(replayed.Persistent),
        (Phase.Replaying, ReplayPaused) => Resume(),
        (Phase.Replaying, RecoverySuccess success) => CompleteRecovery(success),
        (Phase.Replaying, ReplayMessagesFailure failure) => FailRecovery(failure.Cause),
        (Phase.Replaying, RecoveryTick { Snapshot: false }) => CheckProgress(),
        (_, RecoveryTick) => true,
        _ => false,
    };

    private bool StartRecovery()
    {
        _phase = Phase.LoadingSnapshot;
        var timeout = RecoveryEventTimeout;
        _recoveryTimeout = Context.System.Scheduler.ScheduleTellOnceCancelable(timeout, Self, new RecoveryTick(snapshot: true) { ActorInstanceId = _instanceId }, Self);
        LoadSnapshot(SnapshotterId, Recovery.FromSnapshot, Recovery.ToSequenceNr);
        return true;
    }

    private bool StartReplay(LoadSnapshotResult loaded)
    {
        _recoveryTimeout!.Cancel();
        if (loaded.Snapshot is { } selected && !Offer(selected))
            return true;
        _phase = Phase.Replaying;
        var timeout = RecoveryEventTimeout;
        var tick = new RecoveryTick(snapshot: false) { ActorInstanceId = _instanceId };
        _recoveryTimeout = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(timeout, timeout, Self, tick, Self);
        Journal.Tell(new ReplayMessages(LastSequenceNr + 1, loaded.ToSequenceNr, Recovery.ReplayMax, PersistenceId, Self) { ActorInstanceId = _instanceId });
        return true;
    }

    private bool Offer(SelectedSnapshot selected)
    {
        var offer = new SnapshotOffer(selected.Metadata, selected.Snapshot);
        var before = LastSequenceNr;
        try
        {
            LastSequenceNr = selected.Metadata.SequenceNr;
            if (!ReceiveRecovered(offer))
                LastSequenceNr = before;
            return true;
        }
        catch (Exception e)
        {
            FailRecovery(e, offer);
            return false;
        }
    }

    private bool Replay(IPersistentRepresentation persistent)
    {
        _eventSeen = true;
        try
        {
            UpdateLastSequenceNr(persistent);
            ReceiveRecovered(persistent.Payload);
        }
        catch (Exception e)
        {
            FailRecovery(e, persistent.Payload);
        }
        return true;
    }

    private bool Resume()
    {
        Sender.Tell(ContinueReplay.Instance);
        return true;
    }

    private bool CompleteRecovery(RecoverySuccess success)
    {
        _recoveryTimeout!.Cancel();
        OnReplaySuccess();
        LastSequenceNr = Math.Max(success.HighestSequenceNr, LastSequenceNr);
        _sequenceNr = LastSequenceNr;
        _phase = Phase.Processing;
        try
        {
            ReceiveRecovered(RecoveryCompleted.Instance);
        }
        finally
        {
            Flush();
            if (_stashingPending > 0)
                _phase = Phase.Persisting;
            else
                _internalStash.UnstashAll();
        }
        GiveRecoveryPermitBack();
        return true;
    }

    private bool CheckProgress()
    {
        if (!_eventSeen)
            return FailRecovery(Overdue("event"));
        _eventSeen = false;
        return true;
    }

    private bool FailRecovery(Exception cause, object? message = null)
    {
        _recoveryTimeout?.Cancel();
        try
        {
            OnRecoveryFailure(cause, message);
        }
        finally
        {
            Context.Stop(Self);
        }
        GiveRecoveryPermitBack();
        return true;
    }

    private RecoveryTimedOutException Overdue(string what) =>
        new($"Recovery timed out, didn't get {what} within {RecoveryEventTimeout.TotalSeconds}s, highest sequence number seen {LastSequenceNr}.");

    /// <summary>Through the base class, as a command is, but to the handler of recovery.</summary>
    private bool ReceiveRecovered(object message) => base.AroundReceive(_receiveRecovery ??= ReceiveRecover, message);

    private void GiveRecoveryPermitBack() => Extension.RecoveryPermitter.Tell(ReturnRecoveryPermit.Instance, Self);
}
