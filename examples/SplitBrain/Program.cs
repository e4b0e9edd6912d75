using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Transport;
using RaftActors;
using RaftActors.Coordination;
using Member = RaftActors.Membership.Member;

namespace SplitBrain;

/// <summary>
/// A cluster of three nodes. Its split brain resolver asks a Raft group which side of a partition may go on. The nodes
/// are three actor systems of this process, on loopback. On three machines, only the addresses differ.
/// </summary>
public static class Program
{
    #region configuration
    private static readonly Config Settings = ConfigurationFactory.ParseString("""
        akka {
          # What is logged about the cut would hide what this example shows.
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = cluster
          # The adapter can cut links, which shows what happens. In production there is none.
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, applied-adapters = [ trttl ] }
          cluster {
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = lease-majority
              stable-after = 6 s
              lease-majority.lease-implementation = "akka.coordination.lease.raft"
            }
          }
          coordination.lease.raft.lease-operation-timeout = 1500 ms
          extensions = ["RaftActors.Persistence.Sqlite.SqlitePersistenceProvider, RaftActors.Persistence.Sqlite"]
          persistence {
            journal.plugin = "akka.persistence.journal.raft-sqlite"
            snapshot-store.plugin = "akka.persistence.snapshot-store.raft-sqlite"
          }
        }
        """).WithFallback(RaftLeases.DefaultConfig()).WithFallback(Raft.DefaultConfig());
    #endregion

    /// <summary>Starts three nodes, cuts one off, and shows which nodes go on.</summary>
    public static Task Main() => RunAsync(Console.WriteLine);

    /// <summary>Does what <see cref="Main"/> does.</summary>
    /// <param name="show">Called with each line of output.</param>
    public static async Task RunAsync(Action<string> show)
    {
        var directory = Directory.CreateTempSubdirectory("split-brain-");
        ActorSystem[] nodes = [.. Enumerable.Range(1, 3).Select(node =>
            ActorSystem.Create("shop", Files(directory.FullName, node).WithFallback(Settings)))];
        try
        {
            await StartLeaseGroupAsync(nodes);
            foreach (var node in nodes)
                await Cluster.Get(node).JoinAsync(Cluster.Get(nodes[0]).SelfAddress);
            await UntilAsync(() => Array.TrueForAll(nodes, static node => Members(node) == 3));
            show("Three nodes are a cluster.");

            show("Node 3 is cut off. Nobody is told; each side sees that it does not hear the other any more.");
            await CutOffAsync(nodes[2], [nodes[0], nodes[1]]);
            await UntilAsync(() => nodes[2].WhenTerminated.IsCompleted);
            show("Node 3 did not get the lease: it has ended by itself.");
            await UntilAsync(() => Members(nodes[0]) == 2 && Members(nodes[1]) == 2);
            show("Nodes 1 and 2 are the cluster, and go on.");

            foreach (var lease in await RaftLeases.Get(nodes[0]).ListAsync("leases"))
                show($"The lease '{lease.Name}' is held by "
                    + $"{(lease.Owner == Cluster.Get(nodes[0]).SelfAddress.HostPort() ? "node 1" : "node 2")}, with "
                    + $"the fencing token {lease.Token}.");
        }
        finally
        {
            foreach (var node in nodes)
                await node.Terminate();
            directory.Delete(recursive: true);
        }
    }

    // The peer of the lease group keeps its journal and its snapshots in this file.
    private static Config Files(string directory, int node)
    {
        string file = $"{directory.Replace('\\', '/')}/node{node}.db";
        return ConfigurationFactory.ParseString($$"""
            akka.persistence {
              journal.raft-sqlite.file = "{{file}}"
              snapshot-store.raft-sqlite.file = "{{file}}"
            }
            """);
    }

    #region lease-group
    private static async Task StartLeaseGroupAsync(ActorSystem[] nodes)
    {
        // Each node has a peer of the group. With more nodes, three or five of them have a peer, and the others know
        // the addresses of these.
        Member[] members = [.. nodes.Select((node, number) => new Member($"node{number + 1}", AddressOf(node)))];
        for (int i = 0; i < nodes.Length; i++)
        {
            var settings = new RaftSettings { Group = "leases", MemberId = $"node{i + 1}", Members = members };
            await RaftLeases.Get(nodes[i]).StartAsync(settings);
        }
    }
    #endregion

    private static string AddressOf(ActorSystem node)
    {
        var address = Cluster.Get(node).SelfAddress;
        return $"{address.Host}:{address.Port}";
    }

    private static int Members(ActorSystem node) =>
        Cluster.Get(node).State.Members.Count(static member => member.Status == MemberStatus.Up);

    private static async Task CutOffAsync(ActorSystem node, ActorSystem[] others)
    {
        foreach (var other in others)
        {
            await BlackholeAsync(node, other);
            await BlackholeAsync(other, node);
        }
    }

    private static Task<bool> BlackholeAsync(ActorSystem from, ActorSystem to) =>
        ((IRemoteActorRefProvider)((ExtendedActorSystem)from).Provider).Transport.ManagementCommand(
        new SetThrottle(Cluster.Get(to).SelfAddress, ThrottleTransportAdapter.Direction.Both, Blackhole.Instance));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition())
            await Task.Delay(100, end.Token);
    }
}
