using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Cluster.Tests.Nodes;
using AkkaCluster = Akka.Cluster.Cluster;

namespace RaftActors.Cluster.Tests;

/// <summary>What docs/cluster.md shows of an actor system: it compiles, and it runs.</summary>
public sealed class ClusterExample
{
    [Fact]
    public async Task The_page_on_clusters_is_true_of_an_actor_system()
    {
        int port = TestCluster.FreePorts(1)[0];
        var config = ConfigurationFactory.ParseString($$"""
            raft { group = tickets, member-id = node1, allow-volatile = on }
            akka {
              loglevel = ERROR
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = {{port}} }
              cluster.roles = [ raft ]
              cluster.raft { role = raft, desired-voters = 1, contact-points.service-name = tickets }
              discovery { method = config, config.services.tickets.endpoints = [ "127.0.0.1:{{port}}" ] }
              persistence.snapshot-store.plugin = akka.persistence.snapshot-store.inmem
            }
            """);
        #region start
        var defaults = ClusterMembership.DefaultConfig().WithFallback(Raft.DefaultConfig());
        var system = ActorSystem.Create("shop", config.WithFallback(defaults));
        var membership = ClusterMembership.Get(system);
        var group = await membership.StartAsync(
            membership.PeerSettings(system.Settings.Config.GetConfig("raft")),
            ClusterMembershipSettings.FromConfig(system.Settings.Config.GetConfig("akka.cluster.raft")),
            () => new NumberSet());
        #endregion
        await AkkaCluster.Get(system).JoinAsync(AkkaCluster.Get(system).SelfAddress);

        await using var client = RaftClient.Start(system, new RaftClientSettings { Group = "tickets", Peer = group });
        await client.ProposeAsync(NumberSet.Bytes(7), TimeSpan.FromSeconds(60));

        var status = await membership.GetStatusAsync("tickets", TimeSpan.FromSeconds(30));
        Assert.Equal(("node1", true), (status.MemberId, status.IsLeader));
        await system.Terminate();
    }
}
