using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Serialization;

namespace Akka.Remote;

/// <summary>Makes references to local actors as ever, and to those of other systems by their address.</summary>
internal sealed class RemoteActorRefProvider : IActorRefProvider
{
    private readonly LocalActorRefProvider _local;
    private Remoting? _remoting;
    private Information? _information;

    public RemoteActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        _local = new LocalActorRefProvider(systemName, settings, eventStream);
        RemoteSettings = RemoteSettings.From(settings.Config);
    }

    public RemoteSettings RemoteSettings { get; }

    public Remoting Remoting => _remoting ?? throw new InvalidOperationException("Remoting has not started yet");

    public ActorPath RootPath => _local.RootPath;

    public Settings Settings => _local.Settings;

    public IActorRef DeadLetters => _local.DeadLetters;

    public Address DefaultAddress => _remoting?.LocalAddress ?? _local.DefaultAddress;

    public Information SerializationInformation => _information ?? _local.SerializationInformation;

    public Task TerminationTask => _local.TerminationTask;

    public IInternalActorRef RootGuardian => _local.RootGuardian;

    public LocalActorRef Guardian => _local.Guardian;

    public LocalActorRef SystemGuardian => _local.SystemGuardian;

    public IInternalActorRef TempContainer => _local.TempContainer;

    public void Init(ActorSystemImpl system)
    {
        _local.Init(system);
        _remoting = new Remoting(system, this, RemoteSettings);
        _remoting.Start();
        _information = new Information(_remoting.LocalAddress, system);
    }

    public ActorPath TempPath() => _local.TempPath();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _local.RegisterTempActor(actorRef, path);

    public void UnregisterTempActor(ActorPath path) => _local.UnregisterTempActor(path);

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService) =>
        _local.ActorOf(system, props, supervisor, path, systemService);

    /// <summary>Whether this is an address of this system.</summary>
    public bool HasAddress(Address address) => address.Equals(_remoting?.LocalAddress) || address.Equals(RootPath.Address);

    public IInternalActorRef ResolveLocal(ActorPath path) => _local.ResolveLocal(path);

    public IActorRef ResolveActorRef(string path) => ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed!) : DeadLetters;

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        if (HasAddress(actorPath.Address))
            return _local.ResolveLocal(actorPath);
        if (IsReachable(actorPath.Address))
            return new RemoteActorRef(Remoting, actorPath);
        Remoting.Log.Warning("Error while resolving address [{0}]: this system's address is [{1}]", actorPath.Address, DefaultAddress);
        return new EmptyLocalActorRef(this, actorPath, _local.EventStream);
    }

    public IActorRef RootGuardianAt(Address address) => HasAddress(address) ? RootGuardian : ResolveActorRef(new RootActorPath(address));

    public Address? GetExternalAddressFor(Address address)
    {
        if (HasAddress(address))
            return RootPath.Address;
        return IsReachable(address) ? DefaultAddress : null;
    }

    /// <summary>Nothing is to do any more with an incarnation of another system; without a uid there is a pause only.</summary>
    public void Quarantine(Address address, int? uid) => Remoting.Manager.Tell(new Endpoints.EndpointManager.Quarantine(address, uid), ActorRefs.NoSender);

    private bool IsReachable(Address address) => address is { HasGlobalScope: true, Port: not null } && address.Protocol == DefaultAddress.Protocol;
}
