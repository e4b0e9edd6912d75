using Akka.Actor;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Singletons;

/// <summary>
/// Decides when this node runs the singleton. It asks the peer again and again whether a majority confirms that the
/// peer leads, and keeps the singleton as long as that is so.
/// </summary>
/// <remarks>
/// Time is measured by the scheduler's monotonic clock. A tenure is counted from before the question. The wait of a new
/// leader is counted from when this actor hears of the election. Both are on the safe side.
/// </remarks>
internal sealed class SingletonManager : UntypedActor, IWithTimers
{
    private readonly RaftSingletonSettings _settings;
    private readonly Func<SingletonTenure, Props> _singleton;
    private readonly IActorRef _peer;
    private readonly IScheduler _scheduler = Context.System.Scheduler;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    // The term in which the peer leads, and from when on this node may run the singleton in that term.
    private (long Term, TimeSpan StartsAt)? _leads;
    private SingletonTenure? _tenure;

    // Not null until the gate has stopped, and with it the singleton.
    private IActorRef? _gate;

    public SingletonManager(RaftSingletonSettings settings, Func<SingletonTenure, Props> singleton)
    {
        _settings = settings;
        _singleton = singleton;
        _peer = settings.Peer!;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _scheduler.HighResMonotonicClock;

    public static Props Props(RaftSingletonSettings settings, Func<SingletonTenure, Props> singleton) =>
        Akka.Actor.Props.Create(() => new SingletonManager(settings, singleton));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(RoleChanged));
        Context.System.EventStream.Subscribe(Self, typeof(LeaderChanged));
        Timers.StartPeriodicTimer(CheckDue.Instance, CheckDue.Instance, TimeSpan.Zero, _settings.CheckInterval);
    }

    protected override void PostStop()
    {
        _tenure?.End();
        Context.System.EventStream.Unsubscribe(Self);
    }

    // If the singleton fails, the gate makes it again. If the gate fails, it is stopped.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CheckDue:
                _peer.Tell(new ConfirmLeadership(Now.Ticks));
                break;
            case LeadershipConfirmed confirmed:
                OnConfirmed(confirmed);
                break;
            case QueryFailed failed:
                StepDown();
                Context.Parent.Tell(new LeaderIs(failed.Leader?.Address));
                break;
            case RoleChanged changed when changed.Group == _settings.Group:
                OnRoleChanged(changed);
                break;
            case LeaderChanged changed when changed.Group == _settings.Group:
                Context.Parent.Tell(new LeaderIs(changed.Leader?.Address));
                break;
            case TenureDue:
                OnTenureDue();
                break;
            case Terminated ended when ended.ActorRef.Equals(_gate):
                OnStopped();
                break;
            case RoleChanged or LeaderChanged:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // A peer's own word can be late: it tells nobody of a term before the term is durable.
    private void OnRoleChanged(RoleChanged changed)
    {
        if (changed.Role == RaftRole.Leader)
            Lead(changed.Term);
        else if (_leads is not { } leads || changed.Term >= leads.Term)
            StepDown();
    }

    private void Lead(long term)
    {
        if (_leads is { } leads && leads.Term >= term)
            return;
        StepDown();
        _leads = (term, Now + _settings.HandOverWait);
    }

    private void StepDown()
    {
        _leads = null;
        Stop("its peer does not lead any more");
    }

    private void OnConfirmed(LeadershipConfirmed confirmed)
    {
        Lead(confirmed.Term);
        if (_leads is not { } leads || leads.Term != confirmed.Term)
            return;
        var until = TimeSpan.FromTicks(confirmed.CorrelationId) + _settings.HoldTime;
        if (_tenure is { } tenure)
            tenure.Extend(until);
        else if (_gate is null && Now >= leads.StartsAt && Now < until)
            Start(confirmed, until);
    }

    private void Start(LeadershipConfirmed confirmed, TimeSpan until)
    {
        _tenure = new SingletonTenure(_scheduler, confirmed.Term, confirmed.FirstIndex, until);
        _gate = Context.ActorOf(SingletonGate.Props(_tenure, _singleton), SingletonGate.NameIn(confirmed.Term));
        Context.Watch(_gate);
        _log.Info(
            "The singleton of group {0} starts on this node in term {1}, with token {2}.",
            _settings.Group, confirmed.Term, confirmed.FirstIndex);
        Context.Parent.Tell(new Started(_gate, confirmed.Term));
        StartTenureTimer(_tenure);
    }

    private void StartTenureTimer(SingletonTenure tenure)
    {
        // Rounded up to whole milliseconds, because the timer must not fire early.
        var left = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((tenure.Until - Now).TotalMilliseconds)));
        Timers.StartSingleTimer(TenureDue.Instance, TenureDue.Instance, left);
    }

    // A confirmation only moves the end of the tenure. When the timer fires too early, it starts again for the rest.
    private void OnTenureDue()
    {
        if (_tenure is not { } tenure)
            return;
        if (tenure.IsCurrent)
            StartTenureTimer(tenure);
        else
            Stop($"no majority has confirmed for {(long)_settings.HoldTime.TotalMilliseconds} ms that its peer leads");
    }

    private void Stop(string why)
    {
        if (_tenure is not { } tenure)
            return;
        tenure.End();
        _tenure = null;
        Timers.Cancel(TenureDue.Instance);
        _log.Info("The singleton of group {0} stops on this node: {1}.", _settings.Group, why);
        Context.Parent.Tell(new Stopping(_gate!));
        Context.Stop(_gate!);
    }

    private void OnStopped()
    {
        if (_tenure is { } tenure)
        {
            // The singleton has ended by itself, or could not be made. Wait before the next try, because the reason is
            // most likely still there.
            tenure.End();
            _tenure = null;
            Timers.Cancel(TenureDue.Instance);
            _leads = (tenure.Term, Now + _settings.HandOverWait);
            _log.Warning(
                "The singleton of group {0} ended by itself. It starts again in {1} ms, if this node's peer still "
                    + "leads.",
                _settings.Group, (long)_settings.HandOverWait.TotalMilliseconds);
            Context.Parent.Tell(new Stopping(_gate!));
        }
        _gate = null;
    }

    /// <summary>Tells the proxy where the leader is; <c>null</c> if that is not known.</summary>
    internal sealed record LeaderIs(string? Address) : INoSerializationVerificationNeeded;

    /// <summary>Tells the proxy that the singleton starts on this node.</summary>
    internal sealed record Started(IActorRef Gate, long Term) : INoSerializationVerificationNeeded;

    /// <summary>Tells the proxy that the singleton on this node stops.</summary>
    internal sealed record Stopping(IActorRef Gate) : INoSerializationVerificationNeeded;

    private sealed record CheckDue
    {
        public static readonly CheckDue Instance = new();
    }

    private sealed record TenureDue
    {
        public static readonly TenureDue Instance = new();
    }
}
