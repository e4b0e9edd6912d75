using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class MailboxSpec : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("mailbox", ConfigurationFactory.ParseString("""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        pinned { type = PinnedDispatcher }
        """));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [InlineData(null)]
    [InlineData("pinned")]
    public async Task Every_sender_sees_its_own_order_and_nothing_is_lost_or_run_twice_at_a_time(string? dispatcher)
    {
        const int Senders = 4;
        const int Each = 50_000;
        var done = new TaskCompletionSource<string>();
        var props = Props.Create(() => new OrderChecker(Senders, Each, done));
        var checker = _system.ActorOf(dispatcher is null ? props : props.WithDispatcher(dispatcher));

        var threads = Enumerable.Range(0, Senders).Select(sender => new Thread(() =>
        {
            for (var number = 0; number < Each; number++)
                checker.Tell((sender, number), ActorRefs.NoSender);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();

        Assert.Equal("in order", await done.Task.WaitAsync(Patience));
        foreach (var thread in threads)
            thread.Join();
    }

    [Fact]
    public async Task Messages_told_while_an_actor_stops_become_dead_letters_or_are_handled_but_are_never_lost()
    {
        const int Rounds = 200;
        const int Messages = 50;
        var handled = 0;
        var dead = new TaskCompletionSource<int>();
        var collector = _system.ActorOf(Props.Create(() => new DeadLetterCounter(dead)));
        _system.EventStream.Subscribe(collector, typeof(Akka.Event.DeadLetter));

        for (var round = 0; round < Rounds; round++)
        {
            var counter = _system.ActorOf(Props.Create(() => new Counting(() => Interlocked.Increment(ref handled))));
            for (var i = 0; i < Messages; i++)
            {
                counter.Tell(new Numbered(i));
                if (i == Messages / 2)
                    _system.Stop(counter);
            }
            await counter.WatchAsync();
        }
        collector.Tell("report");

        Assert.Equal(Rounds * Messages, handled + await dead.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task The_room_that_a_large_stash_took_on_its_way_back_is_given_back()
    {
        var emptied = new TaskCompletionSource<int>();
        var actor = _system.ActorOf(Props.Create(() => new Stashing(10_000, emptied)));
        for (var i = 0; i < 10_000; i++)
            actor.Tell(new Numbered(i));
        Assert.Equal(0, await emptied.Task.WaitAsync(Patience));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_front")]
    private static extern ref Envelope[] Front(Mailbox mailbox);

    private sealed record Numbered(int Number);

    /// <summary>Stashes so many messages, has them back, and tells how much room the mailbox then keeps for them.</summary>
    private sealed class Stashing(int count, TaskCompletionSource<int> emptied) : UntypedActor, IWithUnboundedStash
    {
        private bool _back;

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            if (_back)
            {
                if (--count == 0)
                    emptied.SetResult(Front(((LocalActorRef)Self).Cell.Mailbox).Length);
                return;
            }
            Stash.Stash();
            if (Stash.Count < count)
                return;
            _back = true;
            Stash.UnstashAll();
        }
    }

    private sealed class OrderChecker(int senders, int each, TaskCompletionSource<string> done) : UntypedActor
    {
        private readonly int[] _next = new int[senders];
        private int _left = senders * each;
        private int _inside;

        protected override void OnReceive(object message)
        {
            var (sender, number) = ((int, int))message;
            if (Interlocked.Increment(ref _inside) != 1)
                done.TrySetResult("two messages at a time");
            if (_next[sender]++ != number)
                done.TrySetResult($"{number} of {sender} came out of order");
            Interlocked.Decrement(ref _inside);
            if (--_left == 0)
                done.TrySetResult("in order");
        }
    }

    private sealed class Counting(Action handled) : UntypedActor
    {
        protected override void OnReceive(object message) => handled();
    }

    private sealed class DeadLetterCounter(TaskCompletionSource<int> dead) : UntypedActor
    {
        private int _count;

        protected override void OnReceive(object message)
        {
            if (message is Akka.Event.DeadLetter { Message: Numbered })
                _count++;
            else if (message is "report")
                dead.SetResult(_count);
        }
    }
}
