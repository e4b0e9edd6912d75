using Akka.Actor;
using Akka.Coordination;
using Akka.Event;
using Google.Protobuf;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>
/// Keeps this process's leases of one group. The keeper asks the group for leases, gives one sign of life for all of
/// them, and ends a hold when its time is over.
/// </summary>
/// <remarks>
/// <para>
/// The keeper and its client of the group run on a dispatcher of their own, because a caller that waits for a lease may
/// block a thread. The client's commands are in a session, and the client tries again until each command is answered.
/// So a command and its retry are applied once, and the keeper learns the outcome even if the caller has given up.
/// </para>
/// <para>
/// Each keeper is one incarnation. Its number is the index of the first entry that the keeper has the group write. If
/// the keeper fails, the next keeper has a higher number, and takes over the leases of its owners at once.
/// </para>
/// </remarks>
internal sealed class LeaseKeeper : UntypedActor, IWithTimers
{
    private const int MostWaiting = 65536;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly LeaseGroup _group;
    private readonly string _dispatcher;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<RaftLease, KeptLease> _leases = [];
    private readonly HashSet<KeptLease> _held = [];
    private readonly Dictionary<long, Action<object>> _answers = [];
    private readonly List<Ask> _asked = [];
    private IActorRef? _client;
    private long _lastCorrelation;
    private long _process;
    private ulong _digest;
    private TimeSpan? _signedAt;
    private TimeSpan _signInterval = TimeSpan.MaxValue;
    private TimeSpan? _nextLoss;
    private readonly KeyValuePair<string, object?> _tag;
    private bool _isRestarting;

