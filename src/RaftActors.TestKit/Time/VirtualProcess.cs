using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Remote;
using RaftActors.Resting;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit.Time;

/// <summary>
/// One life of a process in a <see cref="VirtualWorld"/>: from the start of its actor system to its death.
/// </summary>
/// <param name="world">The world in which the process runs.</param>
/// <param name="disk">
/// The disk of the process's journal and snapshot store; <c>null</c> if the process has none.
/// </param>
/// <param name="drift">By how much the clock of the process is fast: 0.01 is one in a hundred.</param>
internal class VirtualProcess(VirtualWorld world, PeerDisk? disk, double drift = 0)
{
    /// <summary>
    /// The time that wall clocks show at the beginning. It is always the same, so that log time can be repeated too.
    /// </summary>
    private static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [ThreadStatic]
    private static VirtualProcess? _starting;

    // Akka.NET keeps the children of an actor in the order of randomised string hashes: actors are numbered as they
    // are made, which gives an order that is the same in every process.
    private readonly Dictionary<IRunnable, AttachedActor> _actors = new(ReferenceEqualityComparer.Instance);
    private readonly List<(int Actor, IRunnable Work)> _parked = [];
    private readonly TimeSpan _bootedAt = world.Now;
    private int _lastActor;
    private int _ports;
    private bool _paused;
    private bool _isGone;
    private TimeSpan _wallClockSteps;
    private DateTimeOffset? _stoppedWallClock;

    /// <summary>
    /// The process whose actor system is being made on this thread. The scheduler of that system is made from
    /// configuration alone, and learns here to which process it belongs.
    /// </summary>
    public static VirtualProcess Starting =>
        _starting ?? throw new InvalidOperationException("No process of a virtual world starts on this thread.");

    /// <summary>The process of an actor system.</summary>
    public static VirtualProcess Of(ActorSystem system) => ((VirtualScheduler)system.Scheduler).Process;

    public VirtualWorld World => world;

    /// <summary>The number of the process in its world.</summary>
    public int Number { get; } = world.NextProcess();

    /// <summary>The disk of the process's journal and snapshot store.</summary>
    public PeerDisk Disk => disk ?? throw new InvalidOperationException("This process has no disk.");

    public ActorSystem System { get; private set; } = null!;

    /// <summary>
    /// The actor that messages from other processes are for: the peer. <c>null</c> until the peer has been started.
    /// </summary>
    public IActorRef? Entry { get; protected set; }

    /// <summary>The actor that a message from another process is for; <c>null</c> if there is none yet.</summary>
    public virtual IActorRef? RecipientOf(object message) => message is NodeHeartbeat
        ? ((ExtendedActorSystem)System).Provider.ResolveActorRef($"akka://{System.Name}{NodeWatch.Path}")
        : Entry;

    /// <summary>Whether the process is dead. Nothing that a dead process still does has an effect outside it.</summary>
    public bool IsDead { get; private set; }

    /// <summary>The time since the process began, by the process's own clock.</summary>
    public TimeSpan Clock => (world.Now - _bootedAt) * (1 + drift);

    /// <summary>The time of day, by the process's own clock.</summary>
    public DateTimeOffset WallClock => _stoppedWallClock ?? Epoch + _wallClockSteps + (world.Now * (1 + drift));

    /// <summary>Sets the wall clock. Durations are measured by another clock, which is not changed.</summary>
    public void StepWallClock(TimeSpan by) => _wallClockSteps += by;

    /// <summary>Stops the wall clock, or lets it go on with the right time.</summary>
    public void StopWallClock(bool stopped) => _stoppedWallClock = stopped ? WallClock : null;

    /// <summary>Makes the actor system of the process.</summary>
    public ActorSystem Start(string name, Config config)
    {
        var outer = _starting;
        _starting = this;
        try
        {
            return System = ActorSystem.Create(name, config);
        }
        finally
        {
            _starting = outer;
        }
    }

    /// <summary>The actors that were made and have not ended, in the order in which they were made.</summary>
    public IReadOnlyList<AttachedActor> Actors
    {
        get
        {
            lock (_actors)
                return [.. _actors.Values.OrderBy(static actor => actor.Number)];
        }
    }

