using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class StashSpec : TestKit
{
    [Fact]
    public void Stashed_messages_come_back_in_order_and_before_those_that_wait()
    {
        var gate = new ManualResetEventSlim();
        var actor = ActorOf(() => new Stashing(TestActor, gate));
        foreach (var message in new[] { "s1", "s2", "s3", "wait", "unstash all", "after 1", "after 2" })
            actor.Tell(message);
        gate.Set();
        Assert.Equal(["s1", "s2", "s3", "after 1", "after 2"], ReceiveN(5));
    }

    [Fact]
    public void A_stashed_message_keeps_its_sender()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(() => new StashingEcho());
        actor.Tell("s1", probe.Ref);
        actor.Tell("unstash all", TestActor);
        probe.ExpectMsg("s1");
    }

    [Fact]
    public void One_at_a_time_comes_back_from_the_front()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        foreach (var message in new[] { "s1", "s2", "s3", "unstash one", "marker" })
            actor.Tell(message);
        Assert.Equal(["s1", "marker"], ReceiveN(2));
        actor.Tell("unstash one");
        actor.Tell("marker");
        Assert.Equal(["s2", "marker"], ReceiveN(2));
    }

    [Fact]
    public void Nothing_comes_back_from_an_empty_stash()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        actor.Tell("unstash all");
        actor.Tell("unstash one");
        actor.Tell("marker");
        ExpectMsg("marker");
    }

    [Fact]
    public void A_message_stashed_again_comes_after_those_that_came_back_with_it()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        foreach (var message in new[] { "s1", "s2" })
            actor.Tell(message);
        actor.Tell("restash");
        actor.Tell("unstash all");
        Assert.Equal(["s2", "s1"], ReceiveN(2));
    }

    [Fact]
    public void A_message_is_stashed_only_once()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        EventFilter.Exception<IllegalActorStateException>().ExpectOne(() => actor.Tell("stash twice"));
    }

    [Fact]
    public void The_stash_goes_to_the_new_instance_on_a_restart()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        actor.Tell("s1");
        actor.Tell("s2");
        actor.Tell("open");
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("open");
        Assert.Equal(["stashed s1", "stashed s2", "opened"], ReceiveN(3));
        actor.Tell("unstash all");
        Assert.Equal(["s1", "s2"], ReceiveN(2));
    }

    [Fact]
    public void What_is_stashed_when_the_actor_stops_goes_to_dead_letters()
    {
        var actor = ActorOf(() => new Stashing(TestActor, null));
        actor.Tell("s1");
        actor.Tell("s2");
        actor.Tell("marker");
        ExpectMsg("marker");
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        actor.Tell(PoisonPill.Instance);
        Assert.Equal(["s1", "s2"], ReceiveN(2).Cast<DeadLetter>().Select(letter => letter.Message).Order());
    }

    private sealed class Stashing(IActorRef log, ManualResetEventSlim? gate) : UntypedActor, IWithUnboundedStash
    {
        private bool _open;
        private bool _restash;

        public IStash Stash { get; set; } = null!;

        protected override void PostRestart(Exception reason)
        {
            base.PostRestart(reason);
            Become(Closed);
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "wait":
                    gate!.Wait();
                    break;
                case "open":
                    break;
                case "unstash all":
                    _open = true;
                    Stash.UnstashAll();
                    break;
                case "unstash one":
                    _open = true;
                    Stash.Unstash();
                    break;
                case "restash":
                    _restash = true;
                    break;
                case "stash twice":
                    Stash.Stash();
                    Stash.Stash();
                    break;
                case "fail":
                    throw new TestException();
                case string text when text.StartsWith('s') && _restash && _open:
                    _restash = false;
                    Stash.Stash();
                    Self.Tell("unstash all");
                    break;
                case string text when text.StartsWith('s') && !_open:
                    Stash.Stash();
                    break;
                default:
                    log.Tell(message);
                    break;
            }
        }

        /// <summary>After a restart the stash is seen to come back by itself.</summary>
        private void Closed(object message)
        {
            switch (message)
            {
                case "open":
                    log.Tell("opened");
                    Become(OnReceive);
                    break;
                default:
                    log.Tell($"stashed {message}");
                    Stash.Stash();
                    break;
            }
        }
    }

    private sealed class StashingEcho : UntypedActor, IWithUnboundedStash
    {
        private bool _open;

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            if (message is "unstash all")
            {
                _open = true;
                Stash.UnstashAll();
            }
            else if (_open)
            {
                Sender.Tell(message);
            }
            else
            {
                Stash.Stash();
            }
        }
    }
}
