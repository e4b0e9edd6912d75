using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using RaftActors.Log;
using RaftActors.Tracing;

namespace RaftActors.Client;

/// <summary>
/// The actor of <see cref="RaftClient"/>. A request waits until the window has room, and is then attempted until it is
/// answered.
/// </summary>
internal sealed partial class RaftClientActor : UntypedActor, IWithTimers
{
    private readonly RaftClientSettings _settings;
    private readonly Random _random;
    private readonly IPeerResolver? _resolver;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly LinkedList<ClientRequest> _waitingCommands = [];
    private readonly LinkedList<ClientRequest> _waitingQueries = [];
    private readonly Dictionary<long, ClientRequest> _underWay = [];
    private readonly PriorityQueue<ClientRequest, TimeSpan> _wakes = new();
    private SessionWindow? _session;
    private TimeSpan _sessionTimeout;

    // The session has shown life at this time or later: when the last answered command, or sign of life, was begun.
    private TimeSpan _shownLifeAt;
    private ClientRequest? _opening;
    private readonly CancellationTokenSource? _stopped;
    private bool _closing;
    private long _lastId;
    private int _queriesUnderWay;
    private TimeSpan _lastAnswer;

    public RaftClientActor(RaftClientSettings settings, CancellationTokenSource? stopped)
    {
        InjectedDefaults.EnsureIn(Context.System);
        _stopped = stopped;
        _settings = settings;
        _random = settings.RandomSeed is { } seed ? new Random(seed) : new Random();
        _resolver = settings.Peer is null ? settings.Resolver ?? new ActorSystemResolver(Context.System) : null;
        _target = _resolver is null ? null : settings.Addresses[_random.Next(settings.Addresses.Count)];
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        if (_settings.Peer is { } peer)
            Context.Watch(peer);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _closing = true;
        FailAll("The client stopped.");
        _stopped?.Cancel();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Propose or Query:
                Accept(message, null, -1, Sender, null);
                break;
            case Call call:
                Accept(call.Message, call.Deadline, call.MaxRetries, null, call.Answer);
                break;
            case Proposed proposed:
                OnProposed(proposed);
                break;
            case QueryResult result:
                _lastAnswer = Now;
                if (Find(result.CorrelationId) is { } query)
                {
                    _lastDoneAt = query.SentTo;
                    Complete(query, result with { CorrelationId = query.CorrelationId });
                }
                break;
            case ProposalFailed { IsFinal: true } failed:
                OnStoppedForGood(failed);
                break;
            case ProposalFailed failed:
                OnFailed(failed.CorrelationId, failed.Reason, failed.Message, failed.Leader);
                break;
            case QueryFailed failed:
                OnFailed(failed.CorrelationId, failed.Reason, failed.Message, failed.Leader);
                break;
            case Wake:
                OnWake();
                break;
            case SignOfLife:
                OnSignOfLife();
                break;
            case DisassociatedEvent lost:
                OnLostConnection(lost.RemoteAddress);
                break;
            case Close:
                OnClose();
                break;
            case Terminated:
                OnGroupStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Accept(
        object message, TimeSpan? deadline, int maxRetries, IActorRef? sender, Action<object>? answer)
    {
        var (content, correlationId, trace) = message is Propose propose
            ? (propose.Command, propose.CorrelationId, propose.Trace)
            : (((Query)message).Request, ((Query)message).CorrelationId, null);
        bool encoded = Payloads.TryEncode(Context.System.Serialization, content, out var payload, out string problem);
        var request = new ClientRequest(++_lastId,
            message is Query ? ClientRequestKind.Query : ClientRequestKind.Command, payload,
            DeadlineAfter(deadline ?? _settings.Deadline))
        {
            Query = message as Query,
            MaxRetries = maxRetries,
            Sender = sender,
            CorrelationId = correlationId,
            Answer = answer,
            Span = RaftTraces.Begin(RaftTraces.Request, trace)?.SetTag("group", _settings.Group),
        };
        if (!encoded)
            Fail(request, FailureReason.NotSerializable, problem);
        else if (_closing)
            Fail(request, FailureReason.NoLeader, "The client was closed.");
        else if (_waitingCommands.Count + _waitingQueries.Count >= _settings.MaxWaiting)
            Fail(request, FailureReason.Overloaded,
                $"{_settings.MaxWaiting} commands and queries wait, the most that raft.client.max-waiting allows. Ask "
                    + "less at once.");
        else
            Queue(request);
    }

    private static TimeSpan DeadlineAfter(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || time > TimeSpan.MaxValue - Now ? TimeSpan.MaxValue : Now + time;

    private void Queue(ClientRequest request)
    {
        request.Waiting = (request.Kind == ClientRequestKind.Query ? _waitingQueries : _waitingCommands)
            .AddLast(request);
        WakeAt(request, request.Deadline);
        Pump();
    }

    // Starts as many waiting requests as the window has room for.
    private void Pump()
    {
        while (_queriesUnderWay < _settings.Window && _waitingQueries.First is { Value: var query })
        {
            _queriesUnderWay++;
            Begin(query);
        }
        while (_waitingCommands.First is { Value: var command })
        {
            if (_session is null)
            {
                OpenSession();
                return;
            }
            if (!_session.IsOpen)
                return;
            command.Session = _session;
            command.Sequence = _session.Begin();
            Begin(command);
        }
    }

    private void OpenSession()
    {
        if (_opening is not null)
            return;
        _opening = new ClientRequest(++_lastId, ClientRequestKind.OpenSession, Payload.Empty, TimeSpan.MaxValue);
        Begin(_opening);
    }

    private void OnProposed(Proposed proposed)
    {
        _lastAnswer = Now;
        if (Find(proposed.CorrelationId) is not { } request)
            return;
        _lastDoneAt = request.SentTo;
        if (request.Kind == ClientRequestKind.OpenSession && proposed.Response is SessionOpened opened)
        {
            _session = new SessionWindow(opened.SessionId, _settings.Window);
            _sessionTimeout = opened.Timeout;
            _opening = null;
            _shownLifeAt = request.BegunAt;
            StartSignOfLifeTimer(opened.Timeout / 3);
        }
        else if (request.Session is { } session && session == _session && request.BegunAt > _shownLifeAt)
        {
            _shownLifeAt = request.BegunAt;
        }
        Complete(request, proposed with { CorrelationId = request.CorrelationId });
    }

    // The request under way of which an attempt is answered.
    private ClientRequest? Find(long attempt) => _underWay.GetValueOrDefault(ClientRequest.OfAttempt(attempt));

    private void StartSignOfLifeTimer(TimeSpan after) =>
        Timers.StartSingleTimer(SignOfLife.Instance, SignOfLife.Instance, after);

    // A command is a sign of life, too, and acknowledges the responses that came before it. Where no command follows, a
    // message does both.
    private void OnSignOfLife()
    {
        if (_session is not { } session)
            return;
        var interval = _sessionTimeout / 3;
        var silence = Now - _shownLifeAt;
        if (silence < interval)
        {
            StartSignOfLifeTimer(interval - silence < Millisecond ? Millisecond : interval - silence);
            return;
        }
        if (_settings.ClosesIdleSession && _underWay.Count == 0 && _waitingCommands.Count == 0)
        {
            _session = null;
            CloseSession(session);
            return;
        }
        StartSignOfLifeTimer(interval);
        Begin(new ClientRequest(++_lastId, ClientRequestKind.KeepAlive, Payload.Empty,
            Now + interval) { Session = session });
    }

    private void LoseSession(SessionWindow? session)
    {
        if (session is null || session != _session)
            return;
        _log.Warning("Session {0} with the group {1} has expired.", session.Id, _settings.Group);
        _session = null;
        Timers.Cancel(SignOfLife.Instance);
    }

    private void OnClose()
    {
        if (_closing)
            return;
        _closing = true;
        FailAll("The client was closed.");
        Timers.Cancel(SignOfLife.Instance);
        if (_session is { } session)
            CloseSession(session);
        else
            Context.Stop(Self);
    }

    private void CloseSession(SessionWindow session) =>
        Begin(new ClientRequest(++_lastId, ClientRequestKind.CloseSession, Payload.Empty,
            Now + _settings.AttemptTimeout) { Session = session });

    // Nobody is left to ask.
    private void OnGroupStopped()
    {
        _closing = true;
        FailAll($"The group {_settings.Group} was stopped on this node.");
        Context.Stop(Self);
    }

    private void FailAll(string why)
    {
        foreach (var request in _underWay.Values.Concat(_waitingCommands).Concat(_waitingQueries).ToList())
            Fail(request, request.MayBeDone ? FailureReason.OutcomeUnknown : FailureReason.NoLeader,
                request.MayBeDone ? $"{why} The command may or may not be applied." : why);
    }

    /// <summary>Sent by <see cref="RaftClient"/>: a request whose answer completes a task.</summary>
    internal sealed record Call(object Message, TimeSpan? Deadline, int MaxRetries,
        Action<object> Answer) : INoSerializationVerificationNeeded;

    /// <summary>Sent by <see cref="RaftClient"/>: close the session and stop.</summary>
    internal sealed record Close : INoSerializationVerificationNeeded
    {
        public static readonly Close Instance = new();
    }

    private sealed record Wake
    {
        public static readonly Wake Instance = new();
    }

    private sealed record SignOfLife
    {
        public static readonly SignOfLife Instance = new();
    }
}
