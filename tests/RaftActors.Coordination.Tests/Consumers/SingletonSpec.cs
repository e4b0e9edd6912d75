using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Coordination;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>Akka.NET's <c>ClusterSingletonManager</c> with <c>use-lease</c>.</summary>
public sealed class SingletonSpec
{
    private const string Name = "nodes-singleton-akka://nodes/user/singleton";

    private readonly ConcurrentQueue<Start> _starts = new();

    [Fact]
    public async Task A_singleton_starts_with_the_lease_and_when_no_other_node_believes_that_it_has_it()
    {
        await using var nodes = await ClusterNodes.StartAsync(3, [0, 1, 2]);
        var leases = Enumerable.Range(0, nodes.Count).Select(node => nodes.LeaseOf(node, Name)).ToList();
        var other = (RaftLease)LeaseProvider.Get(nodes[2]).GetLease(Name, LeaseCluster.Section, "other");
        Assert.True(await other.Acquire());
        leases.Add(other);
        for (int i = 0; i < nodes.Count; i++)
        {
            int node = i;
            var singleton = Props.Create(() => new Recorder(() => Record(node, leases)));
            var settings = ClusterSingletonManagerSettings.Create(nodes[i])
                .WithLeaseSettings(new LeaseUsageSettings(LeaseCluster.Section, TimeSpan.FromMilliseconds(500)));
            nodes[i].ActorOf(ClusterSingletonManager.Props(singleton, settings), "singleton");
        }

        // As long as somebody else has the lease the singleton waits for it.
        await other.Release();
        await ClusterNodes.UntilAsync(() => _starts.Count == 1, "the singleton has started");
        Assert.Equal(0, _starts.Single().Node);

        // An operator takes the lease away: the singleton stops, and comes back with a higher token.
        Assert.NotNull(await RaftLeases.Get(nodes[0]).ForceReleaseAsync("leases", Name));
        await ClusterNodes.UntilAsync(() => _starts.Count == 2, "the singleton has started again");

        // Its node is cut off: the next one starts when that node does not believe in its lease any more.
        await nodes.CutAsync([0], [1, 2]);
        await ClusterNodes.UntilAsync(() => _starts.Any(static start => start.Node == 1),
            "the singleton has started on the next node");

        Assert.All(_starts, static start => Assert.Empty(start.OtherBelievers));
        var tokens = _starts.Select(static start => start.Token ?? 0).ToList();
        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    private void Record(int node, List<RaftLease> leases) =>
        _starts.Enqueue(new Start(node, leases[node].Token,
            [.. leases.Where(lease => lease != leases[node] && lease.CheckLease())]));

    private sealed record Start(int Node, long? Token, RaftLease[] OtherBelievers);

    private sealed class Recorder(Action started) : ReceiveActor
    {
        protected override void PreStart() => started();
    }
}
