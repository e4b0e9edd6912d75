using Akka.Configuration;
using RaftActors.Membership;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>
/// A whole cluster of production peers in one process, with faults, in virtual time. Each peer has an actor system of
/// its own, which stands for the peer's process. Messages between peers cross links that serialize, delay, lose and
/// reorder them.
/// </summary>
/// <remarks>
/// <para>
/// Actors run and time passes only inside the methods of this class, on the calling thread. Time stands still until all
/// actors have come to rest. Then it jumps to the next event that is due. So thirty virtual seconds take a fraction of
/// a real second, nothing depends on how busy the machine is, and a run can be repeated from its seed. Not thread-safe.
/// </para>
/// <para>
/// The cluster always checks the properties that must always hold: one leader in a term, one vote in a term, terms that
/// never go back, and the same command at the same index on every peer. If a property is violated, or a check fails,
/// the method that finds that throws a <see cref="RaftClusterException"/>.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using var cluster = RaftCluster.Start(new RaftClusterSettings { Peers = 3, Seed = 7 });
/// var leader = cluster.CheckSingleLeader();
/// cluster.CutOff(leader);
/// long index = cluster.One("survives", expectedPeers: 2);
/// cluster.Heal(leader);
/// cluster.AwaitCommitted(index, expectedPeers: 3);
/// </code>
/// </example>
public sealed partial class RaftCluster : IDisposable
{
    private readonly RaftClusterSettings _settings;
    private readonly VirtualWorld _world = new();
    private readonly ClusterTrace _trace;
    private readonly ClusterInvariants _invariants;
    private readonly ClusterNetwork _network;
    private readonly Random _random;
    private readonly List<ClientProcess> _clients = [];
    private readonly List<RaftPeer> _peers = [];
    private readonly List<Member> _founders;
    private bool _disposed;

    private RaftCluster(RaftClusterSettings settings)
    {
        _settings = settings;
        _random = new Random(settings.Seed);
        _trace = new ClusterTrace(_world);
        _invariants = new ClusterInvariants(_trace);
        var members = Enumerable.Range(1, settings.Peers).Select(MemberOf);
        _peers.AddRange(members.Select((member, index) => new RaftPeer(member, NewDisk(member))
        {
            Priority = settings.Priorities.ElementAtOrDefault(index),
            ClockDrift = settings.ClockDrifts.ElementAtOrDefault(index),
        }));
        _founders = _peers.ConvertAll(static peer => peer.MemberWithPriority);
        _network = new ClusterNetwork(_world, new Random(_random.Next()))
        {
            Faults = settings.Faults,
            Watcher = Watch,
            Noticed = Noticed,
        };
        _peers.ForEach(_network.Connect);
    }

    /// <summary>The peers, whether members or not, in the order in which they were started first.</summary>
    public IReadOnlyList<RaftPeer> Peers => _peers;

    /// <summary>The group's name.</summary>
    public string Group => _settings.Group;

    /// <summary>The seed with which this run can be repeated.</summary>
    public int Seed => _settings.Seed;

    /// <summary>The virtual time since the start.</summary>
    public TimeSpan Now => _world.Now;

    /// <summary>A source of random choices for a test, fixed by the seed.</summary>
    public Random Random => _random;

    /// <summary>The faults of the links, from now on.</summary>
    public LinkFaults Faults
    {
        get => _network.Faults;
        set
        {
            _network.Faults = value;
            _trace.Add($"faults: {value}");
        }
    }

