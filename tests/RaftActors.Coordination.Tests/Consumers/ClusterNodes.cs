using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Coordination;
using Akka.Remote;
using Akka.Remote.Transport;
using RaftActors.Client;
using Member = RaftActors.Membership.Member;
using MemberStatus = Akka.Cluster.MemberStatus;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>
/// Nodes of a real cluster in this process: actor systems that reach each other by remoting over loopback, some of them
/// with a peer of the lease group.
/// </summary>
internal sealed class ClusterNodes : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    internal static readonly Config Settings = ConfigurationFactory.ParseString("""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, applied-adapters = [ trttl ] }
          cluster {
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = lease-majority
              # Slow machines are not the subject.
              stable-after = 6 s
              down-all-when-unstable = off
              lease-majority {
                lease-implementation = "akka.coordination.lease.raft"
                acquire-lease-delay-for-minority = 1 s
              }
            }
            failure-detector.acceptable-heartbeat-pause = 8 s
          }
          coordination.lease.raft { heartbeat-timeout = 6 s, heartbeat-interval = 500 ms, lease-operation-timeout = 5 s }
        }
        """).WithFallback(RaftLeases.DefaultConfig()).WithFallback(Raft.DefaultConfig());

    private readonly List<ActorSystem> _systems = [];

    public ActorSystem this[int node] => _systems[node];

    public int Count => _systems.Count;

    /// <summary>The peers of the lease group; <c>null</c> for nodes without one.</summary>
    public IActorRef?[] Peers { get; private set; } = [];

    /// <summary>Starts a cluster, and waits until it is one.</summary>
    /// <param name="count">How many nodes.</param>
    /// <param name="peers">Which of them have a peer of the lease group.</param>
    /// <param name="more">Configuration that goes before all other.</param>
    public static async Task<ClusterNodes> StartAsync(int count, int[] peers, string more = "")
    {
        var nodes = new ClusterNodes { Peers = new IActorRef?[count] };
        for (int i = 0; i < count; i++)
            nodes._systems.Add(ActorSystem.Create("nodes",
                ConfigurationFactory.ParseString(more).WithFallback(Settings)));
        var members = peers.Select(node => new Member($"peer{node}", nodes.AddressOf(node))).ToList();
        for (int i = 0; i < count; i++)
        {
            var leases = RaftLeases.Get(nodes[i]);
            if (!peers.Contains(i))
                leases.Connect(new RaftClientSettings { Group = "leases",
                    Addresses = [.. members.Select(static member => member.Address)] });
            else
                nodes.Peers[i] = await leases.StartAsync(PeerSettings(i, members));
        }
        for (int i = 0; i < count; i++)
        {
            await Cluster.Get(nodes[i]).JoinAsync(Cluster.Get(nodes[0]).SelfAddress);
            int joined = i + 1;
            await UntilAsync(() => nodes.IsClusterOf(Enumerable.Range(0, joined)), $"{joined} nodes are a cluster");
        }
        return nodes;
    }

    /// <summary>The settings of a peer of the lease group.</summary>
    /// <param name="number">The number in the peer's member id.</param>
    /// <param name="members">All members of the group.</param>
    public static RaftSettings PeerSettings(int number, IReadOnlyList<Member> members) => new()
    {
        Group = "leases",
        MemberId = $"peer{number}",
        Members = members,
        ElectionTimeoutMin = TimeSpan.FromSeconds(1),
        ElectionTimeoutMax = TimeSpan.FromSeconds(2),
        // No node comes back.
        AllowVolatile = true,
    };

    /// <summary>Waits until something has come to pass.</summary>
    public static Task UntilAsync(Func<bool> condition, string what, Func<string>? describe = null) =>
        UntilAsync(condition, static () => Task.Delay(50), what, describe);

    /// <summary>Tries until something has come to pass.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<Task> step, string what,
        Func<string>? describe = null)
    {
        using var end = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(end.IsCancellationRequested,
                $"It did not come to pass within {Patience.TotalSeconds} s that {what}. {describe?.Invoke()}");
            await step();
        }
    }

    /// <summary>Whether each of these nodes sees these nodes, and no others, as members that are up.</summary>
    public bool IsClusterOf(IEnumerable<int> nodes)
    {
        var expected = nodes.Select(node => Cluster.Get(this[node]).SelfUniqueAddress).ToHashSet();
        return nodes.All(node => Cluster.Get(this[node]).State is var state
            && state.Members.All(static member => member.Status == MemberStatus.Up)
            && state.Unreachable.Count == 0
            && expected.SetEquals(state.Members.Select(static member => member.UniqueAddress)));
    }

    /// <summary>What each node sees.</summary>
    public string Describe() => string.Join("; ", Enumerable.Range(0, Count).Select(node => HasEnded(node)
        ? $"node {node} has ended"
        : $"node {node} at {AddressOf(node)} sees {string.Join(", ", Cluster.Get(this[node]).State.Members)}, "
            + $"unreachable {string.Join(", ", Cluster.Get(this[node]).State.Unreachable)}"));

    public bool HasEnded(int node) => this[node].WhenTerminated.IsCompleted;

    /// <summary>Has the peer of a node lead the lease group.</summary>
    public async Task LeadAsync(int node)
    {
        bool leads = false;
        await UntilAsync(
            () => leads,
            async () =>
            {
                leads = (await Peers[node]!.Ask<RaftStatus>(GetStatus.Instance, Patience)).Role == RaftRole.Leader;
                if (!leads)
                    await Peers[node]!.Ask<object>(new TransferLeadership($"peer{node}"), Patience);
            },
            $"the peer of node {node} leads");
    }

    /// <summary>Nothing passes between two sides any more, and nobody is told.</summary>
    public async Task CutAsync(int[] side, int[] other)
    {
        foreach (int one in side)
        {
            foreach (int another in other)
            {
                await BlackholeAsync(one, another);
                await BlackholeAsync(another, one);
            }
        }
    }

    public string AddressOf(int node)
    {
        var address = Cluster.Get(this[node]).SelfAddress;
        return $"{address.Host}:{address.Port}";
    }

    /// <summary>The lease of a node, as Akka.NET made it.</summary>
    public RaftLease LeaseOf(int node, string name) =>
        (RaftLease)LeaseProvider.Get(this[node])
            .GetLease(name, LeaseCluster.Section, Cluster.Get(this[node]).SelfAddress.HostPort());

    public async ValueTask DisposeAsync()
    {
        foreach (var system in _systems)
            await system.Terminate();
    }

    private async Task BlackholeAsync(int from, int to)
    {
        var transport = ((IRemoteActorRefProvider)((ExtendedActorSystem)this[from]).Provider).Transport;
        Assert.True(await transport.ManagementCommand(new SetThrottle(Cluster.Get(this[to]).SelfAddress,
            ThrottleTransportAdapter.Direction.Both, Blackhole.Instance)));
    }
}
