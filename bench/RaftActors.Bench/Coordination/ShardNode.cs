using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Coordination;
using RaftActors.Coordination;
using RaftActors.Membership;

namespace RaftActors.Bench;

/// <summary>
/// A node of a cluster with a shard region whose shards have leases. The order <c>up</c> is answered when all nodes are
/// members of the cluster. The order <c>from</c> has the ids of processes. It is answered as soon as every shard has
/// answered from one of these processes.
/// </summary>
internal static class ShardNode
{
    // How long an answer of an entity is waited for, and how long to wait before the next look.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the node until its standard input ends.</summary>
    public static async Task<int> RunAsync(int number, int ports, int shards, string data)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        string[] addresses = NodeConfig.Addresses(ports);
        string seeds = string.Join(", ", addresses.Select(static address =>
            $"\"akka.tcp://{NodeConfig.SystemName}@{address}\""));
        var system = ActorSystem.Create(NodeConfig.SystemName, ConfigurationFactory
            .ParseString($"akka.cluster.seed-nodes = [ {seeds} ]")
            .WithFallback(Quick).WithFallback(NodeConfig.Remoting("cluster", ports + number))
            .WithFallback(NodeConfig.Store(data)).WithFallback(ClusterSharding.DefaultConfig())
            .WithFallback(RaftLeases.DefaultConfig()).WithFallback(Raft.DefaultConfig()));
        await RaftLeases.Get(system).StartAsync(new RaftSettings
        {
            Group = "leases",
            MemberId = $"node{number}",
            Members = [.. addresses.Index().Select(static node => new Member($"node{node.Index}", node.Item))],
        });
        var extractor = HashCodeMessageExtractor.Create(shards, static message => message as string);
        var sharding = ClusterSharding.Get(system);
        var usage = new LeaseUsageSettings("akka.coordination.lease.raft", TimeSpan.FromMilliseconds(500));
        var region = await sharding.StartAsync("entity", static _ => Props.Create(() => new Entity()),
            ClusterShardingSettings.Create(system).WithLeaseSettings(usage), extractor);
        // An entity for each shard.
        string[] entities = [.. Enumerable.Range(0, int.MaxValue)
            .Select(static i => string.Create(CultureInfo.InvariantCulture, $"entity-{i}"))
            .DistinctBy(entity => extractor.ShardId(entity, null)).Take(shards)];
        while (await input.ReadLineAsync() is { } order)
        {
            if (order == "up")
            {
                await UpAsync(Akka.Cluster.Cluster.Get(system), addresses.Length);
                Console.WriteLine("up");
                continue;
            }
            var processes = order.Split(' ').Skip(1)
                .Select(static id => int.Parse(id, CultureInfo.InvariantCulture)).ToHashSet();
            await Task.WhenAll(entities.Select(entity => AskAsync(region, entity, processes)));
            Console.WriteLine("answered");
        }
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    /// <summary>Settings for shards that are to start on another node quickly.</summary>
    private static Config Quick { get; } = ConfigurationFactory.ParseString("""
        # The shards stay where they are while all nodes run.
        akka.cluster.sharding { rebalance-interval = 1 h, retry-interval = 200 ms, state-store-mode = ddata }
        akka.cluster.singleton {
          hand-over-retry-interval = 200 ms
          use-lease = "akka.coordination.lease.raft"
          lease-retry-interval = 200 ms
        }
        akka.cluster {
          # Each shard and the coordinator have a lease, so nothing needs a wait for the nodes that are cut off.
          down-removal-margin = 1 ms
          gossip-interval = 200 ms
          leader-actions-interval = 200 ms
          unreachable-nodes-reaper-interval = 200 ms
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          failure-detector { heartbeat-interval = 200 ms, acceptable-heartbeat-pause = 1 s }
          split-brain-resolver { active-strategy = keep-majority, stable-after = 1 s }
        }
        akka.coordination.lease.raft { heartbeat-timeout = 3 s, heartbeat-interval = 300 ms }
        """);

    private static async Task UpAsync(Akka.Cluster.Cluster cluster, int nodes)
    {
        while (cluster.State.Members.Count(static member => member.Status == Akka.Cluster.MemberStatus.Up) < nodes)
            await Task.Delay(Patience);
    }

    private static async Task AskAsync(IActorRef region, string entity, HashSet<int> processes)
    {
        while (true)
        {
            try
            {
                if (processes.Contains(await region.Ask<int>(entity, Patience)))
                    return;
                await Task.Delay(Patience);
            }
            catch (AskTimeoutException)
            {
                // The shard does not run now, or still runs nowhere.
            }
        }
    }

    /// <summary>Says in which process it runs.</summary>
    private sealed class Entity : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(Environment.ProcessId);
    }
}
