using Akka.Actor;
using RaftActors.Membership;
using RaftActors.Tracing;

namespace RaftActors.Client;

// Attempts: which node they go to, how they end, and when the next one is made.
internal sealed partial class RaftClientActor
{
    // How often in a row a request follows a redirect to another leader. Two peers may each believe that the other
    // leads.
    private const int MaxRedirects = 2;

    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    // The node that gets the requests; null for the local peer.
    private string? _target;

    // Where a request was last done. A member that has moved or was added may be at none of the addresses of the
    // settings.
    private string? _lastDoneAt;
    private TimeSpan? _timerAt;

    private void Begin(ClientRequest request)
    {
        EndWaiting(request);
        request.BegunAt = Now;
        _underWay.Add(request.Id, request);
        Attempt(request);
    }

    private void Attempt(ClientRequest request)
    {
        long attempt = request.BeginAttempt();
        request.IsResting = false;
        request.SentTo = _target;
        bool forward = _target is null;
        object message = request.Kind switch
        {
            ClientRequestKind.Command =>
                new Propose(request.Content, ReplyWhen.Applied, forward, attempt)
                {
                    Session = request.Session!.Stamp(request.Sequence),
                    Trace = TraceContext.Of(request.Span),
                },
            ClientRequestKind.Query =>
                request.Query! with { Request = request.Content, Forward = forward, CorrelationId = attempt },
            ClientRequestKind.OpenSession => new OpenSession(forward, attempt),
            ClientRequestKind.KeepAlive =>
                new KeepSessionAlive(request.Session!.Id, request.Session.LowestPending, forward, attempt),
            _ => new CloseSession(request.Session!.Id, forward, attempt),
        };
        ICanTell peer = _target is null ? _settings.Peer! : _resolver!.Resolve(_target, _settings.Group);
        peer.Tell(message, Self);
        WakeAt(request, Now + (_settings.AttemptTimeout * (1 << Math.Min(request.Failures, 3))));
    }

    private void OnFailed(long attempt, FailureReason reason, string message, Member? leader)
    {
        _lastAnswer = Now;
        if (Find(attempt) is not { } request || !request.EndAttempt(attempt))
            return;
        (request.LastFailure, request.LastMessage) = (reason, message);
        switch (reason)
        {
            case FailureReason.NotLeader or FailureReason.NoLeader:
                Redirect(request, leader);
                break;
            case FailureReason.OutcomeUnknown:
                request.WasUnknown = true;
                Redirect(request, leader);
                break;
            case FailureReason.Overloaded:
                TryLater(request);
                break;
            case FailureReason.SessionExpired:
                OnSessionExpired(request);
                break;
            case var _ when request.Kind == ClientRequestKind.OpenSession:
                TryLater(request);
                break;
            default:
                Fail(request, reason, message);
                break;
        }
    }

    // The peer of this process has stopped for good, and there is no other peer to ask.
    private void OnStoppedForGood(ProposalFailed failed)
    {
        _lastAnswer = Now;
        if (Find(failed.CorrelationId) is not { } request || !request.EndAttempt(failed.CorrelationId))
            return;
        if (request.Kind == ClientRequestKind.OpenSession)
        {
            foreach (var command in _waitingCommands.ToList())
                Fail(command, failed.Reason, failed.Message);
        }
        if (request.MayBeDone)
            Fail(request, FailureReason.OutcomeUnknown,
                $"{failed.Message} The command may or may not be applied, as number {request.Sequence} of session "
                    + $"{request.Session!.Id}.");
        else
            Fail(request, failed.Reason, failed.Message);
    }

    // Counts an attempt that failed. Those who may not make another one fail.
    private void CountFailure(ClientRequest request)
    {
        request.FailedAttempts++;
        if (request.IsExhausted)
            GiveUp(request);
        if (request.Kind != ClientRequestKind.OpenSession)
            return;
        foreach (var command in _waitingCommands.ToList())
        {
            command.FailedAttempts++;
            if (command.IsExhausted)
                GiveUp(command);
        }
    }

