using Akka.Actor;
using Akka.Configuration;
using BenchmarkDotNet.Attributes;

namespace RaftActors.Microbench;

/// <summary>Messages of 100 bytes between two actor systems of this process, over TCP on loopback.</summary>
public class RemoteBenchmarks
{
    private const int Messages = 20_000;
    private const string Settings = """
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        """;

    private readonly Counter _counter = new();
    private readonly byte[] _message = new byte[100];
    private ActorSystem _here = null!;
    private ActorSystem _there = null!;
    private IActorRef _counting = null!;
    private IActorRef _echo = null!;

    /// <summary>Starts both and connects them.</summary>
    [GlobalSetup]
    public void Start()
    {
        var config = ConfigurationFactory.ParseString(Settings);
        _here = ActorSystem.Create("here", config);
        _there = ActorSystem.Create("there", config);
        _there.ActorOf(Props.Create(() => new CountingActor(_counter)), "counting");
        _there.ActorOf(Props.Create(() => new EchoActor()), "echo");
        var address = ((ExtendedActorSystem)_there).Provider.DefaultAddress;
        _counting = Resolve($"{address}/user/counting");
        _echo = Resolve($"{address}/user/echo");
        RoundTrip().Wait();
    }

    /// <summary>Stops both.</summary>
    [GlobalCleanup]
    public void Stop() => Task.WaitAll(_here.Terminate(), _there.Terminate());

    /// <summary>A message, many of them at a time.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public void RemoteTell()
    {
        _counter.Expect(Messages);
        for (var i = 0; i < Messages; i++)
            _counting.Tell(_message, ActorRefs.NoSender);
        _counter.Wait();
    }

    /// <summary>A question and its answer, one after the other.</summary>
    [Benchmark]
    public Task<byte[]> RoundTrip() => _echo.Ask<byte[]>(_message);

    private IActorRef Resolve(string path) => _here.ActorSelection(path).ResolveOne(TimeSpan.FromSeconds(10)).Result;
}