    /// <summary>Starts a cluster. All peers run, and none leads yet.</summary>
    /// <param name="settings">The settings of the cluster; <c>null</c> for three peers.</param>
    public static RaftCluster Start(RaftClusterSettings? settings = null)
    {
        var cluster = new RaftCluster(settings ?? new RaftClusterSettings());
        cluster._settings.Output?.Invoke($"RaftCluster of {cluster.Peers.Count} peers, seed {cluster.Seed}.");
        try
        {
            foreach (var peer in cluster.Peers)
                cluster.StartProcess(peer);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Starts a process for clients on nodes of their own, beside the processes of the peers.</summary>
    /// <param name="clockDrift">By how much the clocks of the process are fast: 0.01 is one in a hundred.</param>
    public ClientProcess StartClient(double clockDrift = 0)
    {
        var process = new VirtualProcess(_world, null, clockDrift);
        Start(process, $"client-{_clients.Count + 1}", _settings.Config.WithFallback(VirtualConfig.Default));
        var client = new ClientProcess(this, process, _network, new Random(_random.Next()));
        _clients.Add(client);
        return client;
    }

    /// <summary>Lets virtual time pass until a task is done.</summary>
    /// <param name="task">A task that an actor in one of the cluster's systems completes.</param>
    /// <param name="limit">How long to wait; ten seconds by default.</param>
    /// <returns>The task's result.</returns>
    /// <exception cref="RaftClusterException">The task was not done in time.</exception>
    public T Await<T>(Task<T> task, TimeSpan? limit = null)
    {
        Await(() => task.IsCompleted, "a task is done", limit);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="time">How much virtual time.</param>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_world.StepToRest(end))
            ThrowIfViolated();
        ThrowIfViolated();
    }

    /// <summary>Lets virtual time pass until a condition holds. The condition is evaluated after each event.</summary>
    /// <param name="condition">The condition. It must not let time pass.</param>
    /// <param name="limit">How much time may pass at most.</param>
    /// <returns>Whether the condition held in time.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var end = Now + limit;
        _world.Settle();
        while (!condition())
        {
            ThrowIfViolated();
            if (!_world.StepToRest(end))
                return condition();
        }
        ThrowIfViolated();
        return true;
    }

    /// <summary>Stops all peers at once, as a crash does.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var peer in Peers)
        {
            if (peer.Process is { } process)
                Kill(process, tear: false);
        }
        foreach (var client in _clients)
        {
            client.Resume();
            _world.SettleUntil(client.System.Terminate());
        }
    }

    private PeerDisk NewDisk(Member member) => new(member.Id, _world, new Random(_random.Next()))
    {
        MinLatency = _settings.MinDiskLatency,
        MaxLatency = _settings.MaxDiskLatency,
    };

    // The start of an actor system may wait for its actors, which run on this thread. So start the system on another
    // thread.
    private void Start(VirtualProcess process, string name, Config config) =>
        _world.SettleUntil(Task.Run(() => process.Start(name, config)));

    private void StartProcess(RaftPeer peer)
    {
        peer.Starts++;
        peer.Disk.Revive();
        peer.Disk.Recover();
        var process = new PeerProcess(peer, _invariants);
        Start(process, $"raft-{peer.Id}", ClusterConfig.For(_settings, peer.Disk));
        process.Created();
        peer.Process = process;
        var settings = _settings.Raft(new RaftSettings
        {
            Group = _settings.Group,
            MemberId = peer.Id,
            Members = [.. _founders.Where(founder => founder.Id != peer.Id), peer.MemberWithPriority],
            Join = peer.Joins,
            Clock = new VirtualClock(process),
            RandomSeed = HashCode(peer),
            Resolver = _network.ResolverOf(peer, process),
        });
        var started = Raft.Get(process.System)
            .StartAsync(settings, () => RecordingStateMachine.Of(process, _settings.StateMachine?.Invoke()));
        _world.SettleUntil(started);
        process.Started(started.Result);
        _trace.Add($"{peer.Id} starts");
    }

    // Each start draws other timeouts. A new store gets another identity.
    private int HashCode(RaftPeer peer) =>
        unchecked((((Seed * 31) + peer.Starts) * 1009)
            + int.Parse(peer.Id.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture));

    private void Kill(PeerProcess process, bool tear)
    {
        var peer = process.Peer;
        process.Die();
        process.Resume();
        peer.Process = null;
        peer.Disk.Die();
        _settings.Journal.BeforeDeath(peer.Disk, tear);
        _world.SettleUntil(process.System.Terminate());
        _settings.Journal.AfterDeath(peer.Disk);
    }

    private void Watch(Message<RaftPeer> message, string fate)
    {
        _trace.Add($"{message} {fate}");
        _invariants.Sent(message);
        foreach (var watcher in _watchers)
            watcher(message, fate);
    }

    private void Noticed(RaftPeer peer, RaftPeer other) =>
        _trace.Add($"{peer.Id} notices that its connection with {other.Id} was closed");

    private void ThrowIfViolated()
    {
        if (_invariants.Violation is { } violation)
            throw Failure(violation);
    }

    private RaftClusterException Failure(string what)
    {
        _settings.Output?.Invoke(_trace.ToString());
        return new RaftClusterException($"{what} (seed {Seed}, virtual time {Now.TotalSeconds:0.000} s)\n{Describe()}");
    }
}
