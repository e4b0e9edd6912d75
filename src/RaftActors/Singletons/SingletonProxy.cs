using Akka.Actor;
using Akka.Event;

namespace RaftActors.Singletons;

/// <summary>
/// Forwards its messages to the singleton, on whichever node the singleton runs. While no singleton is known, messages
/// wait.
/// </summary>
/// <remarks>
/// The proxy finds the singleton by asking for the identity of its <see cref="SingletonGate"/>: on the leader's node if
/// a peer knows the leader, otherwise on all nodes that the proxy knows. It never watches actors on other nodes,
/// because remote death watch quarantines a node that is only partitioned. So it asks again and again, slowly once it
/// has an answer.
/// </remarks>
internal sealed class SingletonProxy : UntypedActor, IWithTimers
{
    private const string ManagerName = "manager";

    // Once the singleton is known, only every tenth check asks for it. The singleton counts as lost after a number of
    // checks without an answer.
    private const int ChecksToAsk = 10;
    private const int ChecksToLose = 30;

    private readonly RaftSingletonSettings _settings;
    private readonly Func<SingletonTenure, Props>? _singleton;
    private readonly Func<string, string, ICanTell> _select;
    private readonly string _gatePath;
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();
    private IReadOnlyList<string> _addresses;
    private IActorRef? _gate;
    private long _term;
    private bool _isHere;

    // Answers to questions from before the last change of leader do not count.
    private long _round;
    private int _checks;
    private int _checksWithoutAnswer;

    public SingletonProxy(RaftSingletonSettings settings, Func<SingletonTenure, Props>? singleton)
    {
        _settings = settings;
        _singleton = singleton;
        _addresses = singleton is null ? settings.Addresses : [];
        var system = Context.System;
        _select = settings.Select ?? ((address, path) => SelectOn(system, address, path));
        _gatePath = $"{Self.Path.ToStringWithoutAddress()}/{ManagerName}/{SingletonGate.AnyName}";
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_singleton is not null)
            Context.ActorOf(SingletonManager.Props(_settings, _singleton), ManagerName);
        Timers.StartPeriodicTimer(CheckDue.Instance, CheckDue.Instance, TimeSpan.Zero, _settings.CheckInterval);
    }

    protected override void PostStop()
    {
        while (_waiting.TryDequeue(out var waiting))
            Drop(waiting.Message, waiting.Sender, "The proxy of the singleton stopped while no singleton was known.");
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CheckDue:
                OnCheckDue();
                break;
            case SingletonManager.LeaderIs leader:
                OnLeader(leader.Address);
                break;
            case SingletonManager.Started started:
                Connect(started.Gate, started.Term, isHere: true);
                break;
            case SingletonManager.Stopping stopping:
                if (stopping.Gate.Equals(_gate))
                    Disconnect();
                break;
            case ActorIdentity { MessageId: long round } identity:
                if (round == _round && identity.Subject is { } gate)
                    OnFound(gate);
                break;
            default:
                Route(message);
                break;
        }
    }

    private static ActorSelection SelectOn(ActorSystem system, string address, string path) =>
        system.ActorSelection(NodeAddress.PathAt(system, address, path));

    private void OnLeader(string? address)
    {
        if (address == (_addresses.Count > 0 ? _addresses[0] : null))
            return;
        _addresses = address is null ? [] : [address];
        Disconnect();
        Ask();
    }

    private void OnCheckDue()
    {
        if (_isHere)
            return;
        if (_gate is null || ++_checks % ChecksToAsk == 0)
            Ask();
        if (_gate is not null && ++_checksWithoutAnswer > ChecksToLose)
            Disconnect();
    }

    private void Ask()
    {
        foreach (string address in _addresses)
            _select(address, _gatePath).Tell(new Identify(_round), Self);
    }

    private void OnFound(IActorRef gate)
    {
        // If two gates answer, the one of the earlier term is about to stop.
        long term = SingletonGate.TermOf(gate);
        if (_isHere || (_gate is not null && term < _term))
            return;
        _checksWithoutAnswer = 0;
        if (!gate.Equals(_gate))
            Connect(gate, term, isHere: false);
    }

    private void Connect(IActorRef gate, long term, bool isHere)
    {
        (_gate, _term, _isHere) = (gate, term, isHere);
        (_checks, _checksWithoutAnswer) = (0, 0);
        while (_waiting.TryDequeue(out var waiting))
            gate.Tell(waiting.Message, waiting.Sender);
    }

    private void Disconnect()
    {
        (_gate, _term, _isHere) = (null, 0, false);
        _round++;
    }

    private void Route(object message)
    {
        if (_gate is { } gate)
            gate.Forward(message);
        else if (_waiting.Count < _settings.BufferSize)
            _waiting.Enqueue((message, Sender));
        else
            Drop(message, Sender, $"No singleton is known, and {_waiting.Count} messages wait for one.");
    }

    private void Drop(object message, IActorRef sender, string why) =>
        Context.System.EventStream.Publish(new Dropped(message, why, sender, Self));

    private sealed record CheckDue
    {
        public static readonly CheckDue Instance = new();
    }
}
