using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftActors.Singletons;

namespace RaftActors.Hosting.Tests;

/// <summary>A singleton in a host.</summary>
public sealed class SingletonSpec(ITestOutputHelper output) : Akka.Hosting.TestKit.TestKit(output: output)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    protected override void ConfigureServices(HostBuilderContext context, IServiceCollection services) =>
        services.AddSingleton(new Greeting("Hello"));

    protected override void ConfigureAkka(AkkaConfigurationBuilder builder, IServiceProvider provider) => builder
        .AddHocon(InMemory.Store, HoconAddMode.Prepend)
        .WithRaftGroup<Counters>("counters", static () => new Counter(), static options =>
        {
            options.MemberId = "a";
            options.Members = [new RaftMemberOptions("a", "127.0.0.1:4051")];
        })
        .WithRaftSingleton<Counters, Greeter>(
            "greeter",
            static (_, _, resolver, tenure) => resolver.Props<Greeter>(tenure),
            new RaftSingletonOptions { HandOverWait = TimeSpan.FromMilliseconds(500) });

    [Fact]
    public async Task What_is_told_before_it_runs_waits_and_it_has_what_it_needs_of_the_host_and_its_token()
    {
        var greeter = await Host.Services.GetRequiredService<IRequiredActor<Greeter>>().GetAsync(Ends);

        string answer = await greeter.Ask<string>("Ada", Ends);

        // The founder's first entry is the configuration.
        Assert.Equal("Hello Ada, in term 1 with token 1", answer);
    }

    [Fact]
    public async Task A_restart_by_its_supervisor_keeps_its_token()
    {
        var greeter = await Host.Services.GetRequiredService<IRequiredActor<Greeter>>().GetAsync(Ends);

        greeter.Tell("");

        Assert.Equal("Hello Ada, in term 1 with token 1", await greeter.Ask<string>("Ada", Ends));
    }

    private sealed record Greeting(string Word);

    private sealed class Counters;

    private sealed class Greeter : ReceiveActor
    {
        public Greeter(SingletonTenure tenure, Greeting greeting) => Receive<string>(name =>
        {
            if (name.Length == 0)
                throw new InvalidOperationException("Nobody is to be greeted.");
            Sender.Tell($"{greeting.Word} {name}, in term {tenure.Term} with token {tenure.Token}");
        });
    }
}

/// <summary>A singleton of three hosts that reach each other by remoting, and a fourth without a peer.</summary>
public sealed class SingletonOfHostsSpec
{
    private static readonly ConcurrentQueue<(string Node, SingletonTenure Tenure)> Starts = new();

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_reached_from_every_host_and_moves_with_the_leadership()
    {
        int[] ports = [.. Enumerable.Range(0, 3).Select(static _ => FreePort.Next())];
        var hosts = ports.Select(port => Member(port, ports)).ToList();
        using var other = Other(ports);
        await Task.WhenAll(hosts.Append(other).Select(static host => host.StartAsync(Ends)));

        // Each host tells it something at once: it waits until there is one.
        var answers = await Task.WhenAll(hosts.Append(other).Select(static host => AskAsync(host)));
        string first = Assert.Single(answers.Distinct());

        var leader = hosts.Single(host => PortOf(host) == first);
        hosts.Remove(leader);
        await leader.StopAsync(Ends);
        leader.Dispose();
        var later = await Task.WhenAll(hosts.Append(other).Select(host => AskAsync(host, first)));

        string second = Assert.Single(later.Distinct());
        Assert.NotEqual(first, second);
        var starts = Starts.ToArray();
        Assert.Equal([first, second], starts.Select(static start => start.Node));
        Assert.True(starts[0].Tenure.Token < starts[1].Tenure.Token);
        Assert.False(starts[0].Tenure.IsCurrent);
        foreach (var host in hosts)
            await host.StopAsync(Ends);
        await other.StopAsync(Ends);
        hosts.ForEach(static host => host.Dispose());
    }

    // What was on its way when the singleton stopped is lost: ask again until another node answers.
    private static async Task<string> AskAsync(IHost host, string not = "")
    {
        var singleton = await host.Services.GetRequiredService<IRequiredActor<Where>>().GetAsync(Ends);
        while (true)
        {
            try
            {
                string node = await singleton.Ask<string>("where", TimeSpan.FromSeconds(5), Ends);
                if (node != not)
                    return node;
            }
            catch (AskTimeoutException)
            {
            }
        }
    }

    private static string PortOf(IHost host) =>
        ((ExtendedActorSystem)host.Services.GetRequiredService<ActorSystem>()).Provider.DefaultAddress.Port.ToString()!;

    private static IHost Member(int port, int[] ports) => Build(port, builder => builder
        .WithRaftGroup<Counters>("counters", static () => new Counter(), options =>
        {
            options.MemberId = $"node{port}";
            options.Members =
                [.. ports.Select(static each => new RaftMemberOptions($"node{each}", $"127.0.0.1:{each}"))];
        })
        .WithRaftSingleton<Counters, Where>("where", tenure => Props.Create(() => new Where($"{port}", tenure))));

    private static IHost Other(int[] ports) => Build(0, builder => builder
        .WithRaftSingletonProxy<Where>(
            "counters", "where", options => options.Addresses = [.. ports.Select(static port => $"127.0.0.1:{port}")]));

    private static IHost Build(int port, Action<AkkaConfigurationBuilder> configure) => new HostBuilder()
        .ConfigureServices(services => services.AddAkka("shop", (builder, _) => configure(builder
            .WithRemoting("127.0.0.1", port)
            .AddHocon(InMemory.Store, HoconAddMode.Prepend))))
        .Build();

    private sealed class Counters;

    private sealed class Where : ReceiveActor
    {
        public Where(string node, SingletonTenure tenure)
        {
            Starts.Enqueue((node, tenure));
            ReceiveAny(_ => Sender.Tell(node));
        }
    }
}
