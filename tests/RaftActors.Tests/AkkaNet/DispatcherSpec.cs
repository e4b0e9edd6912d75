using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of a dispatcher of one's own. The virtual time of RaftCluster and of the simulation relies on
/// it: each mailbox that has something to do is handed to the dispatcher once, and a turn of it handles as many
/// messages as the settings say.
/// </summary>
public sealed class DispatcherSpec : IDisposable
{
    // Dispatchers are made by the configuration alone: they find their queue in the flow of whoever creates the actor
    // system.
    private static readonly AsyncLocal<ConcurrentQueue<IRunnable>?> Current = new();

    private readonly ConcurrentQueue<IRunnable> _turns = new();
    private readonly ActorSystem _system;
    private readonly List<object> _handled = [];

    public DispatcherSpec()
    {
        Current.Value = _turns;
        string type = $"{typeof(TurnsConfigurator).FullName}, {typeof(TurnsConfigurator).Assembly.GetName().Name}";
        _system = ActorSystem.Create("turns", ConfigurationFactory.ParseString($$"""
            akka {
              stdout-loglevel = OFF
              loggers = []
              actor { default-dispatcher.type = "{{type}}", internal-dispatcher.type = "{{type}}" }
              coordinated-shutdown.run-by-actor-system-terminate = off
            }
            """));
    }

    public void Dispose()
    {
        var terminated = _system.Terminate();
        RunAll();
        terminated.Wait(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_mailbox_is_handed_over_once_however_much_is_in_it()
    {
        var actor = Start();

        for (int i = 0; i < 10; i++)
            actor.Tell(i);

        Assert.Single(_turns);
    }

    [Fact]
    public void With_a_throughput_of_one_and_no_deadline_a_turn_handles_one_message()
    {
        var actor = Start();
        for (int i = 0; i < 5; i++)
            actor.Tell(i);

        for (int turn = 1; turn <= 5; turn++)
        {
            Assert.True(_turns.TryDequeue(out var next));
            next.Run();
            Assert.Equal(Enumerable.Range(0, turn).Cast<object>(), _handled);
        }
        Assert.Empty(_turns);
    }

    private IActorRef Start()
    {
        var actor = _system.ActorOf(Act.Props((message, _) => _handled.Add(message)));
        RunAll();
        return actor;
    }

    private void RunAll()
    {
        while (_turns.TryDequeue(out var turn))
            turn.Run();
    }

    private sealed class TurnsConfigurator : MessageDispatcherConfigurator
    {
        private readonly MessageDispatcher _dispatcher;

        public TurnsConfigurator(Config config, IDispatcherPrerequisites prerequisites)
            : base(config, prerequisites) => _dispatcher = new Turns(this, Current.Value!);

        public override MessageDispatcher Dispatcher() => _dispatcher;
    }

    private sealed class Turns : MessageDispatcher
    {
        private readonly ConcurrentQueue<IRunnable> _turns;

        public Turns(MessageDispatcherConfigurator configurator, ConcurrentQueue<IRunnable> turns)
            : base(configurator)
        {
            _turns = turns;
            Throughput = 1;
            ThroughputDeadlineTime = 0;
        }

        protected override void ExecuteTask(IRunnable run) => _turns.Enqueue(run);

        protected override void Shutdown()
        {
        }
    }
}
