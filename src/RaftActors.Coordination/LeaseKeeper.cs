using Akka.Actor;
using Akka.Coordination;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>
/// Keeps this process's leases of one group. The keeper sends the callers' requests to the group, for each lease one at
/// a time. <see cref="OwnHolds"/> has what this process holds.
/// </summary>
/// <remarks>
/// <para>
/// The keeper and its client of the group run on a dispatcher of their own, because a caller that waits for a lease may
/// block a thread.
/// </para>
/// <para>
/// Each keeper is one incarnation. Its number is the index of the first entry that the keeper has the group write. If
/// the keeper fails, the next keeper has a higher number, and takes over the leases of its owners at once.
/// </para>
/// </remarks>
internal sealed class LeaseKeeper : UntypedActor, IHoldingKeeper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LeaseGroup _group;
    private readonly string _dispatcher;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<RaftLease, KeptLease> _leases = [];
    private readonly GroupRequests _requests;
    private readonly OwnHolds _holds;
    private bool _isRestarting;

    public LeaseKeeper(LeaseGroup group, string dispatcher)
    {
        _group = group;
        _dispatcher = dispatcher;
        _requests = new GroupRequests(Context, group);
        _holds = new OwnHolds(group, _requests, Context.System.Scheduler, _log, this);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    public long Process { get; private set; }

    // A client that fails loses the commands that are under way. So this keeper fails with its client, and a new keeper
    // starts.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    protected override void PreStart()
    {
        _group.Problem = "No peer of the group runs in this actor system, and addresses is empty: start one with "
            + "RaftLeases.StartAsync, or set addresses to nodes of the group.";
        Timers.StartPeriodicTimer(SayWhyNot.Instance, SayWhyNot.Instance, Patience);
        Connect();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _isRestarting = true;
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        const string Why = "The keeper of the leases of this process has stopped.";
        foreach (var kept in _leases.Values)
        {
            _holds.Lose(kept, Why);
            foreach (var call in kept.Waiting)
                call.Request?.Fail(Why);
        }
        _requests.FailAll(Why);
        if (!_isRestarting)
            RaftLeases.Get(Context.System).End();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseCall call:
                var kept = KeptLeaseOf(call.Lease);
                if (call is ReleaseCall)
                    _holds.End(kept);
                kept.Waiting.AddLast(call);
                Continue(kept);
                break;
            case Proposed { CorrelationId: var id } proposed:
                _requests.Answer(id, proposed);
                break;
            case ProposalFailed { CorrelationId: var id } failed:
                _requests.Answer(id, failed);
                break;
            case QueryResult { CorrelationId: var id } result:
                _requests.Answer(id, result);
                break;
            case QueryFailed { CorrelationId: var id } failed:
                _requests.Answer(id, failed);
                break;
            case OwnHolds.SignOfLife:
                _holds.GiveSignOfLife();
                break;
            case OwnHolds.LookForLost:
                _holds.LoseOverdue();
                break;
            case Ask ask:
                _requests.Ask(ask);
                break;
            case Connected:
                Connect();
                break;
            case SayWhyNot:
                _log.Warning("The lease group '{0}' does not answer: no lease of this process can be acquired. {1}",
                    _group.Name, _group.Problem);
                break;
            case Register:
                AskForNumber();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Connect()
    {
        if (_requests.IsConnected || _group.Client is not { } settings)
            return;
        _group.Problem = "It has not answered since this actor system was started: a majority of its members must run, "
            + "and know each other.";
        _requests.Connect(settings, _dispatcher);
        AskForNumber();
        _requests.AskWhatWaits();
    }

    // The answer to this command also shows that the group can commit an entry, before the first lease is needed.
    private void AskForNumber() => _requests.Propose(new Wire.Command { Register = new Wire.Register() }, answer =>
    {
        if (GroupRequests.ReplyIn(answer) is not { KindCase: Wire.Reply.KindOneofCase.Registered } reply)
        {
            _group.Problem = GroupRequests.ProblemIn(answer);
            Timers.StartSingleTimer(Register.Instance, Register.Instance, TimeSpan.FromSeconds(1));
            return;
        }
        Process = reply.Registered;
        _group.Problem = "";
        Timers.Cancel(SayWhyNot.Instance);
        _log.Info("The lease group '{0}' answers. This process is number {1} there.", _group.Name, Process);
        foreach (var kept in _leases.Values)
            Continue(kept);
    });

    private KeptLease KeptLeaseOf(RaftLease lease)
    {
        if (!_leases.TryGetValue(lease, out var kept))
            _leases.Add(lease, kept = new KeptLease(lease));
        return kept;
    }

    private void Continue(KeptLease kept)
    {
        if (kept.IsBusy || Process == 0 || kept.TakeNext() is not { } call)
            return;
        kept.IsBusy = true;
        if (call is AcquireCall acquire)
            Begin(kept, acquire);
        else
            Begin(kept, (ReleaseCall)call);
    }

    private void Begin(KeptLease kept, AcquireCall acquire)
    {
        // Read the time before anything is sent. The group's time to live cannot have begun earlier.
        var askedAt = _holds.Now;
        var command = new Wire.Acquire
        {
            Name = kept.Lease.Settings.LeaseName,
            Owner = kept.Lease.Settings.OwnerName,
            Process = Process,
            TimeToLive = (long)kept.Settings.TimeToLive.TotalMilliseconds,
            HeldToken = kept.Hold is { } hold && askedAt < hold.Until ? hold.Token : 0,
        };
        _requests.Propose(new Wire.Command { Acquire = command }, answer =>
        {
            kept.IsBusy = false;
            OnAcquired(kept, acquire, askedAt, answer);
            Continue(kept);
        });
    }

    private void OnAcquired(KeptLease kept, AcquireCall acquire, TimeSpan askedAt, object answer)
    {
        switch (GroupRequests.ReplyIn(answer))
        {
            case { Granted: { } lease }:
                OnGranted(kept, acquire, askedAt, lease);
                break;
            case { Refused: { } lease }:
                _holds.Lose(kept, $"{kept.Lease} is held by '{lease.Owner}' of process {lease.Process}, with token "
                    + $"{lease.Token}.");
                if (lease.Owner == kept.Lease.Settings.OwnerName)
                    _log.Warning("{0} is held by another process of the same owner, number {1}, which is later than "
                        + "this one, number {2}. Give each process an owner's name of its own.", kept.Lease,
                        lease.Process, Process);
                acquire.Waiter.Answer(false);
                break;
            case { Invalid.Length: > 0 } reply:
                acquire.Waiter.Fail($"{kept.Lease} cannot be acquired: {reply.Invalid}");
                break;
            default:
                acquire.Waiter.Fail($"{kept.Lease}: the group '{_group.Name}' did not grant it, or nobody knows: "
                    + $"{GroupRequests.ProblemIn(answer)}");
                GiveBack(kept);
                break;
        }
    }

    private void OnGranted(KeptLease kept, AcquireCall acquire, TimeSpan askedAt, Wire.Lease lease)
    {
        var until = askedAt + kept.Settings.HoldTime;
        // If the caller has given up, the next caller that waits for the lease gets it.
        var waiter = acquire.Waiter.IsDone ? kept.PeekNext() as AcquireCall : acquire;
        if (waiter is not null && waiter != acquire)
            kept.Waiting.RemoveFirst();
        if (waiter is null || _holds.Now >= until)
        {
            waiter?.Waiter.Fail($"{kept.Lease} was granted, but so late that it was over by then.");
            GiveBack(kept);
            return;
        }
        _holds.Keep(kept, lease.Token, until);
        kept.LeaseLost = waiter.LeaseLost;
        // Checked after the hold has begun, because from now on a release ends the hold.
        if (kept.Lease.Releases != waiter.Releases)
        {
            GiveBack(kept);
            waiter.Waiter.Fail($"{kept.Lease} was released while it was being acquired.");
        }
        else if (!waiter.Waiter.Answer(true))
        {
            GiveBack(kept);
        }
    }

    /// <inheritdoc/>
    public void GiveBack(KeptLease kept)
    {
        _holds.End(kept);
        if (kept.PeekNext() is null)
            kept.Waiting.AddLast(new ReleaseCall(kept.Lease, null));
        Continue(kept);
    }

    private void Begin(KeptLease kept, ReleaseCall release)
    {
        _holds.End(kept);
        var command = new Wire.Release
        {
            Name = kept.Lease.Settings.LeaseName,
            Owner = kept.Lease.Settings.OwnerName,
            Process = Process,
        };
        _requests.Propose(new Wire.Command { Release = command }, answer =>
        {
            kept.IsBusy = false;
            if (GroupRequests.ReplyIn(answer) is { KindCase: Wire.Reply.KindOneofCase.Released })
                release.Request?.Answer(true);
            else
                release.Request?.Fail(GroupRequests.ProblemIn(answer));
            Continue(kept);
        });
    }

    /// <summary>A command or question of an operator.</summary>
    internal sealed record Ask(object Message, TaskCompletionSource<object> Task) : INoSerializationVerificationNeeded;

    /// <summary>The keeper now knows how to reach the group.</summary>
    internal sealed record Connected : INoSerializationVerificationNeeded
    {
        public static readonly Connected Instance = new();
    }

    private sealed record SayWhyNot
    {
        public static readonly SayWhyNot Instance = new();
    }

    private sealed record Register
    {
        public static readonly Register Instance = new();
    }
}
