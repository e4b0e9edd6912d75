using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class OrderingSpec : TestKit
{
    private const int Senders = 8;
    private const int Messages = 5_000;

    private sealed record Numbered(int Sender, int Number);

    [Fact]
    public async Task Messages_of_one_thread_arrive_in_the_order_told()
    {
        var receiver = ActorOf(Props.Create(() => new OrderChecker(TestActor)));
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++)
                receiver.Tell(new Numbered(sender, i), ActorRefs.NoSender);
        })));
        await ExpectMsgAsync("all in order", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Messages_of_one_actor_arrive_in_the_order_told()
    {
        var receiver = ActorOf(Props.Create(() => new OrderChecker(TestActor)));
        for (var n = 0; n < Senders; n++)
        {
            var sender = n;
            var teller = ActorOf(Act.Props((message, context) =>
            {
                // Told in batches, so that the tellers take turns.
                var first = (int)message;
                for (var i = first; i < Math.Min(first + 50, Messages); i++)
                    receiver.Tell(new Numbered(sender, i));
                if (first + 50 < Messages)
                    context.Self.Tell(first + 50);
            }));
            teller.Tell(0);
        }

        ExpectMsg("all in order", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Messages_through_the_same_intermediary_stay_in_order()
    {
        var last = ActorOf(Act.Props((message, _) => TestActor.Tell(message)));
        var middle = ActorOf(Act.Props((message, context) => last.Forward(message)));
        for (var i = 0; i < 1_000; i++)
            middle.Tell(i);
        Assert.Equal(Enumerable.Range(0, 1_000).Cast<object>(), ReceiveN(1_000));
    }

    [Fact]
    public async Task An_actor_handles_one_message_at_a_time_and_sees_what_the_one_before_did()
    {
        var inside = 0;
        var overlaps = 0;
        var sum = 0;
        var actor = ActorOf(Act.Props((message, context) =>
        {
            if (message is "sum")
            {
                context.Sender.Tell(sum);
                return;
            }

            if (Interlocked.Increment(ref inside) != 1)
                overlaps++;
            sum++;
            Thread.SpinWait(20);
            Interlocked.Decrement(ref inside);
        }));
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++)
                actor.Tell(i, ActorRefs.NoSender);
        })));

        Assert.Equal(Senders * Messages, await actor.Ask<int>("sum", TimeSpan.FromSeconds(30)));
        Assert.Equal(0, Volatile.Read(ref overlaps));
    }

    [Fact]
    public void A_message_to_oneself_comes_after_those_already_there()
    {
        var actor = ActorOf(Act.Props((message, context) =>
        {
            TestActor.Tell(message);
            if (message is "first")
                context.Self.Tell("to myself");
        }));
        var gate = new ManualResetEventSlim();
        var gated = ActorOf(Act.Props((message, context) =>
        {
            gate.Wait();
            TestActor.Tell(message);
            if (message is "first")
                context.Self.Tell("to myself");
        }));
        gated.Tell("first");
        gated.Tell("second");
        gate.Set();
        Assert.Equal(["first", "second", "to myself"], ReceiveN(3));
        actor.Tell("first");
        Assert.Equal(["first", "to myself"], ReceiveN(2));
    }

    private sealed class OrderChecker(IActorRef result) : UntypedActor
    {
        private readonly int[] _next = new int[Senders];

        protected override void OnReceive(object message)
        {
            var (sender, number) = (Numbered)message;
            if (_next[sender] != number)
                result.Tell($"{number} of {sender} came when {_next[sender]} was due");
            _next[sender] = number + 1;
            if (_next.All(next => next == Messages))
                result.Tell("all in order");
        }
    }
}