    public LeaseKeeper(LeaseGroup group, string dispatcher)
    {
        _group = group;
        _tag = new("group", group.Name);
        _dispatcher = dispatcher;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.HighResMonotonicClock;

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
            Lose(kept, Why);
            foreach (var call in kept.Waiting)
                call.Request?.Fail(Why);
        }
        foreach (var answer in _answers.Values.ToList())
            answer(new ProposalFailed(FailureReason.OutcomeUnknown, Why, null, 0));
        foreach (var ask in _asked)
            ask.Task.TrySetException(new LeaseException(Why));
        if (!_isRestarting)
            RaftLeases.Get(Context.System).End();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Call call:
                var kept = KeptLeaseOf(call.Lease);
                if (call is Release)
                    EndHold(kept);
                kept.Waiting.AddLast(call);
                Continue(kept);
                break;
            case Proposed { CorrelationId: var id } proposed:
                Answer(id, proposed);
                break;
            case ProposalFailed { CorrelationId: var id } failed:
                Answer(id, failed);
                break;
            case QueryResult { CorrelationId: var id } result:
                Answer(id, result);
                break;
            case QueryFailed { CorrelationId: var id } failed:
                Answer(id, failed);
                break;
            case SignOfLife:
                GiveSignOfLife();
                break;
            case LookForLost:
                _nextLoss = null;
                LoseOverdue();
                break;
            case Ask ask:
                OnAsk(ask);
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
        if (_client is not null || _group.Client is not { } settings)
            return;
        _group.Problem = "It has not answered since this actor system was started: a majority of its members must run, "
            + "and know each other.";
        var own = settings with
        {
            Deadline = TimeSpan.MaxValue,
            MaxWaiting = MostWaiting,
            RetryBackoffMax = settings.RetryBackoffMax < LongestBackoff ? settings.RetryBackoffMax : LongestBackoff,
            RetryBackoffMin = settings.RetryBackoffMin < LongestBackoff ? settings.RetryBackoffMin : LongestBackoff,
        };
        _client = Context.ActorOf(RaftClient.Props(own).WithDispatcher(_dispatcher), "client");
        AskForNumber();
        foreach (var ask in _asked)
            OnAsk(ask);
        _asked.Clear();
    }

    // The answer to this command also shows that the group can commit an entry, before the first lease is needed.
    private void AskForNumber() => Propose(new Wire.Command { Register = new Wire.Register() }, answer =>
    {
        if (ReplyIn(answer) is not { KindCase: Wire.Reply.KindOneofCase.Registered } reply)
        {
            _group.Problem = ProblemIn(answer);
            Timers.StartSingleTimer(Register.Instance, Register.Instance, TimeSpan.FromSeconds(1));
            return;
        }
        _process = reply.Registered;
        _group.Problem = "";
        Timers.Cancel(SayWhyNot.Instance);
        _log.Info("The lease group '{0}' answers. This process is number {1} there.", _group.Name, _process);
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
        if (kept.IsBusy || _process == 0 || kept.TakeNext() is not { } call)
            return;
        kept.IsBusy = true;
        if (call is Acquire acquire)
            Begin(kept, acquire);
        else
            Begin(kept, (Release)call);
    }

    private void Begin(KeptLease kept, Acquire acquire)
    {
        // Read the time before anything is sent. The group's time to live cannot have begun earlier.
        var askedAt = Now;
        var command = new Wire.Acquire
        {
            Name = kept.Lease.Settings.LeaseName,
            Owner = kept.Lease.Settings.OwnerName,
            Process = _process,
            TimeToLive = (long)kept.Settings.TimeToLive.TotalMilliseconds,
            HeldToken = kept.Hold is { } hold && askedAt < hold.Until ? hold.Token : 0,
        };
        Propose(new Wire.Command { Acquire = command }, answer =>
        {
            kept.IsBusy = false;
            OnAcquired(kept, acquire, askedAt, answer);
            Continue(kept);
        });
    }

    private void OnAcquired(KeptLease kept, Acquire acquire, TimeSpan askedAt, object answer)
    {
        switch (ReplyIn(answer))
        {
            case { Granted: { } lease }:
                OnGranted(kept, acquire, askedAt, lease);
                break;
            case { Refused: { } lease }:
                Lose(kept, $"{kept.Lease} is held by '{lease.Owner}' of process {lease.Process}, with token "
                    + $"{lease.Token}.");
                if (lease.Owner == kept.Lease.Settings.OwnerName)
                    _log.Warning("{0} is held by another process of the same owner, number {1}, which is later than "
                        + "this one, number {2}. Give each process an owner's name of its own.", kept.Lease,
                        lease.Process, _process);
                acquire.Request!.Answer(false);
                break;
            case { Invalid.Length: > 0 } reply:
                acquire.Request!.Fail($"{kept.Lease} cannot be acquired: {reply.Invalid}");
                break;
            default:
                acquire.Request!.Fail($"{kept.Lease}: the group '{_group.Name}' did not grant it, or nobody knows: "
                    + $"{ProblemIn(answer)}");
                GiveBack(kept);
                break;
        }
    }

    private void OnGranted(KeptLease kept, Acquire acquire, TimeSpan askedAt, Wire.Lease lease)
    {
        var until = askedAt + kept.Settings.HoldTime;
        // If the caller has given up, the next caller that waits for the lease gets it.
        var waiter = acquire.Request!.IsDone ? kept.PeekNext() as Acquire : acquire;
        if (waiter is not null && waiter != acquire)
            kept.Waiting.RemoveFirst();
        if (waiter is null || Now >= until)
        {
            waiter?.Request!.Fail($"{kept.Lease} was granted, but so late that it was over by then.");
            GiveBack(kept);
            return;
        }
        Keep(kept, lease.Token, until);
        kept.LeaseLost = waiter.LeaseLost;
        // Checked after the hold has begun, because from now on a release ends the hold.
        if (kept.Lease.Releases != waiter.Releases)
        {
            GiveBack(kept);
            waiter.Request!.Fail($"{kept.Lease} was released while it was being acquired.");
        }
        else if (!waiter.Request!.Answer(true))
        {
            GiveBack(kept);
        }
    }

    private void Keep(KeptLease kept, long token, TimeSpan until)
    {
        if (kept.Hold is { } present && present.Token == token)
        {
            present.Extend(until);
            return;
        }
        EndHold(kept);
        kept.Hold = new Hold(token, until);
        kept.Lease.Set(kept.Hold);
        _held.Add(kept);
        LeaseMetrics.Own.Add(1, _tag);
        unchecked
        {
            _digest += TokenDigest.Of(token);
        }
        LookForLostAt(until);
        if (kept.Settings.SignInterval >= _signInterval)
            return;
        _signInterval = kept.Settings.SignInterval;
        Timers.StartPeriodicTimer(SignOfLife.Instance, SignOfLife.Instance, _signInterval);
    }

    // Ends the hold without calling the callback.
    private void EndHold(KeptLease kept)
    {
        if (kept.Hold is not { } hold)
            return;
        kept.Hold = null;
        kept.Lease.End(hold);
        _held.Remove(kept);
        LeaseMetrics.Own.Add(-1, _tag);
        unchecked
        {
            _digest -= TokenDigest.Of(hold.Token);
        }
        if (_held.Count > 0)
            return;
        Timers.Cancel(SignOfLife.Instance);
        _signInterval = TimeSpan.MaxValue;
    }

    private void Lose(KeptLease kept, string why)
    {
        if (kept.Hold is not { } hold)
            return;
        // False if the owner has released the lease meanwhile. The owner then does not expect a callback.
        bool isLost = kept.Lease.End(hold);
        EndHold(kept);
        var leaseLost = kept.LeaseLost;
        kept.LeaseLost = null;
        if (!isLost)
            return;
        LeaseMetrics.Lost.Add(1, _tag);
        _log.Warning("{0} is lost: {1}", kept.Lease, why);
        try
        {
            leaseLost?.Invoke(new LeaseException(why));
        }
        catch (Exception failure)
        {
            _log.Error(failure, "The callback of {0} failed.", kept.Lease);
        }
    }

    private void LoseByTime(KeptLease kept)
    {
        Lose(kept, $"{kept.Lease} was not confirmed by the group '{_group.Name}' for "
            + $"{kept.Settings.HoldTime.TotalMilliseconds} ms.");
        GiveBack(kept);
    }

    // The group may still list the lease for this process, and the signs of life would keep the lease alive.
    private void GiveBack(KeptLease kept)
    {
        EndHold(kept);
        if (kept.PeekNext() is null)
            kept.Waiting.AddLast(new Release(kept.Lease, null));
        Continue(kept);
    }

    private void Begin(KeptLease kept, Release release)
    {
        EndHold(kept);
        var command = new Wire.Release
        {
            Name = kept.Lease.Settings.LeaseName,
            Owner = kept.Lease.Settings.OwnerName,
            Process = _process,
        };
        Propose(new Wire.Command { Release = command }, answer =>
        {
            kept.IsBusy = false;
            if (ReplyIn(answer) is { KindCase: Wire.Reply.KindOneofCase.Released })
                release.Request?.Answer(true);
            else
                release.Request?.Fail(ProblemIn(answer));
            Continue(kept);
        });
    }

    private void GiveSignOfLife()
    {
        if (_signedAt is not null || _held.Count == 0)
            return;
        var askedAt = Now;
        _signedAt = askedAt;
        // The answer confirms only the leases that are held now.
        (KeptLease Kept, Hold Hold)[] held = [.. _held.Select(static kept => (kept, kept.Hold!))];
        var sign = new Wire.SignOfLife { Process = _process, Count = held.Length, Digest = _digest };
        Propose(new Wire.Command { SignOfLife = sign }, answer =>
        {
            _signedAt = null;
            if (ReplyIn(answer) is { Held: { } known })
                OnSigned(held, askedAt, known.AsSaid ? null : [.. known.Tokens]);
            // The answer took longer than the interval, so the next sign is due.
            if (_held.Count > 0 && Now - askedAt >= _signInterval)
                GiveSignOfLife();
        });
    }

    private void OnSigned((KeptLease Kept, Hold Hold)[] held, TimeSpan askedAt, HashSet<long>? tokens)
    {
        var now = Now;
        foreach (var (kept, hold) in held)
        {
            if (kept.Hold != hold)
                continue;
            if (tokens is not null && !tokens.Contains(hold.Token))
                Lose(kept, $"{kept.Lease} with token {hold.Token} is not this process's any more: a later process of "
                    + "the same owner took it over, or an operator took it away.");
            else if (now >= hold.Until)
                LoseByTime(kept);
            else
                hold.Extend(askedAt + kept.Settings.HoldTime);
        }
    }

    private void LoseOverdue()
    {
        var now = Now;
        foreach (var kept in _held.Where(kept => now >= kept.Hold!.Until).ToList())
            LoseByTime(kept);
        if (_held.Count > 0)
            LookForLostAt(_held.Min(static kept => kept.Hold!.Until));
    }

    private void LookForLostAt(TimeSpan at)
    {
        if (_nextLoss <= at)
            return;
        _nextLoss = at;
        var left = at - Now;
        Timers.StartSingleTimer(LookForLost.Instance, LookForLost.Instance, left < Millisecond ? Millisecond : left);
    }

    private void OnAsk(Ask ask)
    {
        if (_client is null)
        {
            _asked.Add(ask);
            return;
        }
        Send(ask.Message, answer =>
        {
            if (answer is Proposed or QueryResult)
                ask.Task.TrySetResult(answer);
            else
                ask.Task.TrySetException(new LeaseException($"The lease group '{_group.Name}': {ProblemIn(answer)}"));
        });
    }

    private void Propose(Wire.Command command, Action<object> answered) =>
        Send(new Propose(command.ToByteArray()), answered);

    private void Send(object message, Action<object> answered)
    {
        long id = ++_lastCorrelation;
        _answers.Add(id, answered);
        _client!.Tell(
            message is Query query ? query with { CorrelationId = id } : (Propose)message with { CorrelationId = id },
            Self);
    }

    private void Answer(long id, object answer)
    {
        if (_answers.Remove(id, out var answered))
            answered(answer);
    }

    private static Wire.Reply? ReplyIn(object answer) =>
        answer is Proposed { Response: byte[] bytes } ? Wire.Reply.Parser.ParseFrom(bytes) : null;

    private static string ProblemIn(object answer) => answer switch
    {
        ProposalFailed failed => $"{failed.Reason}: {failed.Message}",
        QueryFailed failed => $"{failed.Reason}: {failed.Message}",
        _ => "It is no lease group: its state machine answers otherwise.",
    };

    /// <summary>A <see cref="RaftLease"/> wants a command sent to the group.</summary>
    /// <param name="Lease">The lease.</param>
    /// <param name="Request">The caller that waits for the answer; <c>null</c> for none.</param>
    internal abstract record Call(RaftLease Lease, LeaseRequest? Request) : INoSerializationVerificationNeeded;

    /// <summary>Acquire the lease.</summary>
    /// <param name="Lease">The lease.</param>
    /// <param name="Request">The caller that waits for the answer.</param>
    /// <param name="LeaseLost">Called when the lease is lost.</param>
    /// <param name="Releases">How often the lease had been released before.</param>
    internal sealed record Acquire(RaftLease Lease, LeaseRequest? Request, Action<Exception> LeaseLost,
        int Releases) : Call(Lease, Request);

    /// <summary>Release the lease.</summary>
    internal sealed record Release(RaftLease Lease, LeaseRequest? Request) : Call(Lease, Request);

    /// <summary>A command or question of an operator.</summary>
    internal sealed record Ask(object Message, TaskCompletionSource<object> Task) : INoSerializationVerificationNeeded;

    /// <summary>The keeper now knows how to reach the group.</summary>
    internal sealed record Connected : INoSerializationVerificationNeeded
    {
        public static readonly Connected Instance = new();
    }

    private sealed record SignOfLife
    {
        public static readonly SignOfLife Instance = new();
    }

    private sealed record LookForLost
    {
        public static readonly LookForLost Instance = new();
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