    // This attempt was not applied. If it was the only one, the command can get a number in another session. If there
    // was another attempt, the outcome of the command is unknown.
    private void OnSessionExpired(ClientRequest request)
    {
        LoseSession(request.Session);
        if (request.Kind != ClientRequestKind.Command)
        {
            Fail(request, FailureReason.SessionExpired, "The session has expired.");
        }
        else if (request.MayBeDone)
        {
            Fail(request, FailureReason.OutcomeUnknown,
                "The session expired before an answer came. The command may have been applied, as number "
                    + $"{request.Sequence} of session {request.Session!.Id}.");
        }
        else
        {
            _underWay.Remove(request.Id);
            request.Session!.End(request.Sequence);
            request.Session = null;
            request.Waiting = _waitingCommands.AddFirst(request);
            WakeAt(request, request.Deadline);
            Pump();
        }
    }

    private void Redirect(ClientRequest request, Member? leader)
    {
        string? leaderAddress = leader is null || request.SentTo is null
            ? leader?.Address
            : NodeAddress.WrittenBy(leader.Address, request.SentTo);
        if (_target is not null && _target == request.SentTo)
            _target = leaderAddress is not null && leaderAddress != _target ? leaderAddress : NextAddress(_target);
        bool toLeader = leaderAddress is not null && leaderAddress == _target;
        if (_target is not null && toLeader && request.Redirects++ < MaxRedirects)
            Attempt(request);
        else
            TryLater(request);
    }

    private string NextAddress(string address)
    {
        var addresses = _lastDoneAt is null || _settings.Addresses.Contains(_lastDoneAt)
            ? _settings.Addresses
            : [.. _settings.Addresses, _lastDoneAt];
        for (int i = 0; i < addresses.Count; i++)
            if (addresses[i] == address)
                return addresses[(i + 1) % addresses.Count];
        return addresses[_random.Next(addresses.Count)];
    }

    private void TryLater(ClientRequest request)
    {
        CountFailure(request);
        if (request.IsDone)
            return;
        request.Redirects = 0;
        request.IsResting = true;
        double longest = Math.Min(_settings.RetryBackoffMax.TotalMilliseconds,
            _settings.RetryBackoffMin.TotalMilliseconds * Math.Pow(2, Math.Min(request.Failures++, 30)));
        WakeAt(request, Now + TimeSpan.FromMilliseconds(longest * (1 - (0.5 * _random.NextDouble()))));
    }

    // The requests to that node will not be answered, and their outcome is unknown.
    private void OnLostConnection(Address lost)
    {
        if (_resolver is null)
            return;
        if (_target is not null && NodeAddress.IsAt(_target, lost))
            _target = NextAddress(_target);
        foreach (var request in _underWay.Values)
            if (NodeAddress.IsAt(request.SentTo, lost) && request.IsOutstanding)
                TryLater(request);
    }

    private void WakeAt(ClientRequest request, TimeSpan at)
    {
        request.WakeAt = at < request.Deadline ? at : request.Deadline;
        _wakes.Enqueue(request, request.WakeAt);
        if (_wakes.Count > 1024 + (4 * (_underWay.Count + _waitingCommands.Count + _waitingQueries.Count)))
            DropStaleWakes();
        StartWakeTimer();
    }

    // An answered request stays in the queue until its time comes. Under load that is long after the answer.
    private void DropStaleWakes()
    {
        _wakes.Clear();
        foreach (var request in _underWay.Values.Concat(_waitingCommands).Concat(_waitingQueries))
            _wakes.Enqueue(request, request.WakeAt);
    }

    private void OnWake()
    {
        _timerAt = null;
        while (_wakes.TryPeek(out var request, out var at) && at <= Now)
        {
            _wakes.Dequeue();
            if (!request.IsDone && request.WakeAt == at)
                OnDue(request);
        }
        StartWakeTimer();
    }

