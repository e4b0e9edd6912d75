using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class AsyncReceiveSpec : TestKit
{
    [Fact]
    public void The_next_message_waits_until_the_handler_is_done()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = ActorOf(() => new Slow(TestActor, goOn.Task));
        actor.Tell("slow");
        ExpectMsg("slow begins");
        actor.Tell("fast");
        goOn.SetResult();
        Assert.Equal(["slow ends", "fast"], ReceiveN(2));
    }

    [Fact]
    public async Task The_sender_is_the_same_after_an_await()
    {
        var actor = ActorOf(() => new Slow(TestActor, Task.CompletedTask));
        Assert.Equal("answer", await actor.Ask<string>("ask", TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_failure_after_an_await_is_one_of_the_actor()
    {
        var actor = ActorOf(() => new Slow(TestActor, Task.CompletedTask));
        EventFilter.Exception<TestException>().ExpectOne(() => actor.Tell("fail"));
        actor.Tell("fast");
        ExpectMsg("fast");
    }

    private sealed class Slow : ReceiveActor
    {
        public Slow(IActorRef log, Task goOn)
        {
            ReceiveAsync<string>(message => message == "slow", async _ =>
            {
                log.Tell("slow begins");
                await goOn;
                log.Tell("slow ends");
            });
            ReceiveAsync<string>(message => message == "ask", async _ =>
            {
                await Task.Yield();
                Sender.Tell("answer");
            });
            ReceiveAsync<string>(message => message == "fail", async _ =>
            {
                await Task.Yield();
                throw new TestException();
            });
            Receive<string>(message => log.Tell(message));
        }
    }
}
