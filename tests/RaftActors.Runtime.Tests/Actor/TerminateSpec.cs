using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class TerminateSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Actors_of_users_stop_before_those_of_the_system_and_callbacks_come_last()
    {
        var log = new ConcurrentQueue<string>();
        var system = ActorSystem.Create("terminating");
        var systemActor = ((ExtendedActorSystem)system).SystemActorOf(Logging(log, "system"), "for-spec");
        var userActor = system.ActorOf(Logging(log, "user"));
        system.RegisterOnTermination(() => log.Enqueue("callback 1"));
        system.RegisterOnTermination(() => log.Enqueue("callback 2"));
        await Task.WhenAll(systemActor.Ask<ActorIdentity>(new Identify(1), Patience), userActor.Ask<ActorIdentity>(new Identify(1), Patience));

        await system.Terminate().WaitAsync(Patience);
        Assert.Equal(["user", "system", "callback 2", "callback 1"], log);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Terminated_again_it_is_terminated_once()
    {
        var callbacks = new Counter();
        var system = ActorSystem.Create("terminating");
        system.RegisterOnTermination(() => callbacks.Next());
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => system.Terminate())).WaitAsync(Patience);
        await system.Terminate().WaitAsync(Patience);
        await system.WhenTerminated.WaitAsync(Patience);
        Assert.Equal(1, callbacks.Value);
    }

    [Fact]
    public async Task A_terminated_system_starts_no_actors()
    {
        var system = ActorSystem.Create("terminating");
        await system.Terminate().WaitAsync(Patience);
        Assert.ThrowsAny<Exception>(() => system.ActorOf(Act.Echo()));
        Assert.ThrowsAny<Exception>(() => system.RegisterOnTermination(() => { }));
    }

    [Fact]
    public async Task A_whole_tree_stops_from_the_leaves()
    {
        var log = new ConcurrentQueue<string>();
        var system = ActorSystem.Create("terminating");
        var root = system.ActorOf(Act.Props((message, context) => context.Sender.Tell(message),
            context => context.ActorOf(Act.Props((_, _) => { },
                c => c.ActorOf(Logging(log, "leaf")),
                _ => log.Enqueue("branch"))),
            _ => log.Enqueue("root")));
        await root.Ask("started", Patience);
        await system.Terminate().WaitAsync(Patience);
        Assert.Equal(["leaf", "branch", "root"], log);
    }

    [Fact]
    public async Task A_message_to_an_actor_of_a_terminated_system_is_lost_quietly()
    {
        var system = ActorSystem.Create("terminating");
        var actor = system.ActorOf(Act.Echo());
        await system.Terminate().WaitAsync(Patience);
        actor.Tell("too late");
    }

    [Fact]
    public async Task A_system_stops_when_its_last_thing_to_do_is_done()
    {
        var system = ActorSystem.Create("terminating");
        system.ActorOf(Act.Props((_, context) => context.System.Terminate())).Tell("stop");
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("-leading")]
    [InlineData("with/slash")]
    public void A_system_needs_a_proper_name(string name) => Assert.ThrowsAny<ArgumentException>(() => ActorSystem.Create(name));

    [Fact]
    public async Task Systems_of_one_process_are_apart()
    {
        var (one, two) = (ActorSystem.Create("same"), ActorSystem.Create("same"));
        var (a, b) = (one.ActorOf(Act.Echo(), "actor"), two.ActorOf(Act.Echo(), "actor"));
        await one.Terminate().WaitAsync(Patience);
        Assert.Equal("hello", await b.Ask("hello", Patience));
        Assert.Equal(a.Path, b.Path);
        await two.Terminate().WaitAsync(Patience);
    }

    private static Props Logging(ConcurrentQueue<string> log, string name) => Act.Props((_, _) => { }, postStop: _ => log.Enqueue(name));
}
