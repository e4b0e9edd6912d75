using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Tests.AkkaNet;

namespace RaftActors.Tests.Hosting;

/// <summary>A peer of a real actor system, whose dispatcher another actor blocks.</summary>
public sealed class BlockedDispatcherSpec : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "127.0.0.1:1")],
        AllowVolatile = true,
        LeaderWait = Patience,
    };

    private readonly ActorSystem _system = ActorSystem.Create("blocked", ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          scheduler.implementation = "RaftActors.Scheduling.SleepingScheduler, RaftActors"
          actor.default-dispatcher { type = ForkJoinDispatcher, dedicated-thread-pool.thread-count = 1 }
          persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task A_peer_on_the_default_dispatcher_counts_the_timers_that_fire_late_because_another_actor_blocks_its_thread()
    {
        var settings = Settings with { Dispatcher = "" };
        var peer = await Raft.Get(_system).StartAsync(settings, static () => new EchoMachine());
        Assert.IsType<Proposed>(await peer.Ask<object>(new Propose(new byte[] { 1 }), Patience));
        long before = (await StatusAsync(peer)).LateTimers;
        using var gate = new ManualResetEventSlim();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The thread of the scheduler opens the gate.
        _system.Scheduler.Advanced.ScheduleOnce(4 * Settings.HeartbeatInterval, gate.Set);
        _system.ActorOf(Act.Props((_, _) =>
        {
            gate.Wait();
            opened.SetResult();
        })).Tell("block");
        await opened.Task.WaitAsync(Patience);

        Assert.True((await StatusAsync(peer)).LateTimers > before);
    }

    [Fact]
    public async Task A_peer_goes_on_while_another_actor_blocks_the_default_dispatcher()
    {
        var peer = await Raft.Get(_system).StartAsync(Settings, static () => new EchoMachine());
        Assert.IsType<Proposed>(await peer.Ask<object>(new Propose(new byte[] { 1 }), Patience));
        using var gate = new ManualResetEventSlim();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Act.Props((_, _) =>
        {
            closed.SetResult();
            gate.Wait();
        })).Tell("block");
        await closed.Task.WaitAsync(Patience);

        var status = await StatusAsync(peer);

        gate.Set();
        Assert.Equal(RaftRole.Leader, status.Role);
    }

    [Fact]
    public async Task A_dispatcher_that_does_not_exist_is_named_with_its_key()
    {
        var settings = Settings with { Dispatcher = "my.dispatcher" };

        var problem = await Assert.ThrowsAsync<SettingException>(() =>
            Raft.Get(_system).StartAsync(settings, static () => new EchoMachine()));

        Assert.Equal("raft.dispatcher = my.dispatcher: there is no such dispatcher.", problem.Message);
    }

    private static Task<RaftStatus> StatusAsync(IActorRef peer) => peer.Ask<RaftStatus>(GetStatus.Instance, Patience);
}
