using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftActors.Client;
using RaftActors.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace RaftActors.Hosting.Tests;

/// <summary>What docs/cluster.md shows of a host: it compiles, and three such hosts found one group.</summary>
public sealed class ClusterExample
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_hosts_with_the_same_contact_points_found_one_group()
    {
        int[] ports = [FreePort.Next(), FreePort.Next(), FreePort.Next()];
        string endpoints = string.Join(", ", ports.Select(static port => $"\"127.0.0.1:{port}\""));
        var hosts = ports.Select((port, i) => Build($"node{i + 1}", port, endpoints)).ToList();
        await Task.WhenAll(hosts.Select(static host => host.StartAsync(Ends)));
        var systems = hosts.ConvertAll(static host => host.Services.GetRequiredService<ActorSystem>());
        foreach (var system in systems)
            await AkkaCluster.Get(system).JoinAsync(AkkaCluster.Get(systems[0]).SelfAddress, Ends);

        foreach (var host in hosts)
            await host.Services.GetRequiredService<RaftClient<byte[], byte[]>>()
                .ProposeAsync([1], TimeSpan.FromSeconds(90), Ends);

        var status = await ClusterMembership.Get(systems[0]).GetStatusAsync("tickets", TimeSpan.FromSeconds(30));
        Assert.Equal("node1", status.MemberId);
        var group = await hosts[0].Services.GetRequiredService<IRequiredActor<Tickets>>().GetAsync(Ends);
        var members = await group.Ask<GroupMembers>(GetMembers.Instance, Ends);
        Assert.Equal(["node1", "node2", "node3"], members.Members.Select(static member => member.Id));
        await Task.WhenAll(hosts.Select(static host => host.StopAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task A_host_without_the_role_does_not_start()
    {
        int port = FreePort.Next();
        using var host = Build("node1", port, $"\"127.0.0.1:{port}\"", role: "web");

        var problem = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Ends));

        Assert.Contains("akka.cluster.raft.role = raft: this node does not have that role", problem.ToString());
        Assert.Contains("Its roles are [web]", problem.ToString());
    }

    private static IHost Build(string name, int port, string endpoints, string role = "raft")
    {
        string cluster = $$"""
            {{InMemory.Store}}
            akka.discovery {
              method = config
              config.services.tickets.endpoints = [ {{endpoints}} ]
            }
            raft.election-timeout { min = 1 s, max = 2 s }
            """;
        return new HostBuilder().ConfigureServices(services =>
        {
            services.AddRaftClient<Tickets, byte[], byte[]>();
            services.AddAkka("shop", (builder, _) =>
            {
                builder.AddHocon(cluster, HoconAddMode.Prepend);
                #region host
                builder
                    .WithRemoting("127.0.0.1", port)
                    .WithClustering(new ClusterOptions { Roles = [role] })
                    .WithRaftGroup<Tickets>("tickets", () => new Counter(), options =>
                    {
                        options.MemberId = name;
                        options.Cluster = new RaftClusterOptions
                        {
                            Role = "raft",
                            DesiredVoters = 3,
                            ServiceName = "tickets",
                        };
                    });
                #endregion
            });
        }).Build();
    }

    private sealed class Tickets;
}
