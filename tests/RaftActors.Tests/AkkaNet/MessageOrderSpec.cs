using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of the order of messages. A follower relies on it when entries of several AppendEntries
/// arrive one behind the other, a peer when it tells itself to flush behind all that is in its mailbox
/// (RaftActor.Persistence.cs), and RaftSupervisor when it passes on what it is told.
/// </summary>
public sealed class MessageOrderSpec : Akka.TestKit.Xunit2.TestKit
{
    private const int Senders = 8;
    private const int Messages = 2000;

    [Fact]
    public async Task Messages_of_one_sender_arrive_in_the_order_told_however_many_tell()
    {
        var receiver = Sys.ActorOf(Props.Create(() => new OrderChecker(TestActor)));

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (int i = 0; i < Messages; i++)
                receiver.Tell(new Numbered(sender, i), ActorRefs.NoSender);
        })));

        ExpectMsg("all in order", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Messages_that_an_actor_passes_on_stay_in_order_and_keep_their_sender()
    {
        var last = Sys.ActorOf(Act.Echo());
        var middle = Sys.ActorOf(Act.Props((message, context) => last.Tell(message, context.Sender)));

        for (int i = 0; i < Messages; i++)
            middle.Tell(i, TestActor);

        Assert.Equal(Enumerable.Range(0, Messages).Cast<object>(), ReceiveN(Messages, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void What_an_actor_tells_itself_comes_behind_what_is_already_in_its_mailbox()
    {
        using var gate = new ManualResetEventSlim();
        var actor = Sys.ActorOf(Act.Props((message, context) =>
        {
            gate.Wait();
            TestActor.Tell(message);
            if (message is "first")
                context.Self.Tell("flush");
        }));
        actor.Tell("first");
        actor.Tell("second");
        actor.Tell("third");

        gate.Set();

        Assert.Equal(["first", "second", "third", "flush"], ReceiveN(4, TimeSpan.FromSeconds(30)));
    }

    private sealed record Numbered(int Sender, int Number) : INoSerializationVerificationNeeded;

    private sealed class OrderChecker(IActorRef result) : UntypedActor
    {
        private readonly int[] _next = new int[Senders];

        protected override void OnReceive(object message)
        {
            var (sender, number) = (Numbered)message;
            if (_next[sender] != number)
                result.Tell($"message {number} of sender {sender} came when {_next[sender]} was due");
            _next[sender] = number + 1;
            if (_next.All(static next => next == Messages))
                result.Tell("all in order");
        }
    }
}
