using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class DispatchersSpec : TestKit
{
    public DispatchersSpec()
        : base("""
            pinned { type = PinnedDispatcher }
            pool { type = Dispatcher, throughput = 7 }
            akka.actor.deployment { /deployed { dispatcher = pinned } }
            """)
    {
    }

    [Fact]
    public void A_pinned_actor_has_a_thread_of_its_own()
    {
        var first = ActorOf(Threads().WithDispatcher("pinned"));
        var second = ActorOf(Threads().WithDispatcher("pinned"));
        var threads = new[] { first, second }.Select(actor => Enumerable.Range(0, 50).Select(_ => ThreadOf(actor)).Distinct().ToList()).ToList();
        Assert.Single(threads[0]);
        Assert.Single(threads[1]);
        Assert.NotSame(threads[0][0], threads[1][0]);
        Assert.False(threads[0][0].IsThreadPoolThread);
    }

    [Fact]
    public void A_pinned_actor_does_not_wait_for_blocked_ones()
    {
        var goOn = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 8).Select(_ => ActorOf(Act.Props((_, _) => goOn.Wait()).WithDispatcher("pinned"))).ToList();
        foreach (var actor in blocked)
            actor.Tell("block");
        Assert.NotNull(ThreadOf(ActorOf(Threads().WithDispatcher("pinned"))));
        goOn.Set();
    }

    [Fact]
    public void By_default_an_actor_runs_on_the_thread_pool() => Assert.True(ThreadOf(ActorOf(Threads())).IsThreadPoolThread);

    [Fact]
    public void The_deployment_may_choose_the_dispatcher() => Assert.False(ThreadOf(ActorOf(Threads(), "deployed")).IsThreadPoolThread);

    [Fact]
    public void A_dispatcher_has_the_settings_of_its_section()
    {
        Assert.Equal(7, Sys.Dispatchers.Lookup("pool").Throughput);
        Assert.Equal("pool", Sys.Dispatchers.Lookup("pool").Id);
        Assert.Same(Sys.Dispatchers.Lookup("pool"), Sys.Dispatchers.Lookup("pool"));
        Assert.True(Sys.Dispatchers.HasDispatcher("pool"));
        Assert.False(Sys.Dispatchers.HasDispatcher("nowhere"));
    }

    [Fact]
    public void A_dispatcher_that_is_not_configured_is_an_error() =>
        Assert.Throws<ConfigurationException>(() => ActorOf(Act.Echo().WithDispatcher("nowhere")));

    [Fact]
    public void The_context_knows_its_dispatcher()
    {
        var actor = ActorOf(Act.Props((_, context) => context.Sender.Tell(context.Dispatcher.Id)).WithDispatcher("pool"));
        actor.Tell("which");
        ExpectMsg("pool");
    }

    private static Props Threads() => Act.Props((_, context) => context.Sender.Tell(Thread.CurrentThread));

    private Thread ThreadOf(IActorRef actor)
    {
        actor.Tell("which");
        return ExpectMsg<Thread>();
    }
}
