using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Gets the answers of <see cref="GroupClient"/>'s requests, sends again what may be sent again, and ends what takes
/// too long.
/// </summary>
internal sealed class GroupClientActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    // So many sweeps in a row that find nothing end the sweeping: its timer is a third of an idle node's timers.
    private const int EmptySweeps = 20;

    private readonly PendingRequests _pending;
    private readonly IActorRef _group;
    private readonly TimeSpan _leaderWait;
    private int _emptySweeps;

    public GroupClientActor(PendingRequests pending, IActorRef group, TimeSpan leaderWait)
    {
        _pending = pending;
        _group = group;
        _leaderWait = leaderWait;
        Receive<Proposed>(done => Complete(done.CorrelationId, done));
        Receive<QueryResult>(done => Complete(done.CorrelationId, done));
        Receive<ProposalFailed>(failed => OnFailed(failed.CorrelationId, failed.Reason, failed));
        Receive<QueryFailed>(failed => OnFailed(failed.CorrelationId, failed.Reason, failed));
        Receive<LeaderChanged>(changed => Sweep(hasLeader: changed.Leader is not null));
        Receive<StartSweeping>(_ => StartSweepTimer());
        Receive<SweepNow>(_ => OnSweepNow());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(LeaderChanged));
        // Also after a restart, when nobody says so: the requests that came meanwhile believe that they are swept.
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
        // An answer that comes after the deadline, or a second one to a query that was sent twice, finds nothing.
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
                // Nothing was done this time, and what was before is not known: when it has been without an answer for
                // long enough, it is sent again.
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
    /// Sends again what was not done, at once when a leader is there. Without one it waits on the peer, and one that
    /// would still wait there at its deadline is not sent again: what is known to be not done would become unknown.
    /// </summary>
    private bool IsToBeSentAgain(PendingRequest request, TimeSpan now, bool hasLeader) => request.NotDone is not null
        ? hasLeader || now + _leaderWait < request.Deadline
        : request.IsRepeatable && now - request.SentAt > request.Patience;

    private void Send(PendingRequest request, TimeSpan now)
    {
        if (request.NotDone is null)
        {
            request.MayBeDone = true;
            request.Patience *= 2; // While nothing commits, each time is one more entry in the log.
        }
        request.NotDone = null;
        request.SentAt = now;
        _group.Tell(request.Message, Self);
    }

    /// <summary>Told when a request comes and no sweep is due.</summary>
    public sealed class StartSweeping
    {
        public static readonly StartSweeping Instance = new();
    }

    private sealed class SweepNow
    {
        public static readonly SweepNow Instance = new();
    }
}
