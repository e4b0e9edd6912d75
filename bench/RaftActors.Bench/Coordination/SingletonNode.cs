using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftActors.Hosting;

namespace RaftActors.Bench;

/// <summary>What keeps a singleton.</summary>
internal enum SingletonKind
{
    /// <summary><c>WithRaftSingleton</c>, on a group with a durable journal.</summary>
    Raft,

    /// <summary><c>ClusterSingletonManager</c> and <c>ClusterSingletonProxy</c> of Akka.Cluster.Tools.</summary>
    Cluster,
}

/// <summary>
/// A node with a singleton and its proxy, both with default settings. The order <c>who</c> is answered with the id of
/// the process in which the singleton runs, and <c>next ID</c> with the id of another process than that, as soon as a
/// singleton there answers.
/// </summary>
internal static class SingletonNode
{
    private const string Name = "singleton";

    /// <summary>Runs the node until its standard input ends.</summary>
    public static async Task<int> RunAsync(SingletonKind kind, int number, int ports, string data)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var host = kind == SingletonKind.Raft ? Raft(number, ports, data) : null;
        if (host is not null)
            await host.StartAsync();
        var system = host?.Services.GetRequiredService<ActorSystem>() ?? Cluster(number, ports);
        var proxy = host?.Services.GetRequiredService<IRequiredActor<Holder>>().ActorRef ?? Proxy(system);
        while (await input.ReadLineAsync() is { } order)
        {
            int former = order.StartsWith("next ", StringComparison.Ordinal)
                ? int.Parse(order["next ".Length..], CultureInfo.InvariantCulture)
                : 0;
            var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            system.ActorOf(Props.Create(() => new Asker(proxy, former, answer)));
            Console.WriteLine((await answer.Task).ToString(CultureInfo.InvariantCulture));
        }
        if (host is not null)
            await host.StopAsync();
        else
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    private static IHost Raft(int number, int ports, string data)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        var config = NodeConfig.Remoting("remote", ports + number).WithFallback(NodeConfig.Store(data));
        builder.Services.AddAkka(NodeConfig.SystemName, akka => akka
            .AddHocon(config, HoconAddMode.Prepend)
            .WithRaftGroup<NoState>("singletons", static () => new NoState(), options =>
            {
                options.MemberId = $"node{number}";
                foreach (var (i, address) in NodeConfig.Addresses(ports).Index())
                    options.Members.Add(new RaftMemberOptions($"node{i}", address));
            })
            .WithRaftSingleton<NoState, Holder>(Name, static _ => Props.Create(() => new Holder())));
        return builder.Build();
    }

    private static ActorSystem Cluster(int number, int ports)
    {
        var seeds = NodeConfig.Addresses(ports).Select(address => $"\"akka.tcp://{NodeConfig.SystemName}@{address}\"");
        var own = ConfigurationFactory.ParseString($"akka.cluster.seed-nodes = [ {string.Join(", ", seeds)} ]");
        var config = own.WithFallback(NodeConfig.Remoting("cluster", ports + number))
            .WithFallback(ClusterSingleton.DefaultConfig());
        var system = ActorSystem.Create(NodeConfig.SystemName, config);
        var settings = ClusterSingletonManagerSettings.Create(system);
        system.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new Holder()), settings), Name);
        return system;
    }

    private static IActorRef Proxy(ActorSystem system) => system.ActorOf(
        ClusterSingletonProxy.Props($"/user/{Name}", ClusterSingletonProxySettings.Create(system)), "proxy");

    /// <summary>The singleton: says in which process it runs.</summary>
    private sealed class Holder : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(Environment.ProcessId);
    }

    /// <summary>Asks every 20 ms, because a question to a singleton that is being killed is lost.</summary>
    private sealed class Asker(IActorRef proxy, int former, TaskCompletionSource<int> answer) : UntypedActor,
        IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() =>
            Timers.StartPeriodicTimer("ask", "ask", TimeSpan.Zero, TimeSpan.FromMilliseconds(20));

        protected override void OnReceive(object message)
        {
            if (message is "ask")
                proxy.Tell("who", Self);
            else if (message is int process && process != former)
            {
                answer.TrySetResult(process);
                Context.Stop(Self);
            }
        }
    }
}
