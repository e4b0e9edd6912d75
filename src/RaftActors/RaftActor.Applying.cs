using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// Committed entries leave the peer in order: to the state machine, so many ahead of what it has applied.
internal sealed partial class RaftActor
{
    private readonly Func<IStateMachine> _createStateMachine;
    private IActorRef? _stateMachine;
    private TimeSpan _machineStarted;

    // Which state machine is running: answers of earlier ones are none.
    private int _machine;
    private int _machineFailures;
    private long _handedIndex;
    private long _appliedIndex;
    private int _openSessions;

    // A failed state machine is not restarted in place but stopped, and another one started after back-off: a command that always fails must not keep the processor busy.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private void StartStateMachine()
    {
        _machine++;
        _machineStarted = Now;
        _digest = default;
        var snapshot = _snapshot?.Manifest;
        _handedIndex = _appliedIndex = snapshot?.Snapshot.LastIncludedIndex ?? 0;
        _freshness.Reset();
        if (IsSetAside)
            return;
        _stateMachine = Context.ActorOf(
            StateMachineActor.Props(_createStateMachine, _machine, snapshot?.Snapshot, snapshot is null ? null : Chunks(snapshot.Slot)), $"state-machine-{_machine}");
        Context.Watch(_stateMachine);
        FeedStateMachine();
    }

    // The state is that of a snapshot from the leader now.
    private void ReplaceStateMachine(StoredSnapshot stored)
    {
        _snapshot = stored;
        StopStateMachine(FailureReason.NotLeader, NotLeaderMessage());
        StartStateMachine();
    }

    /// <summary>Stops the state machine, or its start that is to come, and answers those who had asked it something.</summary>
    private void StopStateMachine(FailureReason reason, string message)
    {
        if (_stateMachine is { } machine)
        {
            Context.Unwatch(machine);
            Context.Stop(machine);
        }
        Timers.Cancel(MachineBackoff.Instance);
        while (_asked.TryDequeue(out var replyTo))
            FailQuery(replyTo, reason, message);
    }

    private void FeedStateMachine()
    {
        if (_stateMachine is not { } machine)
            return;
        while (_handedIndex < _log.CommitIndex && _handedIndex - _appliedIndex < _settings.ApplyCredits)
        {
            long last = Math.Min(_log.CommitIndex, _handedIndex + _settings.ApplyBatchEntries);
            machine.Tell(new ApplyEntries(_log.Slice(_handedIndex + 1, last)), Self);
            _handedIndex = last;
        }
        AskStateMachine();
    }

    private void OnApplied(EntriesApplied applied)
    {
        if (applied.Machine != _machine)
            return;
        _appliedIndex = applied.LastIndex;
        _openSessions = applied.OpenSessions;
        _hasDigest = applied.HasDigest;
        AnswerApplied(applied.LastIndex, applied.Responses);
        if (applied.Digest.Exists)
            NoteDigest(applied.Digest);
        ContinueTransfer();
        FeedStateMachine();
        ConsiderSnapshot();
    }

    private void OnTerminated(IActorRef ended)
    {
        if (ended.Equals(_stateMachine))
            OnStateMachineFailed();
        else if (_work is SnapshotWork.WithActor work && ended.Equals(work.Actor))
            OnSnapshotActorEnded(work);
        else if (!EndBackup(ended) && !EndOffer(ended, new SnapshotRead(null, "its reader failed")))
            RemoveSubscriber(ended);
    }

    // Nobody knows how far it got in what it was handed: those who proposed that learn so. When it fails again and again, those behind need not wait either.
    private void OnStateMachineFailed()
    {
        _stateMachine = null;
        if (_work is SnapshotWork.Capturing || (_work is null && IsSnapshotAsked))
            FailSnapshot("the state machine failed");
        if (Now - _machineStarted >= _settings.RestartBackoffMax)
            _machineFailures = 0;
        AnswerProposals("The state machine failed.", _machineFailures == 0 ? _handedIndex : _log.CommitIndex);
        while (_asked.TryDequeue(out var replyTo))
            FailQuery(replyTo, FailureReason.StateMachineFailed, "The state machine failed before it could answer.");
        AskStateMachine();

        var delay = Backoff.After(_machineFailures++, _settings, _random);
        Log.Error("{0}: the state machine failed; it is built anew in {1} ms.", PersistenceId, (long)delay.TotalMilliseconds);
        StartTimer(MachineBackoff.Instance, delay);
    }

    private void AnswerEverything(string why)
    {
        AnswerProposals(why);
        FailReads(why);
        if (_transfer is { } transfer)
        {
            FailRequesters(transfer, why);
            while (transfer.TryTakeHeld(out _, out var replyTo))
                FailProposal(replyTo, FailureReason.NoLeader, why);
        }
        AnswerLater();
        FailForwards(why);
        AbandonChange(FailureReason.OutcomeUnknown, $"{why} Look at the members.");
        AnswerSnapshotAskers(why);
        foreach (var subscription in _subscriptions)
            subscription.Subscriber.Tell(new SubscriptionEnded($"{why} Subscribe again, from the index after the last one handled."), Self);
    }

    private sealed record MachineBackoff
    {
        public static readonly MachineBackoff Instance = new();
    }
}
