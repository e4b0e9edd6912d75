using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Handles the answers to <see cref="GroupClient"/>'s requests that are not final, sends requests again where that is
/// safe, and ends those that take too long.
/// </summary>
internal sealed class GroupClientActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    // After this many sweeps without a request, the sweeping stops. Its timer is a third of an idle node's timers.
    private const int EmptySweeps = 20;

    private readonly PendingRequests _pending;
    private readonly IActorRef _group;
    private readonly TimeSpan _leaderWait;
    private int _emptySweeps;

    public GroupClientActor(PendingRequests pending, IActorRef group, TimeSpan leaderWait, string? name)
    {
        _pending = pending;
        _group = group;
        _leaderWait = leaderWait;
        Receive<Proposed>(done => Complete(done.CorrelationId, done));
        Receive<QueryResult>(done => Complete(done.CorrelationId, done));
        Receive<ProposalFailed>(failed => OnFailed(failed.CorrelationId, failed.Reason, failed));
        Receive<QueryFailed>(failed => OnFailed(failed.CorrelationId, failed.Reason, failed));
        // The leader of another group is of no use: a request that is sent without a leader waits at the peer, and may
        // then have an outcome that nobody knows.
        Receive<LeaderChanged>(changed => name is null || changed.Group == name,
            changed => Sweep(hasLeader: changed.Leader is not null));
        Receive<LeaderChanged>(static _ => { });
        Receive<StartSweeping>(_ => StartSweepTimer());
        Receive<SweepNow>(_ => OnSweepNow());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(LeaderChanged));
        // Also after a restart of this actor. The requests that came before rely on being swept.
        StartSweepTimer();
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var (id, request) in _pending.All)
        {
            if (_pending.TryTake(id, out _))
                request.TrySetResult(request.Expired(id));
        }
    }

    private void Complete(long id, object answer)
    {
        // The answer is dropped if it comes after the deadline, or if it is the second answer to a query that was sent
        // twice.
        if (_pending.TryTake(id, out var request))
            request.TrySetResult(answer);
    }

    private void OnFailed(long id, FailureReason reason, object answer)
    {
        if (!_pending.TryGet(id, out var request))
            return;
        request.MayBeDone |= reason == FailureReason.OutcomeUnknown;
        var mayBeWritten = request is { MayBeDone: true, Message: Propose };
        switch (reason)
        {
            case FailureReason.NoLeader or FailureReason.NotLeader:
            case FailureReason.OutcomeUnknown when request.IsRepeatable:
                request.NotDone = answer;
                break;
            case FailureReason.Overloaded when mayBeWritten:
                // This attempt was not done, and the outcome of an earlier one is unknown. The request is sent again
                // when it has waited long enough.
                break;
            case FailureReason.SessionExpired when mayBeWritten:
                Complete(id, ((ProposalFailed)answer) with { Reason = FailureReason.OutcomeUnknown });
                break;
            default:
                Complete(id, answer);
                break;
        }
    }

    private void StartSweepTimer() => Timers.StartPeriodicTimer(SweepNow.Instance, SweepNow.Instance, SweepInterval);

    private void OnSweepNow()
    {
        _emptySweeps = _pending.IsEmpty ? _emptySweeps + 1 : 0;
        if (_emptySweeps < EmptySweeps)
        {
            Sweep(hasLeader: false);
            return;
        }
        _emptySweeps = 0;
        if (_pending.TryEndSweeping())
            Timers.Cancel(SweepNow.Instance);
    }

    private void Sweep(bool hasLeader)
    {
        if (_pending.IsEmpty)
            return;
        var now = Context.System.Scheduler.HighResMonotonicClock;
        foreach (var (id, request) in _pending.All)
        {
            if (now >= request.Deadline)
                Complete(id, request.Expired(id));
            else if (IsToBeSentAgain(request, now, hasLeader))
                Send(request, now);
        }
    }

    /// <summary>
    /// Whether to send a request again. A request that was not done is sent again at once if there is a leader. Without
    /// a leader it would wait on the peer. If it would still wait there at its deadline, it is not sent, because its
    /// outcome would then become unknown.
    /// </summary>
    private bool IsToBeSentAgain(PendingRequest request, TimeSpan now, bool hasLeader) => request.NotDone is not null
        ? hasLeader || now + _leaderWait < request.Deadline
        : request.IsRepeatable && now - request.SentAt > request.Patience;

    private void Send(PendingRequest request, TimeSpan now)
    {
        if (request.NotDone is null)
        {
            request.MayBeDone = true;
            request.Patience *= 2; // As long as nothing is committed, each attempt adds an entry to the log.
        }
        request.NotDone = null;
        request.SentAt = now;
        _group.Tell(request.Message, Self);
    }

    /// <summary>Sent when a request comes while the sweeping is stopped.</summary>
    public sealed class StartSweeping
    {
        public static readonly StartSweeping Instance = new();
    }

    private sealed class SweepNow
    {
        public static readonly SweepNow Instance = new();
    }
}
