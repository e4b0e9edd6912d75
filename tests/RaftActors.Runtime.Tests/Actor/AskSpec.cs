using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class AskSpec : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task An_answer_completes_the_question()
    {
        var actor = ActorOf(Act.Echo());
        Assert.Equal("hello", await actor.Ask("hello", Patience));
        Assert.Equal("hello", await actor.Ask<string>("hello", Patience));
        Assert.Equal("hello", await actor.Ask<object>("hello"));
    }

    [Fact]
    public async Task Without_an_answer_in_time_the_question_fails()
    {
        var actor = ActorOf(Act.Props((_, _) => { }));
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask("hello", Soon));
    }

    [Fact]
    public async Task A_question_to_a_stopped_actor_fails_too()
    {
        var actor = ActorOf(Act.Echo());
        await actor.GracefulStop(Patience);
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask("hello", Soon));
    }

    [Fact]
    public async Task The_default_timeout_is_configured()
    {
        var other = ActorSystem.Create("other", "akka.actor.ask-timeout = 10ms");
        try
        {
            var actor = other.ActorOf(Act.Props((_, _) => { }));
            await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("hello"));
        }
        finally
        {
            await other.Terminate();
        }
    }

    [Fact]
    public async Task A_failure_fails_the_question()
    {
        var actor = ActorOf(Act.Props((_, context) => context.Sender.Tell(new Status.Failure(new TestException("why")))));
        var failure = await Assert.ThrowsAsync<TestException>(() => actor.Ask<string>("hello", Patience));
        Assert.Equal("why", failure.Message);
    }

    [Fact]
    public async Task A_failure_may_be_asked_for()
    {
        var actor = ActorOf(Act.Props((_, context) => context.Sender.Tell(new Status.Failure(new TestException("why")))));
        Assert.Equal("why", (await actor.Ask<Status.Failure>("hello", Patience)).Cause.Message);
    }

    [Fact]
    public async Task An_answer_of_another_type_fails_the_question() =>
        await Assert.ThrowsAsync<ArgumentException>(() => ActorOf(Act.Echo()).Ask<int>("hello", Patience));

    [Fact]
    public async Task An_answer_that_comes_too_late_is_a_dead_letter()
    {
        var goOn = new ManualResetEventSlim();
        var actor = ActorOf(Act.Props((message, context) =>
        {
            goOn.Wait();
            context.Sender.Tell("late");
        }));
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask("hello", Soon));
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        goOn.Set();
        Assert.Equal("late", (await ExpectMsgAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_second_answer_is_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = ActorOf(Act.Props((_, context) =>
        {
            context.Sender.Tell(1);
            context.Sender.Tell(2);
        }));
        Assert.Equal(1, await actor.Ask<int>("hello", Patience));
        Assert.Equal(2, (await ExpectMsgAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task A_cancelled_question_ends()
    {
        using var cancellation = new CancellationTokenSource();
        var asked = ActorOf(Act.Props((_, _) => { })).Ask<string>("hello", Patience, cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<Exception>(() => asked);
        Assert.True(asked.IsCanceled || asked.IsFaulted);
    }

    [Fact]
    public async Task A_question_may_be_made_with_the_reference_that_gets_the_answer()
    {
        var actor = ActorOf(Act.Props((message, context) => ((IActorRef)message).Tell(context.Self)));
        Assert.Equal(actor, await actor.Ask<IActorRef>(replyTo => replyTo, Patience, CancellationToken.None));
    }

    [Fact]
    public async Task Many_questions_at_once_get_their_own_answers()
    {
        var actor = ActorOf(Act.Echo());
        var asked = Enumerable.Range(0, 1_000).Select(i => actor.Ask<int>(i, Patience)).ToList();
        Assert.Equal(Enumerable.Range(0, 1_000), await Task.WhenAll(asked));
    }

    [Fact]
    public async Task An_actor_may_ask_and_pipe_the_answer_to_itself()
    {
        var other = ActorOf(Act.Echo());
        var actor = ActorOf(Act.Props((message, context) =>
        {
            if (message is "ask")
            {
                var sender = context.Sender;
                other.Ask<string>("answer", Patience).PipeTo(context.Self, sender, success: answer => $"piped {answer}");
            }
            else
            {
                context.Sender.Tell(message);
            }
        }));
        Assert.Equal("piped answer", await actor.Ask<string>("ask", Patience));
    }

    [Fact]
    public void A_failed_task_is_piped_as_a_failure()
    {
        Task.FromException<string>(new TestException("why")).PipeTo(TestActor);
        Assert.Equal("why", ExpectMsg<Status.Failure>().Cause.Message);
        Task.FromException(new TestException("why")).PipeTo(TestActor, failure: e => e.Message);
        ExpectMsg("why");
        Task.CompletedTask.PipeTo(TestActor, success: () => "done");
        ExpectMsg("done");
    }
}
