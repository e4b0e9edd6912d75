using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

/// <summary>Trees of actors that start, fail, watch and stop each other at random: nothing is ever lost or reported twice.</summary>
public sealed class StormSpec : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public StormSpec()
        : base("""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.log-dead-letters = off
            akka.loggers = []
            """)
    {
    }

    private sealed record WatchThis(IActorRef Subject);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Everything_that_started_stops_and_every_watcher_learns_of_it_once(int seed)
    {
        var random = new Random(seed);
        var tally = new Tally();
        var root = ActorOf(() => new Node(tally, 0));
        for (var wave = 0; wave < 40; wave++)
        {
            // What the wave before began has at least reached the root, which never stops.
            await root.Ask<string>("ping", Patience);
            for (var i = 0; i < 100; i++)
                DoSomething(random, tally.Pick(random), tally.Pick(random), root);
        }

        await root.Ask<string>("ping", Patience);
        var all = tally.All();
        var witness = CreateTestProbe();
        foreach (var actor in all)
            witness.Watch(actor);
        Sys.Stop(root);
        var gone = new HashSet<IActorRef>();
        foreach (var _ in all)
            Assert.True(gone.Add((await witness.ExpectMsgAsync<Terminated>(Patience)).ActorRef));
        Assert.Equal(all.ToHashSet(), gone);
        Assert.Empty(tally.Twice());
        await Sys.Terminate().WaitAsync(Patience);
        Assert.Equal(0, tally.Alive);
    }

    private void DoSomething(Random random, IActorRef actor, IActorRef other, IActorRef root)
    {
        switch (random.Next(10))
        {
            case < 4:
                actor.Tell("spawn", ActorRefs.NoSender);
                break;
            case 4:
                actor.Tell("fail", ActorRefs.NoSender);
                break;
            case 5:
                actor.Tell("escalate", ActorRefs.NoSender);
                break;
            case 6 or 7:
                actor.Tell(new WatchThis(other), ActorRefs.NoSender);
                break;
            case 8 when !actor.Equals(root):
                actor.Tell(PoisonPill.Instance, ActorRefs.NoSender);
                break;
            case 9 when !actor.Equals(root):
                Sys.Stop(actor);
                break;
        }
    }

    /// <summary>What happened, from all sides.</summary>
    private sealed class Tally
    {
        private readonly ConcurrentDictionary<IActorRef, byte> _started = new();
        private readonly ConcurrentDictionary<(IActorRef Watcher, IActorRef Subject), int> _reports = new();
        private int _alive;

        /// <summary>Instances that ran their first hook and not yet their last.</summary>
        public int Alive => Volatile.Read(ref _alive);

        public void OnStarted(IActorRef actor)
        {
            _started[actor] = 0;
            Interlocked.Increment(ref _alive);
        }

        public void OnStopped() => Interlocked.Decrement(ref _alive);

        /// <summary>Who watches an actor that is gone already is told so each time.</summary>
        public bool IsFirstWatch(IActorRef watcher, IActorRef subject) => _reports.TryAdd((watcher, subject), 0);

        public void OnReport(IActorRef watcher, IActorRef subject) => _reports.AddOrUpdate((watcher, subject), 1, (_, n) => n + 1);

        public IActorRef Pick(Random random)
        {
            var started = All();
            return started[random.Next(started.Count)];
        }

        public List<IActorRef> All() => _started.Keys.Order().ToList();

        public List<(IActorRef, IActorRef)> Twice() => _reports.Where(report => report.Value > 1).Select(report => report.Key).ToList();
    }

    private sealed class Node(Tally tally, int depth) : UntypedActor
    {
        private bool _stopped;

        protected override void PreStart() => tally.OnStarted(Self);

        // A stop during a restart runs it once more.
        protected override void PostStop()
        {
            if (!_stopped)
                tally.OnStopped();
            _stopped = true;
        }

        protected override SupervisorStrategy SupervisorStrategy() =>
            new OneForOneStrategy(-1, -1, cause => cause is OtherException ? depth % 2 == 0 ? Directive.Restart : Directive.Escalate : Directive.Resume);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "ping":
                    Sender.Tell("pong");
                    break;
                case "spawn" when depth < 6:
                    Context.ActorOf(Props.Create(() => new Node(tally, depth + 1)));
                    break;
                case "fail":
                    throw new TestException();
                case "escalate":
                    throw new OtherException();
                case WatchThis watch when tally.IsFirstWatch(Self, watch.Subject):
                    Context.Watch(watch.Subject);
                    break;
                case Terminated terminated:
                    tally.OnReport(Self, terminated.ActorRef);
                    break;
            }
        }
    }
}
