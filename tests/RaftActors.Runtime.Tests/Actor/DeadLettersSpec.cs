using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class DeadLettersSpec : TestKit
{
    public DeadLettersSpec()
        : base("akka.log-dead-letters = 5")
    {
        Sys.EventStream.Subscribe(TestActor, typeof(AllDeadLetters));
        // Who logs them has begun to listen when it answers.
        Sys.ActorSelection("/system/deadLetterListener").ResolveOne(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
    }

    [Fact]
    public void A_message_to_a_stopped_actor_is_published_with_sender_and_recipient()
    {
        var actor = Stopped();
        var probe = CreateTestProbe();
        actor.Tell("too late", probe.Ref);
        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal("too late", letter.Message);
        Assert.Equal(probe.Ref, letter.Sender);
        Assert.Equal(actor, letter.Recipient);
    }

    [Fact]
    public void A_message_to_nobody_is_published_with_the_path_it_was_meant_for()
    {
        Sys.ActorSelection("/user/nobody").Tell("hello", TestActor);
        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal("hello", letter.Message);
        Assert.Equal(TestActor, letter.Sender);
        Assert.Equal("/user/nobody", letter.Recipient.Path.ToStringWithoutAddress());
    }

    [Fact]
    public void A_message_told_to_the_dead_letters_is_one()
    {
        Sys.DeadLetters.Tell("hello", TestActor);
        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal("hello", letter.Message);
        Assert.Equal(TestActor, letter.Sender);
        Assert.Equal(Sys.DeadLetters, letter.Recipient);
    }

    [Fact]
    public void A_message_that_nobody_misses_is_suppressed()
    {
        var actor = Stopped();
        var missed = CreateTestProbe();
        Sys.EventStream.Subscribe(missed.Ref, typeof(DeadLetter));
        actor.Tell(new Unimportant(), ActorRefs.NoSender);
        ExpectMsg<SuppressedDeadLetter>(letter => letter.Message is Unimportant);
        actor.Tell("important");
        Assert.Equal("important", missed.ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void A_dead_letter_is_logged_where_it_was_meant_to_go()
    {
        var actor = Stopped();
        EventFilter.Info(contains: "was not delivered").ExpectOne(() => actor.Tell("too late"));
        EventFilter.Info(contains: actor.Path.ToStringWithAddress()).ExpectOne(() => actor.Tell("too late"));
    }

    [Fact]
    public void Only_so_many_are_logged()
    {
        var actor = Stopped();
        EventFilter.Info(contains: "was not delivered").Expect(5, () =>
        {
            for (var i = 0; i < 5; i++)
                actor.Tell(i);
        });
        EventFilter.Info(contains: "was not delivered").Expect(0, TimeSpan.FromMilliseconds(50), () => actor.Tell("one more"));
    }

    private IActorRef Stopped()
    {
        var actor = ActorOf(Act.Echo());
        var watcher = CreateTestProbe();
        watcher.Watch(actor);
        Sys.Stop(actor);
        watcher.ExpectTerminated(actor);
        return actor;
    }

    private sealed class Unimportant : IDeadLetterSuppression
    {
    }
}
