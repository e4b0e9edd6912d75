using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Coordination;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>Akka.NET's <c>ShardRegion</c> with <c>use-lease</c>.</summary>
public sealed class ShardRegionSpec
{
    private const string Prefix = "nodes-shard-entity-";
    private static readonly HashCodeMessageExtractor Extractor =
        HashCodeMessageExtractor.Create(40, static message => message as string);
    private static readonly string[] Entities =
        [.. Enumerable.Range(0, 60).Select(static number => $"entity-{number}")];

    private readonly ConcurrentBag<string> _overlaps = [];

    [Fact]
    public async Task A_shard_starts_elsewhere_when_its_former_node_does_not_believe_in_its_lease_any_more()
    {
        await using var nodes = await ClusterNodes.StartAsync(4, [1, 2, 3]);
        string[] shards = [.. Entities.Select(static entity => Extractor.ShardId(entity, null)).Distinct()];
        var leases = Enumerable.Range(0, nodes.Count)
            .Select(node => shards.ToDictionary(static shard => shard, shard => nodes.LeaseOf(node, Prefix + shard)))
            .ToList();
        var regions = new List<IActorRef>();
        for (int i = 0; i < nodes.Count; i++)
        {
            int node = i;
            // The extension brings the defaults that the settings are made of.
            var sharding = ClusterSharding.Get(nodes[i]);
            var settings = ClusterShardingSettings.Create(nodes[i])
                .WithLeaseSettings(new LeaseUsageSettings(LeaseCluster.Section, TimeSpan.FromMilliseconds(500)));
            regions.Add(await sharding.StartAsync("entity",
                _ => Props.Create(() => new Entity(node, leases, _overlaps)), settings, Extractor));
        }
        await AllAnswerAsync(regions[2], [0, 1, 2, 3]);
        Assert.Equal(shards.Select(static shard => Prefix + shard).Order(StringComparer.Ordinal),
            (await RaftLeases.Get(nodes[2]).ListAsync("leases", Prefix)).Select(static lease => lease.Name));

        // The oldest node, which allocates the shards, is cut off.
        await nodes.CutAsync([0], [1, 2, 3]);
        await AllAnswerAsync(regions[2], [1, 2, 3]);
        Assert.Empty(_overlaps);
    }

    private static async Task AllAnswerAsync(IActorRef region, int[] nodes)
    {
        var missing = Entities.ToList();
        await ClusterNodes.UntilAsync(
            () => missing.Count == 0,
            () => Shards.AskAsync(region, nodes, missing, TimeSpan.FromSeconds(3)),
            $"all entities answer from the nodes {string.Join(", ", nodes)}");
    }

    private sealed class Entity : ReceiveActor
    {
        public Entity(int node, List<Dictionary<string, RaftLease>> leases, ConcurrentBag<string> overlaps)
        {
            string shard = Extractor.ShardId(Self.Path.Name, null);
            for (int i = 0; i < leases.Count; i++)
                if (leases[i][shard].CheckLease() != (i == node))
                    overlaps.Add($"{Self.Path.Name} started on node {node}; {leases[i][shard]} is "
                        + $"{(i == node ? "not held there" : "held elsewhere")}.");
            Receive<string>(_ => Sender.Tell(node));
        }
    }
}
