using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RaftActors.Client;

namespace RaftActors.Hosting.Tests;

/// <summary>A group of one node in a host.</summary>
public sealed class GroupSpec(ITestOutputHelper output) : Akka.Hosting.TestKit.TestKit(output: output)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    protected override void ConfigureServices(HostBuilderContext context, IServiceCollection services) =>
        services.AddRaftClient<Counters, byte[], byte[]>().AddHealthChecks();

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) => builder
        .AddHocon(InMemory.Store, HoconAddMode.Prepend)
        .WithRaftGroup<Counters>("counters", static () => new Counter(), static options =>
        {
            options.MemberId = "a";
            options.Members = [new RaftMemberOptions("a", "127.0.0.1:4051")];
        });

    [Fact]
    public async Task The_typed_client_in_the_container_proposes_and_asks()
    {
        var client = Host.Services.GetRequiredService<RaftClient<byte[], byte[]>>();

        Assert.Equal(5, BitConverter.ToInt64(await client.ProposeAsync([2, 3], cancellationToken: Ends)));
        var answer = await client.QueryAsync<byte[]>(Array.Empty<byte>(), cancellationToken: Ends);
        Assert.Equal(5, BitConverter.ToInt64(answer));
    }

    [Fact]
    public async Task An_answer_of_another_type_is_said_so()
    {
        var client = Host.Services.GetRequiredService<RaftClient<byte[], byte[]>>();

        var problem = await Assert.ThrowsAsync<InvalidCastException>(
            () => client.QueryAsync<string>(Array.Empty<byte>(), cancellationToken: Ends));

        Assert.Contains("System.Byte[]", problem.Message);
        Assert.Contains("System.String", problem.Message);
    }

    [Fact]
    public async Task The_groups_actor_is_in_the_registry_and_its_peer_has_recovered_when_the_host_is_up()
    {
        var group = await Host.Services.GetRequiredService<IRequiredActor<Counters>>().GetAsync(Ends);

        var status = await group.Ask<RaftStatus>(GetStatus.Instance, Ends);
        Assert.Equal(("counters", "a"), (status.Group, status.MemberId));
    }

    [Fact]
    public async Task Health_checks_of_the_group_are_healthy_once_it_has_a_leader()
    {
        await Host.Services.GetRequiredService<RaftClient<byte[], byte[]>>().ProposeAsync([1], cancellationToken: Ends);

        var report = await Host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(static check => check.Name.StartsWith("akka.raft.", StringComparison.Ordinal), Ends);

        Assert.Equal(["akka.raft.counters", "akka.raft.counters.live"], report.Entries.Keys.Order());
        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal("a", report.Entries["akka.raft.counters"].Data["leader"]);
        Assert.Contains("ready", report.Entries["akka.raft.counters"].Tags);
        Assert.Contains("liveness", report.Entries["akka.raft.counters.live"].Tags);
    }

    [Fact]
    public async Task A_stop_of_the_host_closes_the_clients_and_ends_the_actor_system()
    {
        var client = Host.Services.GetRequiredService<RaftClient<byte[], byte[]>>();
        await client.ProposeAsync([1], cancellationToken: Ends);

        await Host.StopAsync(Ends);

        Assert.True(Sys.WhenTerminated.IsCompleted);
        await Assert.ThrowsAnyAsync<Exception>(() => client.ProposeAsync([1], cancellationToken: Ends));
    }

    private sealed class Counters;
}
