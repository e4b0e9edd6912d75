using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Coordination;
using Member = RaftActors.Membership.Member;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>
/// A node of a cluster with a shard region, in a process of its own, so that the process can be killed. A line on
/// standard input names nodes: when all shards have answered from these, the node writes how many seconds that took.
/// </summary>
internal static class ShardNode
{
    public const int ShardCount = 200;

    private static readonly HashCodeMessageExtractor Extractor =
        HashCodeMessageExtractor.Create(ShardCount, static message => message as string);

    /// <summary>Runs the node until its standard input ends.</summary>
    /// <param name="number">Its number, from 0 on.</param>
    /// <param name="ports">The ports of all nodes. All but the first have a peer of the lease group.</param>
    public static async Task RunAsync(int number, int[] ports)
    {
        string[] addresses = [.. ports.Select(static port => $"127.0.0.1:{port}")];
        string seeds = string.Join(", ", addresses.Select(static address => $"\"akka.tcp://nodes@{address}\""));
        using var system = ActorSystem.Create("nodes", ConfigurationFactory.ParseString($$"""
            akka {
              remote.dot-netty.tcp { port = {{ports[number]}}, applied-adapters = [] }
              cluster { seed-nodes = [{{seeds}}], failure-detector.acceptable-heartbeat-pause = 4 s }
            }
            """).WithFallback(ClusterNodes.Settings));
        var members = addresses.Skip(1).Select(static (address, i) => new Member($"peer{i}", address)).ToList();
        var leases = RaftLeases.Get(system);
        if (number == 0)
            leases.Connect(new() { Group = "leases", Addresses = [.. addresses.Skip(1)] });
        else
            await leases.StartAsync(ClusterNodes.PeerSettings(number - 1, members));
        // The extension brings the defaults that the settings are made of.
        var sharding = ClusterSharding.Get(system);
        var usage = new LeaseUsageSettings(LeaseCluster.Section, TimeSpan.FromMilliseconds(500));
        var settings = ClusterShardingSettings.Create(system).WithLeaseSettings(usage);
        var region = await sharding.StartAsync(
            "entity", _ => Props.Create(() => new Entity(number)), settings, Extractor);
        Cluster.Get(system).RegisterOnMemberUp(() => Console.WriteLine("up"));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var nodes = line.Split(' ').Select(int.Parse).ToHashSet();
            var watch = Stopwatch.StartNew();
            await AllAnswerAsync(region, nodes);
            Console.WriteLine(watch.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
        }
    }

    // A name for each shard.
    private static IEnumerable<string> Entities() => Enumerable.Range(0, int.MaxValue)
        .Select(static i => string.Create(CultureInfo.InvariantCulture, $"entity-{i}"))
        .DistinctBy(static entity => Extractor.ShardId(entity, null))
        .Take(ShardCount);

    private static async Task AllAnswerAsync(IActorRef region, HashSet<int> nodes)
    {
        var missing = Entities().ToHashSet();
        while (missing.Count > 0)
            await Shards.AskAsync(region, nodes, missing, TimeSpan.FromSeconds(1));
    }

    private sealed class Entity : ReceiveActor
    {
        public Entity(int node) => Receive<string>(_ => Sender.Tell(node));
    }
}
