using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class WakeUpSpec : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public WakeUpSpec()
        : base("one-at-a-time { type = Dispatcher, throughput = 1 }\n by-hundreds { type = Dispatcher, throughput = 100 }")
    {
    }

    /// <summary>Each message is told to an idle actor just as it goes to sleep: a lost wake-up leaves the last one lying there.</summary>
    [Fact]
    public async Task No_wake_up_is_lost()
    {
        const int rounds = 20_000;
        var done = new TaskCompletionSource();
        var count = 0;
        var pong = ActorOf(Act.Props((message, context) => context.Sender.Tell(message)));
        var ping = ActorOf(Act.Props((message, _) =>
        {
            if (++count == rounds)
                done.SetResult();
            else
                pong.Tell(message);
        }));
        pong.Tell("ball", ping);
        await done.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task No_wake_up_is_lost_among_many_tellers()
    {
        const int tellers = 4;
        const int messages = 20_000;
        var done = new TaskCompletionSource();
        var count = 0;
        var actor = ActorOf(Act.Props((_, _) =>
        {
            if (++count == tellers * messages)
                done.SetResult();
        }).WithDispatcher("one-at-a-time"));
        await Task.WhenAll(Enumerable.Range(0, tellers).Select(teller => Task.Run(() =>
        {
            for (var i = 0; i < messages; i++)
            {
                actor.Tell(i, ActorRefs.NoSender);
                if (i % (7 + teller) == 0)
                    Thread.Yield();
            }
        })));
        await done.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task No_wake_up_is_lost_when_children_come_and_go()
    {
        const int children = 2_000;
        var done = new TaskCompletionSource();
        var left = children;
        var parent = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case int n:
                    context.Watch(context.ActorOf(Act.Props((m, c) => c.Stop(c.Self)))).Tell(n);
                    break;
                case Terminated when --left == 0:
                    done.SetResult();
                    break;
            }
        }));
        for (var i = 0; i < children; i++)
            parent.Tell(i);
        await done.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("one-at-a-time")]
    [InlineData("by-hundreds")]
    public void A_busy_actor_does_not_keep_others_waiting(string dispatcher)
    {
        var busy = Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => ActorOf(Act.Props((message, context) =>
        {
            Thread.SpinWait(10);
            context.Self.Tell(message);
        }).WithDispatcher(dispatcher))).ToList();
        foreach (var actor in busy)
            actor.Tell("go on");

        var other = ActorOf(Act.Echo().WithDispatcher(dispatcher));
        for (var i = 0; i < 10; i++)
        {
            other.Tell(i);
            ExpectMsg(i, Patience);
        }

        foreach (var actor in busy)
            Sys.Stop(actor);
    }

    [Fact]
    public void A_stop_overtakes_the_messages_that_wait()
    {
        var gate = new ManualResetEventSlim();
        var handled = 0;
        var actor = ActorOf(Act.Props((_, _) =>
        {
            handled++;
            gate.Wait();
        }));
        Watch(actor);
        for (var i = 0; i < 100; i++)
            actor.Tell(i);
        AwaitCondition(() => Volatile.Read(ref handled) == 1);
        ((IInternalActorRef)actor).Stop();
        gate.Set();
        ExpectTerminated(actor);
        Assert.Equal(1, Volatile.Read(ref handled));
    }
}
