using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Transport;
using RaftActors.Client;
using RaftActors.Persistence.Sqlite;
using AkkaCluster = Akka.Cluster.Cluster;

namespace RaftActors.Cluster.Tests.Nodes;

/// <summary>
/// A node of a real cluster: an actor system with remoting over loopback, and a data directory that outlives it.
/// </summary>
internal sealed class TestNode
{
    private readonly string _folder;

    public TestNode(string id, string folder)
    {
        Id = id;
        _folder = Directory.CreateDirectory(Path.Combine(folder, id)).FullName;
    }

    public string Id { get; }

    /// <summary>The port of its remoting; 0 for one that is free.</summary>
    public int Port { get; set; }

    public ActorSystem System { get; private set; } = null!;

    public IActorRef Group { get; private set; } = null!;

    public bool IsRunning { get; private set; }

    public AkkaCluster Cluster => AkkaCluster.Get(System);

    public string Address => ClusterMembership.AddressOf(Cluster.SelfAddress);

    /// <summary>Starts the actor system and the peer.</summary>
    public async Task StartAsync(string settings)
    {
        var own = ConfigurationFactory.ParseString($$"""
            raft.member-id = {{Id}}
            akka.remote.dot-netty.tcp.port = {{Port}}
            akka.persistence {
              journal.raft-sqlite.file = "{{_folder}}/node.db"
              snapshot-store.raft-sqlite.file = "{{_folder}}/node.db"
            }
            """);
        System = ActorSystem.Create("nodes", own.WithFallback(ConfigurationFactory.ParseString(settings))
            .WithFallback(ClusterMembership.DefaultConfig()).WithFallback(SqlitePersistence.DefaultConfig())
                .WithFallback(Raft.DefaultConfig()));
        var membership = ClusterMembership.Get(System);
        var config = System.Settings.Config;
        Group = await membership.StartAsync(
            membership.PeerSettings(config.GetConfig("raft")),
            ClusterMembershipSettings.FromConfig(config.GetConfig(ClusterMembershipSettings.Section)),
            static () => new NumberSet());
        IsRunning = true;
        _ = System.WhenTerminated.ContinueWith(_ => IsRunning = false, TaskScheduler.Default);
    }

    /// <summary>The node leaves in order: the coordinated shutdown runs.</summary>
    public async Task StopAsync()
    {
        await CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.UnknownReason.Instance);
        await System.WhenTerminated;
        IsRunning = false;
    }

    /// <summary>The actor system ends at once. The cluster is not told.</summary>
    public async Task KillAsync()
    {
        IsRunning = false;
        await System.Terminate();
    }

    /// <summary>Nothing passes between this node and another any more.</summary>
    public async Task CutAsync(TestNode other)
    {
        var transport = ((IRemoteActorRefProvider)((ExtendedActorSystem)System).Provider).Transport;
        Assert.True(await transport.ManagementCommand(
            new SetThrottle(other.Cluster.SelfAddress, ThrottleTransportAdapter.Direction.Both, Blackhole.Instance)));
    }

    public async Task<RaftStatus?> StatusAsync() =>
        IsRunning ? await TryAskAsync<RaftStatus>(GetStatus.Instance) : null;

    public async Task<GroupMembers?> MembersAsync() =>
        IsRunning ? await TryAskAsync<GroupMembers>(GetMembers.Instance) : null;

    private async Task<T?> TryAskAsync<T>(object question)
        where T : class
    {
        try
        {
            return await Group.Ask<T>(question, TimeSpan.FromSeconds(3));
        }
        catch (Exception problem) when (problem is AskTimeoutException or PeerStoppedException)
        {
            return null;
        }
    }
}