    /// <summary>Begins in an actor system that is there.</summary>
    public void Start(VirtualHost host)
    {
        System = host.System;
        host.Enter(this);
    }

    /// <summary>It has actors that were made before, and no others.</summary>
    public void Take(IReadOnlyList<AttachedActor> actors)
    {
        lock (_actors)
        {
            _actors.Clear();
            foreach (var actor in actors)
                _actors.Add(actor.Work, actor);
            _lastActor = actors.Count == 0 ? 0 : actors[^1].Number;
        }
    }

    /// <summary>A number for the next place outside where its actors can tell something.</summary>
    public string NextPort() => Interlocked.Increment(ref _ports).ToString(CultureInfo.InvariantCulture);

    /// <summary>Lets the process notice, as remoting does, that its connection with another node was closed.</summary>
    public void ConnectionClosed(string address) =>
        System.EventStream.Publish(
            new DisassociatedEvent(new Address("akka.tcp", System.Name), AddressOf(address), inbound: false));

    /// <summary>Kills the process. Its actor system may still be ended in an orderly way.</summary>
    public virtual void Die() => IsDead = true;

    /// <summary>Kills the process in the middle of its work. Nothing of the process ever runs again.</summary>
    public void Vanish()
    {
        Die();
        _isGone = true;
        _parked.Clear();
        world.Forget(this);
    }

    /// <summary>Stops the process, as SIGSTOP or a machine that is out of memory does. Messages wait.</summary>
    public void Pause() => _paused = true;

    /// <summary>Lets the process go on. It finds out how late it is.</summary>
    public void Resume()
    {
        _paused = false;
        foreach (var (actor, work) in _parked)
            world.Ready(this, actor, work);
        _parked.Clear();
    }

    /// <summary>Called when an actor was made.</summary>
    public void Attach(ActorCell cell)
    {
        lock (_actors)
            _actors.Add(cell.Mailbox!, new AttachedActor(++_lastActor, cell.Self.Path.Name, cell.Mailbox!, cell));
    }

    /// <summary>Called when an actor has ended.</summary>
    public void Detach(ActorCell cell)
    {
        lock (_actors)
            _actors.Remove(cell.Mailbox!);
    }

    /// <summary>
    /// Called when an actor, or other work of a dispatcher, has something to do. Any thread may call it.
    /// </summary>
    public virtual void Ready(IRunnable work)
    {
        int number;
        string name;
        lock (_actors)
            (number, name) = _actors.TryGetValue(work, out var actor) ? (actor.Number, actor.Name) : (++_lastActor, "");
        var delay = DelayOf(name);
        if (delay > TimeSpan.Zero)
            world.Schedule(delay, () => Ready(number, work));
        else
            Ready(number, work);
    }

    /// <summary>Gives an actor its turn.</summary>
    public void Run(int actor, IRunnable work)
    {
        if (_paused)
            _parked.Add((actor, work));
        else
            work.Run();
    }

    /// <summary>Schedules an action by the process's own clock.</summary>
    public void Schedule(TimeSpan delay, Action action)
    {
        if (!_isGone)
            world.Schedule(delay / (1 + drift), action, this);
    }

    /// <summary>How long an actor with this name waits before its turn.</summary>
    protected virtual TimeSpan DelayOf(string actor) => TimeSpan.Zero;

    private static Address AddressOf(string address)
    {
        int colon = address.LastIndexOf(':');
        int port = int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        return new Address("akka.tcp", "raft", address[..colon], port);
    }

    private void Ready(int actor, IRunnable work)
    {
        if (_isGone)
            return;
        if (_paused)
            _parked.Add((actor, work));
        else
            world.Ready(this, actor, work);
    }
}

/// <summary>An actor of a process.</summary>
/// <param name="Number">Its number in the process.</param>
/// <param name="Name">Its name.</param>
/// <param name="Work">Its turn.</param>
/// <param name="Cell">What Akka.NET has of it.</param>
internal sealed record AttachedActor(int Number, string Name, IRunnable Work, ActorCell Cell);
