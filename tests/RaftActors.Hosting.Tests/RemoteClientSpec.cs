using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RaftActors.Hosting.Tests;

/// <summary>A host that is no member of a group, and the host of its only member.</summary>
public sealed class RemoteClientSpec
{
    [Fact]
    public async Task A_client_of_another_host_reaches_the_group_and_remoting_has_what_a_group_needs()
    {
        int port = FreePort.Next();
        using var member = Build("member", port, builder => builder
            .AddHocon(InMemory.Store, HoconAddMode.Prepend)
            .WithRaftGroup<Counters>("counters", static () => new Counter(), options =>
            {
                options.MemberId = "a";
                options.Members = [new RaftMemberOptions("a", $"member@127.0.0.1:{port}")];
            }));
        using var other = Build("other", 0, builder => builder
            .WithRaftClient<Counters>("counters", options => options.Addresses = [$"member@127.0.0.1:{port}"])
            // What is added later still goes before the defaults.
            .AddHocon("akka.remote.retry-gate-closed-for = 300 ms, raft.client.window = 7", HoconAddMode.Append));
        await member.StartAsync(Ends);
        await other.StartAsync(Ends);

        var client = other.Services.GetRequiredService<RaftClient<byte[], byte[]>>();
        var sum = await client.ProposeAsync([4, 5], cancellationToken: Ends);

        Assert.Equal(9, BitConverter.ToInt64(sum));
        var config = member.Services.GetRequiredService<ActorSystem>().Settings.Config;
        Assert.Equal(TimeSpan.FromMilliseconds(200), config.GetTimeSpan("akka.remote.retry-gate-closed-for"));
        Assert.Equal(4 * 1024 * 1024, config.GetByteSize("akka.remote.dot-netty.tcp.maximum-frame-size"));
        await other.StopAsync(Ends);
        await member.StopAsync(Ends);
    }

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    private static IHost Build(string name, int port, Action<AkkaConfigurationBuilder> configure) => new HostBuilder()
        .ConfigureServices(services => services
            .AddAkka(name, (builder, _) => configure(builder.WithRemoting("127.0.0.1", port)))
            .AddRaftClient<Counters, byte[], byte[]>())
        .Build();

    private sealed class Counters;
}
