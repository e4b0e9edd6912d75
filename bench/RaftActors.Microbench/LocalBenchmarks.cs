using Akka.Actor;
using Akka.Configuration;
using BenchmarkDotNet.Attributes;

namespace RaftActors.Microbench;

/// <summary>Messages within an actor system.</summary>
public class LocalBenchmarks
{
    private const int Messages = 100_000;
    private const int Burst = 1000;

    private readonly Counter _counter = new();
    private readonly object _message = new();
    private ActorSystem _system = null!;
    private ManualDispatcher _manual = null!;
    private IActorRef _counting = null!;
    private IActorRef _unhurried = null!;
    private IActorRef _echo = null!;

    /// <summary>Starts the actors.</summary>
    [GlobalSetup]
    public void Start()
    {
        _system = ActorSystem.Create("microbench", ConfigurationFactory.ParseString(ManualDispatcher.Settings));
        _manual = (ManualDispatcher)_system.Dispatchers.Lookup("manual-dispatcher");
        _counting = _system.ActorOf(Props.Create(() => new CountingActor(_counter)));
        _unhurried = _system.ActorOf(Props.Create(() => new CountingActor(_counter)).WithDispatcher("manual-dispatcher"));
        _echo = _system.ActorOf(Props.Create(() => new EchoActor()));
        _manual.RunAll();
    }

    /// <summary>Stops them.</summary>
    [GlobalCleanup]
    public void Stop()
    {
        // Nobody else runs this one to its end.
        var stopped = _unhurried.GracefulStop(TimeSpan.FromSeconds(10));
        while (!stopped.IsCompleted)
            _manual.RunAll();
        _system.Terminate().Wait();
    }

    /// <summary>A message into a mailbox and out again, on one thread.</summary>
    [Benchmark(OperationsPerInvoke = Burst)]
    public void Mailbox()
    {
        _counter.Expect(Burst);
        for (var i = 0; i < Burst; i++)
            _unhurried.Tell(_message, ActorRefs.NoSender);
        _manual.RunAll();
    }

    /// <summary>A message to an actor that runs meanwhile.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public void Tell()
    {
        _counter.Expect(Messages);
        for (var i = 0; i < Messages; i++)
            _counting.Tell(_message, ActorRefs.NoSender);
        _counter.Wait();
    }

    /// <summary>A question and its answer, one after the other.</summary>
    [Benchmark]
    public Task<object> Ask() => _echo.Ask<object>(_message);
}
