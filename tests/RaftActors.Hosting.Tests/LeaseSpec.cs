using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RaftActors.Client;
using RaftActors.Coordination;

namespace RaftActors.Hosting.Tests;

/// <summary>Leases on a Raft group, in hosts.</summary>
public sealed class LeaseSpec
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Akkas_lease_provider_has_leases_of_the_group_on_a_node_with_a_peer_and_on_one_without()
    {
        int port = FreePort.Next();
        using var member = Build(port, builder => builder.WithRaftLease(option => Configure(option, port)));
        using var other = Build(0, builder => builder.WithRaftLease(option =>
        {
            option.Group = "locks";
            option.Addresses = [$"127.0.0.1:{port}"];
        }));
        await member.StartAsync(Ends);
        await other.StartAsync(Ends);
        var (ada, ben) = (LeaseOf(member, "ada"), LeaseOf(other, "ben"));

        Assert.True(await ada.Acquire());
        Assert.False(await ben.Acquire());
        long token = ada.Token!.Value;
        Assert.True(await ada.Release());
        Assert.True(await ben.Acquire());
        Assert.True(ben.Token > token);

        // What is set goes before the defaults.
        Assert.Equal(TimeSpan.FromSeconds(4), ada.Settings.TimeoutSettings.HeartbeatTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), ben.Settings.TimeoutSettings.HeartbeatTimeout);
        Assert.Equal(
            [("akka.raft.lease", HealthStatus.Healthy), ("akka.raft.lease.live", HealthStatus.Healthy)],
            await HealthOfAsync(member));
        Assert.Equal([("akka.raft.lease", HealthStatus.Healthy)], await HealthOfAsync(other));
        var peer = await member.Services.GetRequiredService<IRequiredActor<RaftLease>>().GetAsync(Ends);
        Assert.Equal("locks", (await peer.Ask<RaftStatus>(GetStatus.Instance, Ends)).Group);

        await member.StopAsync(Ends);
        Assert.Equal([("akka.raft.lease", HealthStatus.Unhealthy)], await HealthOfAsync(other));
        await other.StopAsync(Ends);
    }

    [Fact]
    public void Those_who_use_leases_are_told_so()
    {
        var config = ConfigOf(static option =>
        {
            option.UseForSplitBrainResolver = true;
            option.UseForSingletons = true;
            option.UseForSharding = true;
        });

        const string Section = "akka.coordination.lease.raft";
        Assert.StartsWith(typeof(RaftLease).FullName!, config.GetString($"{Section}.lease-class"));
        Assert.Equal("lease-majority", config.GetString("akka.cluster.split-brain-resolver.active-strategy"));
        Assert.Equal(Section,
            config.GetString("akka.cluster.split-brain-resolver.lease-majority.lease-implementation"));
        Assert.StartsWith("Akka.Cluster.SBR.", config.GetString("akka.cluster.downing-provider-class"));
        Assert.Equal(Section, config.GetString("akka.cluster.singleton.use-lease"));
        Assert.Equal(Section, config.GetString("akka.cluster.sharding.use-lease"));
    }

    [Fact]
    public void Nobody_uses_leases_who_is_not_named()
    {
        var config = ConfigOf(static _ => { });

        Assert.False(config.HasPath("akka.cluster"));
    }

    [Fact]
    public async Task A_node_with_neither_a_peer_nor_addresses_does_not_start_and_says_what_to_set()
    {
        using var host = Build(0, static builder => builder.WithRaftLease(static _ => { }));

        var problem = await Assert.ThrowsAnyAsync<ConfigurationException>(() => host.StartAsync(Ends));

        Assert.Contains("akka.coordination.lease.raft.addresses is empty", problem.Message);
    }

    private static void Configure(RaftLeaseOption option, int port)
    {
        option.Group = "locks";
        option.HeartbeatTimeout = TimeSpan.FromSeconds(4);
        option.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
        option.Peer = new RaftGroupOptions
        {
            MemberId = "a",
            Members = [new RaftMemberOptions("a", $"127.0.0.1:{port}")],
        };
    }

    private static RaftLease LeaseOf(IHost host, string owner)
    {
        var system = host.Services.GetRequiredService<ActorSystem>();
        return (RaftLease)LeaseProvider.Get(system).GetLease("report", new RaftLeaseOption().ConfigPath, owner);
    }

    private static async Task<IEnumerable<(string, HealthStatus)>> HealthOfAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(static check => check.Name.StartsWith("akka.raft.", StringComparison.Ordinal), Ends);
        return report.Entries.OrderBy(static entry => entry.Key)
            .Select(static entry => (entry.Key, entry.Value.Status));
    }

    private static Config ConfigOf(Action<RaftLeaseOption> configure)
    {
        Config? config = null;
        using var host = new HostBuilder().ConfigureServices(services => services.AddAkka("shop", (builder, _) =>
        {
            builder.WithRaftLease(configure);
            config = builder.Configuration.Value;
        })).Build();
        host.Services.GetRequiredService<AkkaConfigurationBuilder>();
        return config!;
    }

    private static IHost Build(int port, Action<AkkaConfigurationBuilder> configure) => new HostBuilder()
        .ConfigureServices(services =>
        {
            services.AddAkka("shop", (builder, _) => configure(builder
                .WithRemoting("127.0.0.1", port)
                .AddHocon(InMemory.Store, HoconAddMode.Prepend)));
            services.AddHealthChecks();
        })
        .Build();
}
