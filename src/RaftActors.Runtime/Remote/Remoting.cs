using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Remote.Endpoints;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote;

/// <summary>What the parts of remoting share, for one actor system.</summary>
internal sealed class Remoting
{
    private readonly ConcurrentDictionary<Address, Outlet> _outlets = new();
    private readonly TcpSettings _tcp;

    public Remoting(ActorSystemImpl system, RemoteActorRefProvider provider, RemoteSettings settings)
    {
        System = system;
        Provider = provider;
        Settings = settings;
        _tcp = TcpSettings.From(system.Settings.Config);
        Log = Logging.GetLogger(system, "remoting");
        Events = new EventPublisher(system.EventStream, Log, settings.LifecycleEventsLogLevel);
        Codec = new MessageCodec(this);
        Uid = (int)system.Random.Next(int.MaxValue);
        Transport = CreateTransport();
    }

    public ActorSystemImpl System { get; }

    public RemoteActorRefProvider Provider { get; }

    public RemoteSettings Settings { get; }

    public ILoggingAdapter Log { get; }

    public EventPublisher Events { get; }

    public RemotingCounters Counters { get; } = new();

    public MessageCodec Codec { get; }

    public Transport.Transport Transport { get; }

    /// <summary>Tells this incarnation of the system from others at the same address.</summary>
    public int Uid { get; internal set; }

    /// <summary>What is listened on, whatever other systems are told.</summary>
    public int Port { get; private set; }

    /// <summary>What other systems call this one.</summary>
    public Address LocalAddress { get; private set; } = null!;

    /// <summary>The handshake.</summary>
    public byte[] Introduction { get; private set; } = [];

    public IActorRef Manager { get; private set; } = null!;

    public IActorRef Watcher { get; private set; } = null!;

    public int MaximumFrameSize => _tcp.MaximumFrameSize;

    public int OutboundBufferSize => _tcp.OutboundBufferSize;

    public TimeSpan ConnectionTimeout => _tcp.ConnectionTimeout;

    public ICollection<Outlet> Outlets => _outlets.Values;

    public void Start()
    {
        Log.Info("Starting remoting");
        // Connections may come before there is somebody to take them.
        var manager = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            Port = Transport.Listen(channel => manager.Task.ContinueWith(
                task => task.Result.Tell(new EndpointManager.Accepted(channel), ActorRefs.NoSender),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default));
            Introduce();
        }
        catch (RemoteTransportException e)
        {
            Events.Publish(new RemotingErrorEvent(e));
            throw;
        }
        Manager = System.SystemActorOf(EndpointManager.Props(this), EndpointManager.Name);
        Watcher = System.SystemActorOf(RemoteWatcher.Props(this), RemoteWatcher.Name);
        manager.SetResult(Manager);
        Log.Info("Remoting started; listening on addresses : [{0}]", LocalAddress);
        Events.Publish(new RemotingListenEvent([LocalAddress]));
    }

    public void StopListening() => Transport.StopListening();

    public Outlet OutletTo(Address remote) => _outlets.TryGetValue(remote, out var outlet) ? outlet : _outlets.GetOrAdd(remote, static (address, remoting) => new Outlet(remoting, address), this);

    /// <summary>After it was retired: the next message makes another.</summary>
    public void Forget(Outlet outlet) => _outlets.TryRemove(new KeyValuePair<Address, Outlet>(outlet.Remote, outlet));

    public void Undeliverable(RemotingCounters.RemotingCounter reason, object message, IActorRef? sender, IActorRef recipient)
    {
        reason.Increment();
        System.DeadLetters.Tell(new DeadLetter(message, sender ?? System.DeadLetters, recipient), sender);
    }

    public void Oversized(int size, object message, IActorRef? sender, IActorRef recipient)
    {
        Log.Error("Discarding oversized payload sent to {0}: max allowed size {1} bytes, actual size of encoded {2} was {3} bytes. The association remains.", recipient, MaximumFrameSize, message.GetType(), size);
        Undeliverable(Counters.OversizedOutbound, message, sender, recipient);
    }

    /// <summary>Systems recognise each other by these bytes, so they are always the same.</summary>
    private void Introduce()
    {
        var publicPort = _tcp.PublicPort > 0 ? _tcp.PublicPort : Port;
        var host = IPAddress.TryParse(_tcp.PublicHostname, out var ip) && ip.AddressFamily == global::System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : _tcp.PublicHostname;
        LocalAddress = new Address("akka.tcp", System.Name, host, publicPort);
        Introduction = Frame.Associate("tcp", System.Name, LocalAddress.Host!, publicPort, Uid);
    }

    /// <summary>Sockets, unless the configuration names another class, as a simulation does.</summary>
    private Transport.Transport CreateTransport()
    {
        const string key = "akka.remote.dot-netty.tcp.transport-class";
        var name = System.Settings.Config.GetString(key, "");
        if (name!.StartsWith("Akka.Remote.Transport.DotNetty.TcpTransport", StringComparison.Ordinal))
            return new TcpTransport(_tcp, System.Scheduler);
        return (Transport.Transport)Activator.CreateInstance(TypeResolver.Resolve(name, key), System, _tcp)!;
    }
}
