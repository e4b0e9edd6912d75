using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class PropsSpec : TestKit
{
    [Fact]
    public void An_actor_is_made_from_an_expression_a_type_or_a_type_with_arguments()
    {
        foreach (var props in new[]
        {
            Props.Create(() => new Named("given")), Props.Create<Named>("given"), Props.Create(typeof(Named), "given"), Props.Create(() => new Named(Given())),
        })
        {
            Assert.Equal(typeof(Named), props.Type);
            var actor = ActorOf(props);
            actor.Tell("who");
            ExpectMsg("given");
        }
    }

    [Fact]
    public void A_missing_argument_may_have_a_default() => Assert.Equal("default", Answer(Props.Create(() => new Defaulted("default"))));

    [Fact]
    public void Arguments_are_evaluated_once()
    {
        var counter = new Counter();
        var props = Props.Create(() => new Named($"made {counter.Next()}"));
        Assert.Equal("made 1", Answer(props));
        Assert.Equal("made 1", Answer(props));
    }

    [Fact]
    public void Only_a_constructor_call_is_an_expression_for_props()
    {
        var made = new List<Named>();
        Assert.ThrowsAny<Exception>(() => Props.Create(() => made[0]));
    }

    [Fact]
    public void Only_an_actor_can_be_made() => Assert.ThrowsAny<ArgumentException>(() => Props.Create(typeof(string)));

    [Fact]
    public void Arguments_that_fit_no_constructor_fail_the_actor() => EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
    {
        var actor = ActorOf(Props.Create<Named>(1, 2, 3));
        Watch(actor);
        ExpectTerminated(actor);
    });

    [Fact]
    public void An_actor_is_made_by_the_system_only()
    {
        // On a thread that never ran an actor or a spec.
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => new Named("alone")));
        thread.Start();
        thread.Join();
        Assert.IsType<ActorInitializationException>(failure);
    }

    [Fact]
    public void Props_do_not_change_when_they_are_refined()
    {
        var props = Props.Create(() => new Named("given"));
        var other = props.WithDispatcher("other").WithMailbox("box").WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy);
        Assert.Equal("other", other.Dispatcher);
        Assert.Equal("box", other.Mailbox);
        Assert.Same(SupervisorStrategy.StoppingStrategy, other.SupervisorStrategy);
        Assert.NotEqual("other", props.Dispatcher);
        Assert.Null(props.SupervisorStrategy);
    }

    [Fact]
    public void A_strategy_in_the_props_is_the_actors()
    {
        var parent = ActorOf(Props.Create(() => new Parent()).WithSupervisorStrategy(SupervisorStrategy.StoppingStrategy));
        parent.Tell("spawn");
        var child = ExpectMsg<IActorRef>();
        Watch(child);
        EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
    }

    private static string Given() => "given";

    private string Answer(Props props)
    {
        ActorOf(props).Tell("who");
        return ExpectMsg<string>();
    }

    private class Named(string name) : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(name);
    }

    private sealed class Defaulted(string name = "default") : Named(name);

    private sealed class Parent : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(Context.ActorOf(Act.Props((_, _) => throw new TestException())));
    }
}
