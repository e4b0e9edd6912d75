using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Tests.Hosting;

/// <summary>In which order an actor system stops what a peer needs and who needs a peer.</summary>
public sealed class SystemEndSpec
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        AllowVolatile = true,
        Members = [new Member("a", "127.0.0.1:1")],
        LeaderWait = Limit,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_s_actor_that_stops_can_still_propose(bool coordinated)
    {
        var system = Create(coordinated);
        var peer = await Raft.Get(system).StartAsync(Settings, static () => new EchoMachine());
        await peer.Ask<Proposed>(new Propose(new byte[] { 1 }), Limit);
        var applied = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new LastWord(peer, started, applied)));
        await started.Task.WaitAsync(Limit);

        await system.Terminate().WaitAsync(Limit);

        Assert.Equal([9], (byte[])Assert.IsType<Proposed>(await applied.Task.WaitAsync(Limit)).Response!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_pending_when_the_system_ends_is_answered(bool coordinated)
    {
        var system = Create(coordinated);
        // The other member never answers: nothing is founded, and the proposal waits for a leader.
        var settings = Settings with { Members = [.. Settings.Members, new Member("b", "127.0.0.1:2")] };
        var peer = await Raft.Get(system).StartAsync(settings, static () => new EchoMachine());
        var pending = peer.Ask<ProposalFailed>(new Propose(new byte[] { 1 }), Limit);
        await peer.Ask<RaftStatus>(GetStatus.Instance, Limit);

        await system.Terminate().WaitAsync(Limit);

        Assert.Equal(FailureReason.NoLeader, (await pending.WaitAsync(Limit)).Reason);
    }

    private static ActorSystem Create(bool coordinated) => ActorSystem.Create("ends", ConfigurationFactory.ParseString($"""
        akka.loglevel = OFF, akka.stdout-loglevel = OFF
        akka.coordinated-shutdown.run-by-actor-system-terminate = {(coordinated ? "on" : "off")}
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """));

    /// <summary>Proposes when it is stopped.</summary>
    private sealed class LastWord(IActorRef peer, TaskCompletionSource started,
        TaskCompletionSource<object> applied) : UntypedActor
    {
        protected override void PreStart() => started.TrySetResult();

        protected override void OnReceive(object message) => Unhandled(message);

        protected override void PostStop() =>
            applied.TrySetResult(peer.Ask<object>(new Propose(new byte[] { 9 }), Limit).GetAwaiter().GetResult());
    }
}
