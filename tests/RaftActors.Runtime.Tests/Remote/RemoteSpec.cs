using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>A spec with several systems on the loopback interface, each on a free port.</summary>
public abstract class RemoteSpec : TestKit
{
    private static readonly Config Defaults = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = remote
          actor.serializers.number = "RaftActors.Runtime.Tests.Remote.NumberSerializer, RaftActors.Runtime.Tests"
          actor.serialization-bindings."RaftActors.Runtime.Tests.Remote.Number, RaftActors.Runtime.Tests" = number
          remote {
            retry-gate-closed-for = 100ms
            dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          }
        }
        """);

    private readonly List<ActorSystem> _others = [];

    protected RemoteSpec(string config = "") : base(ConfigurationFactory.ParseString(config).WithFallback(Defaults), "here")
    {
    }

    /// <summary>Another system.</summary>
    protected ActorSystem Start(string name = "there", string config = "", int port = 0)
    {
        var system = ActorSystem.Create(name, ConfigurationFactory.ParseString($"akka.remote.dot-netty.tcp.port = {port}").WithFallback(ConfigurationFactory.ParseString(config)).WithFallback(Defaults));
        _others.Add(system);
        return system;
    }

    protected static RemotingOf Of(ActorSystem system) => new(system);

    protected static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    /// <summary>What an actor of one system is called in another.</summary>
    protected static IActorRef Seen(ActorSystem from, ActorSystem owner, IActorRef actor) =>
        ((ExtendedActorSystem)from).Provider.ResolveActorRef(actor.Path.ToSerializationFormatWithAddress(AddressOf(owner)));

    protected IActorRef Seen(ActorSystem owner, IActorRef actor) => Seen(Sys, owner, actor);

    protected TestProbe Events<T>(ActorSystem? system = null)
    {
        var probe = CreateTestProbe(system ?? Sys);
        (system ?? Sys).EventStream.Subscribe(probe.Ref, typeof(T));
        return probe;
    }

    /// <summary>Asks until somebody answers: so there is a connection.</summary>
    protected IActorRef Meet(ActorSystem owner, IActorRef actor)
    {
        var seen = Seen(owner, actor);
        // Its own probe for every question, so that no answer is left over.
        AwaitAssert(() =>
        {
            var asking = CreateTestProbe();
            seen.Tell(new Identify("meet"), asking.Ref);
            Assert.Equal(seen, asking.ExpectMsg<ActorIdentity>(TimeSpan.FromMilliseconds(500)).Subject);
        }, TimeSpan.FromSeconds(20));
        return seen;
    }

    protected override void AfterAll() => Task.WaitAll([.. _others.Select(system => system.Terminate())], TimeSpan.FromSeconds(20));

    /// <summary>The inside of a system's remoting.</summary>
    protected readonly struct RemotingOf(ActorSystem system)
    {
        private readonly Remoting _remoting = ((RemoteActorRefProvider)((ExtendedActorSystem)system).Provider).Remoting;

        public int Port => _remoting.Port;

        public int Uid => _remoting.Uid;

        internal RemotingCounters Counters => _remoting.Counters;
    }
}
