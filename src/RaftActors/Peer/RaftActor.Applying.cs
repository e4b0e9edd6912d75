using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// Committed entries leave the peer in order, to its state machine (paper, Figure 2: if commitIndex > lastApplied,
// apply).
internal sealed partial class RaftActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private void StartStateMachine() => StartStateMachine(_snapshots.Stored.Latest?.Manifest);

    private void StartStateMachine(SnapshotManifest? manifest)
    {
        _replica.ForgetDigest();
        _reads.Reset();
        _machine.Reset(manifest?.Snapshot, Now);
        if (_replica.IsSetAside)
            return;
        _machine.Start(manifest?.Snapshot, manifest is null ? null : _snapshots.Slots.Chunks(manifest.Slot));
        FeedStateMachine();
    }

    // The state is that of a snapshot from the leader now.
    private void ReplaceStateMachine(SnapshotManifest manifest)
    {
        StopStateMachine(FailureReason.NotLeader, WhyNotLeader);
        StartStateMachine(manifest);
    }

    /// <summary>
    /// Stops the state machine, or its start that is to come, and answers those who had asked it something.
    /// </summary>
    private void StopStateMachine(FailureReason reason, string message)
    {
        _machine.Stop();
        StopTimer(MachineBackoff.Instance);
        _reads.FailAsked(reason, message);
    }

    private void FeedStateMachine()
    {
        if (!_machine.IsRunning)
            return;
        _machine.Feed();
        _reads.Ask();
    }

    private void OnApplied(EntriesApplied applied)
    {
        if (!_machine.IsPresent(applied.Machine))
            return;
        _machine.Applied(applied);
        _metrics.Applied(applied.LastIndex);
        _traces.Applied(applied.LastIndex);
        _proposals.AnswerApplied(applied.LastIndex, applied.Responses);
        if (applied.Digest.Exists)
            _replica.OnDigest(applied.Digest);
        _transfers.Continue();
        FeedStateMachine();
        _snapshots.Consider();
    }

    private void OnTerminated(IActorRef ended)
    {
        if (_machine.Is(ended))
            OnStateMachineFailed();
        else if (!_snapshots.OnTerminated(ended))
            _subscribers.OnTerminated(ended);
    }

    // Nobody knows how far it got in what it was given: those who proposed that learn so. When it fails again and
    // again, those behind need not wait either.
    private void OnStateMachineFailed()
    {
        var delay = _machine.Failed(Now);
        _snapshots.OnStateMachineFailed();
        _proposals.FailAppended(
            "The state machine failed.", _machine.Failures == 1 ? _machine.SentIndex : _raftLog.CommitIndex);
        _reads.FailAsked(FailureReason.StateMachineFailed, "The state machine failed before it could answer.");
        _reads.Ask();

        long wait = (long)delay.TotalMilliseconds;
        Log.Error("{0}: the state machine failed; it is built anew in {1} ms.", PersistenceId, wait);
        StartTimer(MachineBackoff.Instance, delay);
    }

    // The state is wrong: what is on its way from that state machine is no answer any more, and no snapshot.
    private void StopServing()
    {
        _replica.ForgetDigest();
        StopStateMachine(SetAsideReason, _replica.Message);
        _proposals.FailAppended("The replica of the leader was found to differ from the others.", _machine.SentIndex);
        _reads.Ask();
        _snapshots.OnSetAside(_replica.Message);
        _subscribers.EndOffers(_replica.Message);
    }

    // Whoever asks may do so again where the answer says, or here when there is another leader.
    private FailureReason SetAsideReason => FollowedLeader is null ? FailureReason.NoLeader : FailureReason.NotLeader;

    private void AnswerEverything(string why)
    {
        _traces.Stop(why);
        _proposals.FailAppended(why);
        _reads.FailAll(why);
        _transfers.FailRequests(why);
        _proposals.FailHeld(why);
        _transfers.AnswerReadyToStop();
        _forwarding.FailAll(why);
        _changes.Abandon(FailureReason.OutcomeUnknown, $"{why} Look at the members.");
        _snapshots.Stop(why);
        _subscribers.TellEnd(why);
    }

    private sealed record MachineBackoff
    {
        public static readonly MachineBackoff Instance = new();
    }
}
