using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>One pass over the actor core: what must work before anything else can be tested with it.</summary>
public sealed class ActorSmokeSpec : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system = ActorSystem.Create("smoke", ConfigurationFactory.ParseString("akka.loglevel = OFF, akka.stdout-loglevel = OFF"));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task An_actor_answers_an_ask()
    {
        var echo = _system.ActorOf(Props.Create(() => new Echo()), "echo");

        Assert.Equal("hello", await echo.Ask<string>("hello", Patience));
        Assert.Equal("akka://smoke/user/echo", echo.Path.ToString());
        Assert.Equal(echo, await _system.ActorSelection("/user/ec*").ResolveOne(Patience));
    }

    [Fact]
    public async Task A_child_that_fails_is_restarted_with_a_fresh_instance()
    {
        var counter = _system.ActorOf(Props.Create<Counter>());

        counter.Tell("add");
        counter.Tell("fail");
        counter.Tell("add");

        Assert.Equal(1, await counter.Ask<int>("count", Patience));
    }

    [Fact]
    public async Task A_watcher_learns_of_a_death_and_stashed_messages_come_first()
    {
        var victim = _system.ActorOf(Props.Create<Echo>());
        var watcher = _system.ActorOf(Props.Create(() => new Watcher(victim)));

        var answer = watcher.Ask<string>("what happened", Patience);
        victim.Tell(PoisonPill.Instance);

        Assert.Equal("victim died", await answer);
    }

    [Fact]
    public async Task Timers_go_off_and_cancelled_ones_do_not()
    {
        var timed = _system.ActorOf(Props.Create<Timed>());

        Assert.Equal("single periodic periodic", await timed.Ask<string>("report", Patience));
    }

    [Fact]
    public async Task An_asynchronous_handler_holds_other_messages_up()
    {
        var slow = _system.ActorOf(Props.Create<Slow>());
        var release = new TaskCompletionSource();

        slow.Tell(release);
        var answer = slow.Ask<string>("state", Patience);
        release.SetResult();

        Assert.Equal("released", await answer);
    }

    [Fact]
    public async Task A_system_terminates()
    {
        var ran = false;
        var system = ActorSystem.Create("short");
        system.RegisterOnTermination(() => ran = true);
        system.ActorOf(Props.Create<Echo>());

        await system.Terminate().WaitAsync(Patience);

        Assert.True(ran);
    }

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    private sealed class Counter : ReceiveActor
    {
        private int _count;

        public Counter()
        {
            Receive<string>(_ => _count++, text => text == "add");
            Receive<string>(_ => throw new InvalidOperationException("asked to"), text => text == "fail");
            ReceiveAny(_ => Sender.Tell(_count));
        }
    }

    private sealed class Watcher : ReceiveActor, IWithUnboundedStash
    {
        public Watcher(IActorRef victim)
        {
            Context.Watch(victim);
            Receive<Terminated>(_ =>
            {
                Become(() => ReceiveAny(_ => Sender.Tell("victim died")));
                Stash.UnstashAll();
            });
            ReceiveAny(_ => Stash.Stash());
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        private readonly List<string> _seen = [];
        private IActorRef? _asker;

        public Timed()
        {
            Receive<string>(text => text == "report", _ =>
            {
                _asker = Sender;
                Report();
            });
            Receive<string>(text =>
            {
                _seen.Add(text);
                Report();
            });
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartSingleTimer("cancelled", "cancelled", TimeSpan.FromMilliseconds(20));
            Timers.StartSingleTimer("single", "replaced", TimeSpan.Zero);
            Timers.StartSingleTimer("single", "single", TimeSpan.FromMilliseconds(10));
            Timers.StartPeriodicTimer("periodic", "periodic", TimeSpan.FromMilliseconds(30));
            Timers.Cancel("cancelled");
        }

        private void Report()
        {
            if (_seen.Count >= 3)
                _asker?.Tell(string.Join(' ', _seen.Take(3)));
        }
    }

    private sealed class Slow : ReceiveActor
    {
        private string _state = "initial";

        public Slow()
        {
            ReceiveAsync<TaskCompletionSource>(async source =>
            {
                await source.Task;
                _state = Self.Equals(Context.Self) ? "released" : "elsewhere";
            });
            Receive<string>(_ => Sender.Tell(_state));
        }
    }
}
