using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class DeathWatchSpec : TestKit
{
    [Fact]
    public void The_end_of_a_watched_actor_is_reported_once()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = Watcher();
        Do(watcher, c => c.Watch(subject));
        Do(watcher, c => c.Watch(subject));
        Sys.Stop(subject);
        ExpectMsg(subject);
        Barrier(watcher);
    }

    [Fact]
    public void The_end_of_several_is_reported_for_each_watcher()
    {
        var subject = ActorOf(Act.Echo());
        var probes = Enumerable.Range(0, 5).Select(_ => CreateTestProbe()).ToList();
        foreach (var probe in probes)
            probe.Watch(subject);
        Sys.Stop(subject);
        foreach (var probe in probes)
            probe.ExpectTerminated(subject);
    }

    [Fact]
    public void The_report_says_that_the_actor_was_there()
    {
        var subject = ActorOf(Act.Echo());
        Watch(subject);
        Sys.Stop(subject);
        var terminated = ExpectMsg<Terminated>();
        Assert.True(terminated.ExistenceConfirmed);
        Assert.False(terminated.AddressTerminated);
        Assert.Equal(subject, LastSender);
    }

    [Fact]
    public void An_actor_that_has_already_stopped_is_reported_at_once()
    {
        var subject = ActorOf(Act.Echo());
        Watch(subject);
        Sys.Stop(subject);
        ExpectTerminated(subject);
        var watcher = Watcher();
        Do(watcher, c => c.Watch(subject), barrier: false);
        ExpectMsg(subject);
    }

    [Fact]
    public void An_actor_that_never_was_is_reported_at_once()
    {
        var nobody = ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(ActorOf(Act.Echo(), "somebody").Path.Parent / "nobody");
        var watcher = Watcher();
        Do(watcher, c => c.Watch(nobody), barrier: false);
        Assert.Equal(nobody.Path, ExpectMsg<IActorRef>().Path);
    }

    [Fact]
    public void The_report_comes_after_the_children_stopped_and_after_what_the_actor_told_last()
    {
        var subject = ActorOf(Act.Props((_, _) => { },
            context => context.ActorOf(Act.Props((_, _) => { }, postStop: _ => TestActor.Tell("child stopped"))),
            _ => TestActor.Tell("last words")));
        Watch(subject);
        Sys.Stop(subject);
        ExpectMsg("child stopped");
        ExpectMsg("last words");
        ExpectTerminated(subject);
    }

    [Fact]
    public void A_message_of_ones_own_choice_reports_the_end()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = Watcher();
        Do(watcher, c => c.WatchWith(subject, "it is gone"));
        Sys.Stop(subject);
        ExpectMsg("it is gone");
        Barrier(watcher);
    }

    [Fact]
    public void Another_message_is_refused_until_an_unwatch()
    {
        var subject = ActorOf(Act.Echo());
        var (first, second, third) = (Watcher(), Watcher(), Watcher());
        Do(first, c => c.WatchWith(subject, "one"));
        Do(first, c => c.WatchWith(subject, "one"));
        Refused(first, c => c.WatchWith(subject, "two"));
        Refused(first, c => c.Watch(subject));
        Do(second, c => c.Watch(subject));
        Refused(second, c => c.WatchWith(subject, "three"));
        Do(third, c => c.WatchWith(subject, "four"));
        Do(third, c => c.Unwatch(subject));
        Do(third, c => c.WatchWith(subject, "five"));
        Sys.Stop(subject);
        ExpectMsgAllOf<object>("one", subject, "five");

        void Refused(IActorRef actor, Action<IActorContext> watch)
        {
            Do(actor, c => TestActor.Tell(Assert.Throws<InvalidOperationException>(() => watch(c)).Message), barrier: false);
            Assert.Contains("termination message was not overwritten", ExpectMsg<string>());
        }
    }

    [Fact]
    public void An_actor_no_longer_watched_is_not_reported()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = Watcher();
        Do(watcher, c => c.Watch(subject));
        Do(watcher, c => c.Unwatch(subject));
        Watch(subject);
        Sys.Stop(subject);
        ExpectTerminated(subject);
        Barrier(watcher);
    }

    [Fact]
    public void Not_even_if_the_report_waits_in_the_mailbox()
    {
        var busy = new ManualResetEventSlim();
        var goOn = new ManualResetEventSlim();
        var subject = ActorOf(Act.Echo());
        var watcher = Watcher();
        Do(watcher, c => c.Watch(subject));
        Do(watcher, c =>
        {
            busy.Set();
            goOn.Wait();
            c.Unwatch(subject);
        }, barrier: false);
        busy.Wait();
        Watch(subject);
        Sys.Stop(subject);
        ExpectTerminated(subject);
        goOn.Set();
        Barrier(watcher);
    }

    [Fact]
    public void Unwatched_and_watched_again_it_is_reported_once()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = Watcher();
        Do(watcher, c =>
        {
            c.Watch(subject);
            c.Unwatch(subject);
            c.Watch(subject);
        });
        Sys.Stop(subject);
        ExpectMsg(subject);
        Barrier(watcher);
    }

    [Fact]
    public void A_report_that_is_not_handled_fails_the_watcher()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = ActorOf(() => new Heedless(subject));
        Watch(watcher);
        watcher.Tell("watch");
        ExpectMsg("watching");
        EventFilter.Exception<DeathPactException>().ExpectOne(() => Sys.Stop(subject));
        ExpectTerminated(watcher);
    }

    [Fact]
    public void A_parent_may_watch_its_child()
    {
        var parent = Watcher();
        IActorRef? child = null;
        Do(parent, c => child = c.Watch(c.ActorOf(Act.Echo())));
        Do(parent, c => c.Stop(child!), barrier: false);
        ExpectMsg(child!);
        Do(parent, c => Assert.Empty(c.GetChildren()));
    }

    [Fact]
    public void When_the_report_comes_the_name_is_free_again()
    {
        var parent = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case "start":
                    context.Stop(context.Watch(context.ActorOf(Act.Echo(), "child")));
                    break;
                case Terminated:
                    TestActor.Tell(context.ActorOf(Act.Echo(), "child").Path.Name);
                    break;
            }
        }));
        parent.Tell("start");
        ExpectMsg("child");
    }

    [Fact]
    public void An_actor_may_watch_its_sibling_and_stop_with_it()
    {
        var subject = ActorOf(Act.Echo());
        var watcher = ActorOf(Act.Props((message, context) =>
        {
            if (message is Terminated)
                context.Stop(context.Self);
            else
                context.Sender.Tell(context.Watch(subject));
        }));
        watcher.Tell("watch");
        ExpectMsg(subject);
        Watch(watcher);
        Sys.Stop(subject);
        ExpectTerminated(watcher);
    }

    private IActorRef Watcher() => ActorOf(Act.Props((message, context) =>
    {
        switch (message)
        {
            case Action<IActorContext> action:
                action(context);
                break;
            case Terminated terminated:
                TestActor.Tell(terminated.ActorRef);
                break;
            default:
                TestActor.Tell(message);
                break;
        }
    }));

    private void Do(IActorRef actor, Action<IActorContext> action, bool barrier = true)
    {
        actor.Tell(action);
        if (barrier)
            Barrier(actor);
    }

    private void Barrier(IActorRef actor)
    {
        actor.Tell("barrier");
        ExpectMsg("barrier");
    }

    private sealed class Heedless : ReceiveActor
    {
        public Heedless(IActorRef subject) => Receive<string>(_ =>
        {
            Context.Watch(subject);
            Sender.Tell("watching");
        });
    }
}
