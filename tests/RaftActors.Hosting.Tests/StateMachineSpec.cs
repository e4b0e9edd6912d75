using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftActors.Groups;

namespace RaftActors.Hosting.Tests;

/// <summary>Groups that are created while a host runs.</summary>
public sealed class StateMachineSpec(ITestOutputHelper output) : Akka.Hosting.TestKit.TestKit(output: output)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    protected override void ConfigureServices(HostBuilderContext context, IServiceCollection services) =>
        services.AddSingleton<Made>();

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) => builder
        .AddHocon(InMemory.Store, HoconAddMode.Prepend)
        .AddHocon("""raft { member-id = a, members = [ { id = a, address = "127.0.0.1:4051" } ] }""",
            HoconAddMode.Prepend)
        .WithRaftStateMachine("counter", static _ => new Counter())
        .WithRaftStateMachine(
            "noted",
            static (_, _, resolver, group) =>
            {
                resolver.GetService<Made>().Groups.Add(group);
                return new Counter();
            },
            static settings => settings with { LeaderWait = TimeSpan.FromSeconds(60) });

    [Fact]
    public async Task A_group_is_created_with_a_registered_state_machine()
    {
        var raft = Raft.Get(Sys);
        await raft.CreateAsync("orders", "", "counter");
        await raft.CreateAsync("customers", "", "noted");

        await raft.ProposeRetryAsync("orders", new byte[] { 2 }, Timeout.InfiniteTimeSpan, cancellationToken: Ends);
        var done = await raft.ProposeRetryAsync(
            "orders", new byte[] { 3 }, Timeout.InfiniteTimeSpan, cancellationToken: Ends);

        Assert.Equal(5, BitConverter.ToInt64((byte[])done.Response!));
        await raft.StatusAsync("customers");
        await AwaitAssertAsync(
            () => Assert.Equal(["customers"], Host.Services.GetRequiredService<Made>().Groups), cancellationToken: Ends);
        Assert.All(await raft.GroupsAsync(), static group => Assert.Equal(RaftGroupState.Running, group.State));
    }

    private sealed class Made
    {
        public System.Collections.Concurrent.ConcurrentBag<string> Groups { get; } = [];
    }
}
