using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;

namespace RaftActors.Tests.Hosting;

/// <summary>Nodes whose actor systems have names of their own, over the remoting of Akka.NET.</summary>
public sealed class SystemNamesSpec : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Names = ["orders", "billing-2", "Shipping"];

    private readonly List<ActorSystem> _systems = [];
    private readonly int[] _ports = FreePort.Draw(4);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(static system => system.Terminate()));

    [Fact]
    public async Task They_form_a_group_and_its_leadership_is_handed_over_when_the_leader_s_system_ends()
    {
        TaskCompletionSource<LeaderChanged>[] leaders = [.. Names.Select(static _ => NewLeader())];
        var peers = new List<IActorRef>();
        for (int i = 0; i < 3; i++)
        {
            var system = CreateNode(i);
            system.ActorOf(Props.Create(() => new LeaderListener(leaders[i])));
            peers.Add(await Raft.Get(system).StartAsync(Settings(system), static () => new EchoMachine()));
        }

        var first = (await leaders[0].Task.WaitAsync(Limit)).Leader!;
        int led = Names.ToList().FindIndex(name => first.Address.StartsWith($"{name}@", StringComparison.Ordinal));
        Assert.Equal($"{Names[led]}@127.0.0.1:{_ports[led]}", first.Address);
        foreach (var peer in peers)
            Assert.Equal([1], (byte[])(await peer.Ask<Proposed>(new Propose(new byte[] { 1 }), Limit)).Response!);

        // A client in a system of yet another name, which is told of one node and hears of the leader.
        var apart = Create("client", _ports[3], "");
        var one = new RaftClientSettings { Group = "names", Addresses = [Address((led + 1) % 3)] };
        await using var client = RaftClient.Start(apart, one);
        Assert.Equal([2], (byte[])(await client.ProposeAsync(new byte[] { 2 }, Limit)).Response!);

        var next = NewLeader();
        _systems[led].ActorOf(Props.Create(() => new LeaderListener(next, first.Id)));
        await _systems[led].Terminate();

        Assert.True(next.Task.IsCompletedSuccessfully, "The leader ended before it had handed over.");
        Assert.NotEqual(first, (await next.Task).Leader);
        Assert.Equal([3], (byte[])(await client.ProposeAsync(new byte[] { 3 }, Limit)).Response!);
    }

    [Fact]
    public async Task A_node_whose_own_address_names_another_system_does_not_start()
    {
        var system = Create("other", _ports[0], Section(0));

        var problem = await Assert.ThrowsAnyAsync<ConfigurationException>(
            () => Raft.Get(system).StartAsync(Settings(system), static () => new EchoMachine()));

        Assert.Equal($"raft.members = {Address(0)}: it is the address of this node, node0, whose actor system is called"
            + " other.", problem.Message);
    }

    private static TaskCompletionSource<LeaderChanged> NewLeader() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static RaftSettings Settings(ActorSystem system) =>
        RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft"));

    private string Address(int i) => $"{Names[i]}@127.0.0.1:{_ports[i]}";

    private ActorSystem CreateNode(int i) => Create(Names[i], _ports[i], Section(i));

    private string Section(int i) => $$"""
        raft {
          group = names, allow-volatile = on, member-id = node{{i}}
          members = [ {{string.Join(", ", Names.Select((_, each) => $"{{ id = node{each}, address = \"{Address(each)}\" }}"))}} ]
          leader-wait = 60 s, forward-timeout = 60 s, election-timeout { min = 2 s, max = 4 s }
        }
        """;

    private ActorSystem Create(string name, int port, string raft)
    {
        var system = ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = OFF, stdout-loglevel = OFF
              actor.provider = remote
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} }
              persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            }
            {{raft}}
            """).WithFallback(Raft.DefaultConfig()));
        _systems.Add(system);
        return system;
    }

    /// <summary>Waits for a leader, other than a certain one.</summary>
    private sealed class LeaderListener : ReceiveActor
    {
        public LeaderListener(TaskCompletionSource<LeaderChanged> found, string? but = null) =>
            Receive<LeaderChanged>(changed =>
            {
                if (changed.Leader is { } leader && leader.Id != but)
                    found.TrySetResult(changed);
            });

        protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(LeaderChanged));
    }
}
