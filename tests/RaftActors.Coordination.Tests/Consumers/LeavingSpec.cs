using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Coordination;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>
/// A node leaves in order a cluster whose <c>ClusterSingletonManager</c> has <c>use-lease</c> and whose split brain
/// resolver has <c>lease-majority</c>.
/// </summary>
public sealed class LeavingSpec
{
    private readonly ConcurrentQueue<int> _starts = new();

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, false)]
    [InlineData(new[] { 1, 2, 3 }, false)]
    [InlineData(new[] { 0, 1, 2 }, true)]
    public async Task The_singleton_moves_and_the_rest_of_the_cluster_lives(int[] peers, bool isToldByAnother)
    {
        await using var nodes = await ClusterNodes.StartAsync(4, peers);
        for (int i = 0; i < nodes.Count; i++)
        {
            int node = i;
            var singleton = Props.Create(() => new Recorder(() => _starts.Enqueue(node)));
            var settings = ClusterSingletonManagerSettings.Create(nodes[i]).WithLeaseSettings(
                new LeaseUsageSettings(LeaseCluster.Section, TimeSpan.FromMilliseconds(500)));
            nodes[i].ActorOf(ClusterSingletonManager.Props(singleton, settings), "singleton");
        }
        await ClusterNodes.UntilAsync(() => _starts.Contains(0), "the singleton has started", nodes.Describe);

        if (isToldByAnother)
            Cluster.Get(nodes[3]).Leave(Cluster.Get(nodes[0]).SelfAddress);
        else
            _ = CoordinatedShutdown.Get(nodes[0]).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);

        await ClusterNodes.UntilAsync(
            () => _starts.Contains(1), "the singleton has started on the next node", nodes.Describe);
        await ClusterNodes.UntilAsync(
            () => nodes.HasEnded(0), "the node that left has ended", nodes.Describe);
        await ClusterNodes.UntilAsync(
            () => nodes.IsClusterOf([1, 2, 3]), "the nodes 1, 2 and 3 are the cluster", nodes.Describe);
        Assert.Equal([0, 1], _starts);
    }

    private sealed class Recorder(Action started) : ReceiveActor
    {
        protected override void PreStart() => started();
    }
}
