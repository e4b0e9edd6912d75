using Akka.Actor;
using RaftActors.Log;
using RaftActors.Snapshots;

namespace RaftActors.StateMachines;

/// <summary>
/// Runs a peer's state machine in an actor of its own, and sends it committed entries in order. The number of entries
/// sent ahead of the applied ones has a limit. A state machine that fails is stopped, not restarted in place. Another
/// one is started after a back-off, so that a command that always fails does not keep the processor busy.
/// </summary>
/// <param name="context">The context of the peer. The actor is a child of the peer.</param>
/// <param name="settings">The peer's settings.</param>
/// <param name="log">The peer's log.</param>
/// <param name="random">The source of randomness for the back-off.</param>
/// <param name="create">Makes a state machine.</param>
internal sealed class StateMachineRunner(
    IActorContext context, RaftSettings settings, RaftLog log, Random random, Func<IStateMachine> create)
{
    private readonly IActorRef _peer = context.Self;
    private readonly LeadershipNews _news = new();
    private IActorRef? _machine;

    // The number of the running state machine. Messages from earlier ones do not count.
    private int _epoch;
    private TimeSpan _started;

    /// <summary>Whether there is a state machine.</summary>
    public bool IsRunning => _machine is not null;

    /// <summary>
    /// Whether the state machine may be stopped while the group goes on: it runs, no session is open, and it does not
    /// want to know who leads. One that does may do something as the leader's.
    /// </summary>
    public bool MaySleep => IsRunning && OpenSessions == 0 && !_news.IsTold;

    /// <summary>The index of the last entry that was sent to the state machine.</summary>
    public long SentIndex { get; private set; }

    /// <summary>The last entry that the state machine has applied (paper: lastApplied).</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>The number of open client sessions.</summary>
    public int OpenSessions { get; private set; }

    /// <summary>Whether the state machine can say the digest of its state.</summary>
    public bool HasDigest { get; private set; }

    /// <summary>How often the state machine has failed lately.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether a message comes from the running state machine.</summary>
    /// <param name="epoch">The number of the state machine in the message.</param>
    public bool IsPresent(int epoch) => epoch == _epoch;

    /// <summary>Whether an actor is the running state machine.</summary>
    public bool Is(IActorRef actor) => actor.Equals(_machine);

    /// <summary>Prepares for another state machine. Its state begins with a snapshot, or empty.</summary>
    public void Reset(Snapshot? snapshot, TimeSpan now)
    {
        _epoch++;
        _started = now;
        SentIndex = AppliedIndex = snapshot?.LastIncludedIndex ?? 0;
    }

    /// <summary>Starts a state machine from where <see cref="Reset"/> has set it.</summary>
    /// <param name="snapshot">The snapshot to start from; <c>null</c> for none.</param>
    /// <param name="chunks">The bytes of the snapshot.</param>
    public void Start(Snapshot? snapshot, ChunkStore? chunks)
    {
        _machine = context.ActorOf(
            StateMachineActor.Props(create, _epoch, snapshot, chunks, _news), $"state-machine-{_epoch}");
        context.Watch(_machine);
    }

    /// <summary>Stops the state machine. Its messages no longer count.</summary>
    public void Stop()
    {
        _epoch++;
        if (_machine is not { } machine)
            return;
        context.Unwatch(machine);
        context.Stop(machine);
        _machine = null;
    }

    /// <summary>Sends committed entries to the state machine, as far as its credits allow.</summary>
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

    /// <summary>
    /// Sends a message to the state machine, which handles it after the entries that were sent before.
    /// </summary>
    public void Ask(object message) => _machine!.Tell(message, _peer);

    /// <summary>Called with each event that the peer announces, for a state machine that wants to know.</summary>
    public void Announce(object @event) => _news.Announce(@event);

    /// <summary>Called when the state machine has applied entries.</summary>
    public void Applied(EntriesApplied applied)
    {
        AppliedIndex = applied.LastIndex;
        OpenSessions = applied.OpenSessions;
        HasDigest = applied.HasDigest;
    }

    /// <summary>Called when the state machine has failed.</summary>
    /// <returns>How long to wait before another one is started.</returns>
    public TimeSpan Failed(TimeSpan now)
    {
        _machine = null;
        if (now - _started >= settings.RestartBackoffMax)
            Failures = 0;
        return Backoff.After(Failures++, settings, random);
    }
}
