using Akka.Configuration;
using Akka.Coordination;
using RaftActors.TestKit;

namespace RaftActors.Coordination.Tests;

/// <summary>A lease group in virtual time, and processes that hold its leases.</summary>
internal sealed class LeaseCluster : IDisposable
{
    public const string Section = "akka.coordination.lease.raft";

    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(8.5);
    public static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan SignInterval = TimeSpan.FromSeconds(1);

    private static readonly Config Settings = ConfigurationFactory.ParseString($$"""
        {{Section}} {
          group = test
          use-dispatcher = "akka.actor.default-dispatcher"
        }
        """).WithFallback(RaftLeases.DefaultConfig());

    public LeaseCluster(Action<string>? output = null, int seed = 1, IReadOnlyList<double>? drifts = null,
        Func<RaftClusterSettings, RaftClusterSettings>? change = null)
    {
        var settings = new RaftClusterSettings
        {
            Seed = seed,
            StateMachine = static () => new LeaseStateMachine(),
            Config = Settings,
            ClockDrifts = drifts ?? [],
            Output = output,
        };
        Group = RaftCluster.Start(change is null ? settings : change(settings));
    }

    public RaftCluster Group { get; }

    /// <summary>Starts a process beside the group.</summary>
    public LeaseNode StartNode(double drift = 0)
    {
        var node = new LeaseNode(this, Group.StartClient(drift));
        RaftLeases.Get(node.Process.System).Connect(node.Process.ClientSettings);
        return node;
    }

    /// <summary>What the first peer that runs has applied.</summary>
    public IEnumerable<Wire.Command> Commands() =>
        Group.Peers.First(static peer => peer.IsRunning).Log.Select(static applied =>
            Wire.Command.Parser.ParseFrom(applied.Payload.Bytes.Span));

    public T Await<T>(Task<T> task, TimeSpan? limit = null) => Group.Await(task, limit);

    public void Run(double seconds) => Group.Run(TimeSpan.FromSeconds(seconds));

    public void Dispose() => Group.Dispose();
}

/// <summary>A process that holds leases.</summary>
internal sealed class LeaseNode(LeaseCluster cluster, ClientProcess process)
{
    public ClientProcess Process { get; } = process;

    public RaftLeases Leases => RaftLeases.Get(Process.System);

    /// <summary>What the callbacks of lost leases were told.</summary>
    public List<(string Lease, Exception Why)> Lost { get; } = [];

    public RaftLease Lease(string name = "lease", string owner = "anna") =>
        (RaftLease)LeaseProvider.Get(Process.System).GetLease(name, LeaseCluster.Section, owner);

    /// <summary>Acquires a lease, and waits for the answer.</summary>
    public bool Acquire(RaftLease lease) => cluster.Await(BeginToAcquire(lease));

    public Task<bool> BeginToAcquire(RaftLease lease) =>
        lease.Acquire(why => Lost.Add((lease.Settings.LeaseName, why)));

    public void CutOff() => Process.Unreachable.UnionWith(cluster.Group.Peers);

    public void Heal() => Process.Unreachable.Clear();
}