    private void OnDue(ClientRequest request)
    {
        if (Now >= request.Deadline)
        {
            GiveUp(request);
        }
        else if (request.Kind == ClientRequestKind.OpenSession && _waitingCommands.Count == 0)
        {
            Fail(request, FailureReason.NoLeader, "No command is waiting for this session.");
        }
        else
        {
            // No answer came in time. The next peer may know the leader better.
            if (_target is not null && request.IsOutstanding && request.SentTo == _target
                && Now - _lastAnswer >= _settings.AttemptTimeout)
                _target = NextAddress(_target);
            if (!request.IsResting)
            {
                // The next node is no slower because this one is silent. A round of all nodes counts once.
                if (_target == request.SentTo || ++request.Moves % _settings.Addresses.Count == 0)
                    request.Failures++;
                CountFailure(request);
            }
            if (!request.IsDone)
                Attempt(request);
        }
    }

    private void GiveUp(ClientRequest request)
    {
        if (request.MayBeDone)
            Fail(request, FailureReason.OutcomeUnknown,
                $"Nobody answered {Until(request)}. The command may or may not be applied, as number "
                    + $"{request.Sequence} of session {request.Session!.Id}.");
        else
            FailNotDone(request);
    }

    // A command that waits for its session to open was never sent. It fails with the reason why the session did not
    // open.
    private void FailNotDone(ClientRequest request)
    {
        var obstacle = request is { Kind: ClientRequestKind.Command, Waiting: not null } && _opening is { } opening
            ? opening
            : request;
        if (obstacle.LastFailure == FailureReason.OutcomeUnknown)
            Fail(request, FailureReason.NoLeader, $"The request was not done {Until(request)}.");
        else
        {
            string why = $"The request was not done {Until(request)}. {obstacle.LastMessage}".TrimEnd();
            Fail(request, obstacle.LastFailure, why);
        }
    }

    private static string Until(ClientRequest request) =>
        request.IsExhausted ? $"in {request.FailedAttempts} attempts" : "before the deadline";

    private static void EndWaiting(ClientRequest request)
    {
        request.Waiting?.List!.Remove(request.Waiting);
        request.Waiting = null;
    }

    private void StartWakeTimer()
    {
        while (_wakes.TryPeek(out var request, out var at))
        {
            if (request.IsDone || request.WakeAt != at)
            {
                _wakes.Dequeue();
                continue;
            }
            // A timer that fires too early only starts again for the rest of the time. Starting it anew for each
            // request costs more.
            if (at == TimeSpan.MaxValue || _timerAt <= at)
                return;
            _timerAt = at;
            var left = at - Now;
            Timers.StartSingleTimer(Wake.Instance, Wake.Instance, left < Millisecond ? Millisecond : left);
            return;
        }
    }

    private void Fail(ClientRequest request, FailureReason reason, string message) =>
        Complete(request, request.Kind == ClientRequestKind.Query
        ? new QueryFailed(reason, message, null, request.CorrelationId)
        : new ProposalFailed(reason, message, null, request.CorrelationId));

    private static void EndSpan(ClientRequest request, object answer)
    {
        request.Span?.SetTag("attempts", request.Attempts);
        if (answer is ProposalFailed failed)
            RaftTraces.Fail(request.Span, failed.Reason, failed.Message);
        else
            RaftTraces.End(request.Span);
    }

    private void Complete(ClientRequest request, object answer)
    {
        if (request.IsDone)
            return;
        request.IsDone = true;
        EndWaiting(request);
        request.Session?.End(request.Sequence);
        bool wasUnderWay = _underWay.Remove(request.Id);
        if (request.Kind == ClientRequestKind.Query && wasUnderWay)
            _queriesUnderWay--;
        if (request == _opening)
            _opening = null;
        EndSpan(request, answer);
        request.Answer?.Invoke(answer);
        request.Sender?.Tell(answer, Self);
        if (!_closing)
            Pump();
        else if (request.Kind == ClientRequestKind.CloseSession)
            Context.Stop(Self);
    }
}
