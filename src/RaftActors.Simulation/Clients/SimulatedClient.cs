using Akka.Actor;
using RaftActors.Client;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Clients;

/// <summary>
/// A client of the key-value store with one operation at a time, which is recorded. Without a session, an operation
/// whose outcome is unknown stays unknown, and the client goes on to the next. With a session, the client tries again
/// with the same number until it has an answer. Or it leaves all that to a <see cref="RaftClient"/> in a process of its
/// own.
/// </summary>
internal sealed class SimulatedClient(ClientWorld world, int number,
    (SimulatedProcess Process, IActorRef Client)? own = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private readonly Random _random = world.NewRandom();
    private readonly int _home = world.DrawHome();
    private KeyValueInput? _input;
    private KeyValueRecorder.Call? _call;
    private SimulatedProcess? _asked;
    private long _request;
    private TimeSpan _since;
    private long _session = world.FormerSession;
    private long _sequence;
    private int _operations;
    private byte[] _command = [];
    private ReadConsistency _consistency;
    private TimeSpan? _bound;

    /// <summary>Whether an operation is under way.</summary>
    public bool IsBusy => _input is not null;

    /// <summary>The number of operations that were answered.</summary>
    public int Answered { get; private set; }

    private bool WithSession => world.WithSessions && own is null;

    private string CommandNumber => $"{number}.{_operations}";

    /// <summary>Starts operations, tries again, or gives up.</summary>
    public void Wake()
    {
        if (_asked is not null && own is null && world.Now - _since > Patience)
            Unanswered(certainlyNotDone: false);
        if (_asked is null)
            Go();
        world.Schedule(TimeSpan.FromMilliseconds(_random.Next(1, world.ThinkTime)), Wake);
    }

    /// <summary>Called when an answer for one of the clients has arrived.</summary>
    /// <returns>Whether the answer was for this client.</returns>
    public bool Receive(object message)
    {
        switch (message)
        {
            case Proposed proposed when proposed.CorrelationId == _request && _asked is not null:
                OnProposed(proposed);
                return true;
            case ProposalFailed failed when failed.CorrelationId == _request && _asked is not null:
                OnFailed(failed);
                return true;
            case QueryResult result when result.CorrelationId == _request && _asked is not null:
                OnRead(result);
                return true;
            case QueryFailed failed when failed.CorrelationId == _request && _asked is not null:
                Unanswered(certainlyNotDone: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Called when a process has died. Its requests will not be answered.</summary>
    public void ProcessDied(SimulatedProcess process)
    {
        if (_asked == process)
            Unanswered(certainlyNotDone: false);
    }

    private void Go()
    {
        if ((own?.Process ?? HomeOrAny()) is not { } process)
            return;
        if (WithSession && _session == 0)
        {
            // An operation may be waiting for a new session, because it had none before.
            Ask(process, id => new OpenSession(CorrelationId: id));
            return;
        }
        if (_input is null && !world.MayStart)
            return;
        if (_input is null)
            Begin();
        Ask(process, id => _input!.Kind == KeyValueKind.Get
            ? new Query(System.Text.Encoding.UTF8.GetBytes(_input.Key), _consistency, world.Forwards,
                id) { MaxStaleness = _bound }
            : new Propose(_command, Forward: world.Forwards,
                CorrelationId: id) { Session = WithSession ? new SessionStamp(_session, _sequence, _sequence) : null });
    }

    // After the faults have ended, every client must be served, and the leader need not be among the homes.
    private SimulatedProcess? HomeOrAny() =>
        (world.Stay && !world.IsHealing ? world.ProcessOf(_home) : null) ?? world.AnyProcess(_random);

    private void Begin()
    {
        string key = $"key{_random.Next(world.Keys)}";
        // No value is written twice, so each read says which write it saw. A compare-and-set expects a value that a
        // client wrote lately.
        string value = $"v{number}.{++_operations}";
        _input = _random.Next(world.Stay && number % 2 == 0 && !world.IsHealing ? 4 : 10) switch
        {
            < 4 => KeyValueInput.Get(key),
            < 7 => KeyValueInput.Put(key, value),
            7 => KeyValueInput.CompareAndSet(key,
                $"v{_random.Next(world.Clients)}.{Math.Max(1, _operations - _random.Next(4))}", value),
            8 => KeyValueInput.Create(key, value),
            _ => KeyValueInput.Delete(key),
        };
        bool stale = _input.Kind == KeyValueKind.Get && own is null && !world.IsHealing && _random.Next(4) == 0;
        _bound = stale && _random.Next(3) > 0 ? TimeSpan.FromMilliseconds(_random.Next(20, 1000)) : null;
        _consistency = stale
            ? ReadConsistency.Stale
            : world.WithLeases && _random.Next(4) > 0
            ? ReadConsistency.Lease
            : ReadConsistency.Linearizable;
        _command = KeyValueMachine.Command(CommandNumber, _input);
        _sequence++;
        // A stale read may return an earlier state, so it is not part of the history.
        _call = stale ? null : world.Recorder.Begin(number, _input);
    }

    private void Ask(SimulatedProcess process, Func<long, object> message)
    {
        _asked = process;
        _since = world.Now;
        _request = world.NewRequest();
        if (world.Trace.IsOn)
            world.Trace.Line($"client {number} asks {process.Node}: {_input?.ToString() ?? "a session"} ({_request})");
        (own?.Client ?? process.Entry!).Tell(message(_request), process.Port);
    }

    private void OnProposed(Proposed proposed)
    {
        if (proposed.Response is SessionOpened opened)
        {
            _asked = null;
            (_session, _sequence) = (opened.SessionId, _input is null ? 0 : 1);
            return;
        }
        if (WithSession && _session != 0 && _session == world.FormerSession)
            throw new SimulationViolation("a session ends with its history",
                $"Command {CommandNumber} was done in session {_session}, which was opened before the group was "
                    + "restored or recovered.");
        world.Acknowledged(CommandNumber, _command, proposed);
        Done(KeyValueMachine.Output(_input!, proposed.Response));
    }

    private void OnRead(QueryResult result)
    {
        var output = KeyValueMachine.Output(_input!, result.Result);
        world.CheckRead(_input!.Key, result.AppliedIndex, output.Value);
        if (_bound is { } bound)
            world.Bounds.Check(_asked!.Node, _since, bound, result.AppliedIndex);
        Done(output);
    }

    private void OnFailed(ProposalFailed failed)
    {
        bool forgotten = failed.Reason is FailureReason.SessionExpired or FailureReason.ResponseForgotten;
        if (forgotten)
            _session = 0;
        // If the response is forgotten, an earlier attempt may have been applied.
        Unanswered(certainlyNotDone: !failed.OutcomeUnknown && !forgotten, giveUp: forgotten);
    }

    private void Done(KeyValueOutput output)
    {
        if (world.Trace.IsOn)
            world.Trace.Line($"client {number} is answered {output} ({_request})");
        _call?.Return(output);
        Answered++;
        End();
    }

    // With a session, the same number is tried again, whatever the outcome of this attempt. Without one, the command
    // must not be tried again.
    private void Unanswered(bool certainlyNotDone, bool giveUp = false)
    {
        if (world.Trace.IsOn)
            world.Trace.Line($"client {number} is not answered ({_request})");
        _asked = null;
        if (_input is null || (WithSession && !giveUp && _consistency != ReadConsistency.Stale))
            return;
        if (certainlyNotDone || _input.Kind == KeyValueKind.Get)
            _call?.NotDone();
        End();
    }

    private void End() => (_input, _call, _asked) = (null, null, null);
}
