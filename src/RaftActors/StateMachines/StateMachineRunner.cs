using Akka.Actor;
using RaftActors.Log;
using RaftActors.Snapshots;

namespace RaftActors.StateMachines;

/// <summary>
/// Runs a peer's state machine in an actor of its own, and gives it committed entries in order, so many ahead of what
/// it has applied. A state machine that fails is not restarted in place but stopped, and another one is started after a
/// back-off: a command that always fails must not keep the processor busy.
/// </summary>
/// <param name="context">The peer's, whose child the actor is.</param>
/// <param name="settings">The peer's settings.</param>
/// <param name="log">The peer's log.</param>
/// <param name="random">For the back-off.</param>
/// <param name="create">Makes a state machine.</param>
internal sealed class StateMachineRunner(
    IActorContext context, RaftSettings settings, RaftLog log, Random random, Func<IStateMachine> create)
{
    private readonly IActorRef _peer = context.Self;
    private IActorRef? _machine;

    // Which state machine is running: what earlier ones say does not count.
    private int _epoch;
    private TimeSpan _started;

    /// <summary>Whether there is a state machine.</summary>
    public bool IsRunning => _machine is not null;

    /// <summary>The last entry that the state machine was given.</summary>
    public long SentIndex { get; private set; }

    /// <summary>The last entry that the state machine has applied (paper: lastApplied).</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>How many sessions of clients are open.</summary>
    public int OpenSessions { get; private set; }

    /// <summary>Whether the state machine can say the digest of its state.</summary>
    public bool HasDigest { get; private set; }

    /// <summary>How often the state machine has failed lately.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether a message is of the state machine that is running.</summary>
    /// <param name="epoch">The number of the state machine in the message.</param>
    public bool IsPresent(int epoch) => epoch == _epoch;

    /// <summary>Whether an actor is the state machine's.</summary>
    public bool Is(IActorRef actor) => actor.Equals(_machine);

    /// <summary>Begins anew: the state is that of a snapshot, or there is none.</summary>
    public void Reset(Snapshot? snapshot, TimeSpan now)
    {
        _epoch++;
        _started = now;
        SentIndex = AppliedIndex = snapshot?.LastIncludedIndex ?? 0;
    }

    /// <summary>Starts a state machine. It begins where it was last reset to.</summary>
    /// <param name="snapshot">The snapshot to begin with.</param>
    /// <param name="chunks">The bytes of the snapshot.</param>
    public void Start(Snapshot? snapshot, ChunkStore? chunks)
    {
        _machine = context.ActorOf(
            StateMachineActor.Props(create, _epoch, snapshot, chunks), $"state-machine-{_epoch}");
        context.Watch(_machine);
    }

    /// <summary>Stops the state machine. What is on its way from it does not count any more.</summary>
    public void Stop()
    {
        _epoch++;
        if (_machine is not { } machine)
            return;
        context.Unwatch(machine);
        context.Stop(machine);
        _machine = null;
    }

    /// <summary>Gives the state machine what is committed, as far as it has credits.</summary>
    public void Feed()
    {
        if (_machine is not { } machine)
            return;
        while (SentIndex < log.CommitIndex && SentIndex - AppliedIndex < settings.ApplyCredits)
        {
            long last = Math.Min(log.CommitIndex, SentIndex + settings.ApplyBatchEntries);
            machine.Tell(new ApplyEntries(log.Slice(SentIndex + 1, last)), _peer);
            SentIndex = last;
        }
    }

    /// <summary>Asks the state machine, which has applied by then what it was given before.</summary>
    public void Ask(object message) => _machine!.Tell(message, _peer);

    /// <summary>The state machine has applied entries.</summary>
    public void Applied(EntriesApplied applied)
    {
        AppliedIndex = applied.LastIndex;
        OpenSessions = applied.OpenSessions;
        HasDigest = applied.HasDigest;
    }

    /// <summary>The state machine has failed.</summary>
    /// <returns>How long to wait before another one is started.</returns>
    public TimeSpan Failed(TimeSpan now)
    {
        _machine = null;
        if (now - _started >= settings.RestartBackoffMax)
            Failures = 0;
        return Backoff.After(Failures++, settings, random);
    }
}
