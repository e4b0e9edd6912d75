using Akka.Actor;
using Akka.Dispatch;
using RaftActors.Client;

namespace RaftActors.Simulation.World;

/// <summary>One life of a node's process: from the start of its actor system to its death, which nothing in it notices.</summary>
internal sealed class SimulatedProcess(SimulatedWorld world, SimulatedNode node) : IPeerObserver
{
    /// <summary>What wall clocks show at the beginning.</summary>
    public static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [ThreadStatic]
    private static SimulatedProcess? _current;

    private readonly List<IRunnable> _parked = [];
    private readonly TimeSpan _bootedAt = world.Now;
    private bool _paused;
    private readonly ActorNumbers _actors = new();

    /// <summary>The process whose code runs on this thread. An actor system's parts are made from configuration alone and find out here where they belong.</summary>
    public static SimulatedProcess Current => _current ?? throw new InvalidOperationException("No process of a simulation runs on this thread.");

    public SimulatedNode Node => node;

    /// <summary>The number of the process in its world.</summary>
    public int Number { get; } = world.NextProcess();

    public bool IsDead { get; private set; }

    public ActorSystem System { get; private set; } = null!;

    /// <summary>Whom clients and other peers tell something; <c>null</c> until the peer's supervisor is there.</summary>
    public IActorRef? Supervisor { get; private set; }

    /// <summary>The state machine that its peer built last.</summary>
    public Clients.KeyValueMachine? Machine { get; set; }

    /// <summary>Where answers arrive.</summary>
    public ProcessPort Port { get; private set; } = null!;

    /// <summary>Time since the process began, by its own clock.</summary>
    public TimeSpan Clock => (world.Now - _bootedAt) * (1 + node.Drift);

    /// <summary>The time of day, by its own clock.</summary>
    public DateTimeOffset WallClock => Epoch + (world.Now * (1 + node.Drift));

    /// <summary>The peer as it is in memory; <c>null</c> while none runs or it has not recovered.</summary>
    public RaftActor? Peer { get; private set; }

    /// <summary>The numbers of its actors.</summary>
    public ActorNumbers Actors => _actors;

    /// <summary>Starts it.</summary>
    /// <param name="name">The name of its actor system.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="setUp">Makes the first actors.</param>
    /// <param name="listener">Told what arrives at <see cref="Port"/>.</param>
    public void Start(string name, Akka.Configuration.Config config, Action<SimulatedProcess> setUp, Action<object> listener)
    {
        Inside(() =>
        {
            System = ActorSystem.Create(name, config);
            Port = new ProcessPort(((ExtendedActorSystem)System).Provider, message =>
            {
                if (IsDead)
                    return;
                if (message is IActorRef supervisor)
                    Supervisor = supervisor;
                else
                    world.Check(() => listener(message));
            });
            foreach (var type in (Type[])[typeof(RoleChanged), typeof(PeerFailed), typeof(PeerRemoved), typeof(Akka.Event.Error), typeof(Akka.Event.Warning)])
                System.EventStream.Subscribe(Port, type);
            setUp(this);
        });
    }

    /// <summary>Starts a peer.</summary>
    public void StartPeer(RaftSettings settings, Func<StateMachines.IStateMachine> stateMachine) =>
        Raft.Get(System).Groups.Tell(new RaftGroups.StartGroup(settings with { Observer = this }, stateMachine), Port);

    /// <inheritdoc/>
    public void Recovered(RaftActor peer) => Peer = peer;

    /// <inheritdoc/>
    public void Stopped(RaftActor peer)
    {
        if (Peer == peer)
            Peer = null;
    }

    /// <summary>It is killed, in the middle of whatever it does.</summary>
    public void Die()
    {
        IsDead = true;
        _parked.Clear();
        world.Forget(this);
    }

    /// <summary>It stands still, as a stopped process or a machine that is out of memory; what arrives waits.</summary>
    public void Pause() => _paused = true;

    /// <summary>It goes on, and finds out how late it is.</summary>
    public void Resume()
    {
        _paused = false;
        foreach (var work in _parked)
            world.Ready(this, work);
        _parked.Clear();
    }

    /// <summary>An actor has something to do.</summary>
    public void Ready(IRunnable work)
    {
        if (node.MachineDelay > TimeSpan.Zero && _actors.IsStateMachine(work))
            world.Schedule(node.MachineDelay, () => ReadyNow(work));
        else
            ReadyNow(work);
    }

    private void ReadyNow(IRunnable work)
    {
        if (IsDead)
            return;
        if (_paused)
            _parked.Add(work);
        else
            world.Ready(this, work);
    }

    /// <summary>An actor has its turn.</summary>
    public void Run(IRunnable work)
    {
        if (_paused)
        {
            _parked.Add(work);
            return;
        }
        var outer = _current;
        _current = this;
        try
        {
            work.Run();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Runs code of the process that is not an actor's.</summary>
    public void Inside(Action action)
    {
        var outer = _current;
        _current = this;
        try
        {
            action();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Schedules by its own clock.</summary>
    public void Schedule(TimeSpan delay, Action action) => world.Schedule(delay / (1 + node.Drift), () =>
    {
        if (!IsDead)
            Inside(action);
    });
}
