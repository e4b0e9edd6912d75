using System.Collections.Concurrent;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Serialization;

namespace Akka.Actor;

internal sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly EventStream _eventStream;
    private readonly ActorPath _tempNode;
    private readonly TempContainerRef _tempContainer;
    private readonly TaskCompletionSource _terminated = new();
    private readonly ConcurrentDictionary<string, IInternalActorRef> _extraNames = new();
    private RootGuardianRef _walker = null!;
    private LocalActorRef _rootGuardian = null!;
    private long _lastTemp = -1;

    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        Settings = settings;
        _eventStream = eventStream;
        RootPath = new RootActorPath(new Address("akka", systemName));
        _tempNode = RootPath / "temp";
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", eventStream);
        _tempContainer = new TempContainerRef(this, _tempNode);
    }

    public ActorPath RootPath { get; }

    public Settings Settings { get; }

    public EventStream EventStream => _eventStream;

    public IActorRef DeadLetters { get; }

    public Address DefaultAddress => RootPath.Address;

    public Information SerializationInformation => field ??= new Information(DefaultAddress, Settings.System);

    public Task TerminationTask => _terminated.Task;

    public IInternalActorRef RootGuardian => _rootGuardian;

    public LocalActorRef Guardian { get; private set; } = null!;

    public LocalActorRef SystemGuardian { get; private set; } = null!;

    public IInternalActorRef TempContainer => _tempContainer;

    public ActorPath TempPath() => _tempNode / ActorNames.Generated(Interlocked.Increment(ref _lastTemp));

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _tempContainer.Add(path.Name, actorRef);

    public void UnregisterTempActor(ActorPath path) => _tempContainer.Remove(path.Name);

    /// <summary>Puts a reference directly below the root, as remoting does with its own.</summary>
    public void RegisterExtraName(string name, IInternalActorRef actor) => _extraNames[name] = actor;

    public void Init(ActorSystemImpl system)
    {
        _walker = new RootGuardianRef(this, RootPath / "_Root-guardian-supervisor", _terminated, _eventStream);
        var dispatcher = system.Dispatchers.Lookup(Dispatch.Dispatchers.InternalDispatcherId);
        _rootGuardian = new LocalActorRef(system, Props.CreateInternal(() => new RootGuardian(), typeof(RootGuardian)), dispatcher, _walker, RootPath) { ExtraNames = ExtraName };
        var root = _rootGuardian.Cell;
        Guardian = new LocalActorRef(system, Props.CreateInternal(() => new UserGuardian(Settings), typeof(UserGuardian)), dispatcher, _rootGuardian, RootPath / "user");
        SystemGuardian = new LocalActorRef(system, Props.CreateInternal(() => new SystemGuardian(Guardian), typeof(SystemGuardian)), dispatcher, _rootGuardian, RootPath / "system");
        root.AddGuardian(Guardian);
        root.AddGuardian(SystemGuardian);
        _rootGuardian.Start();
        SystemGuardian.SendSystemMessage(new Watch(Guardian, SystemGuardian));
        _rootGuardian.SendSystemMessage(new Watch(SystemGuardian, _rootGuardian));
    }

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService)
    {
        var dispatcher = props.Dispatcher ?? system.DispatcherOf(path) ?? (systemService ? Dispatch.Dispatchers.InternalDispatcherId : Dispatch.Dispatchers.DefaultDispatcherId);
        return new LocalActorRef(system, props, system.Dispatchers.Lookup(dispatcher), supervisor, path);
    }

    public IActorRef ResolveActorRef(string path) => ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed!) : DeadLetters;

    public IActorRef ResolveActorRef(ActorPath actorPath) => actorPath.Root.Equals(RootPath) ? ResolveLocal(actorPath) : DeadLetters;

    /// <summary>What the names of a path lead to here, whatever address it has.</summary>
    public IInternalActorRef ResolveLocal(ActorPath path)
    {
        if (path.Depth == 0)
            return _rootGuardian;
        IReadOnlyList<string> elements = path.Elements;
        if (path.Uid != 0)
            elements = [.. elements.SkipLast(1), path.Name + "#" + path.Uid];
        var found = (IInternalActorRef)RootGuardian.GetChild(elements);
        return found is Nobody ? new EmptyLocalActorRef(this, RootPath / elements, _eventStream) : found;
    }

    public IActorRef RootGuardianAt(Address address) => address == RootPath.Address ? _rootGuardian : DeadLetters;

    public Address? GetExternalAddressFor(Address address) => address == RootPath.Address ? address : null;

    /// <summary>The names directly below the root that are no actors.</summary>
    private IInternalActorRef? ExtraName(string name) => name switch
    {
        "temp" => _tempContainer,
        "deadLetters" => (IInternalActorRef)DeadLetters,
        _ => _extraNames.GetValueOrDefault(name),
    };

    /// <summary>Parent of all actors that live for one answer.</summary>
    private sealed class TempContainerRef(IActorRefProvider provider, ActorPath path) : MinimalActorRef
    {
        private readonly ConcurrentDictionary<string, IInternalActorRef> _children = new();

        public override ActorPath Path { get; } = path;

        public override IActorRefProvider Provider { get; } = provider;

        internal override IInternalActorRef Parent => Provider.RootGuardian;

        public void Add(string name, IInternalActorRef actor) => _children[name] = actor;

        public void Remove(string name) => _children.TryRemove(name, out _);

        internal override IActorRef GetChild(IReadOnlyList<string> name)
        {
            if (name.Count == 0 || name[0].Length == 0)
                return this;
            return _children.TryGetValue(ActorPath.SplitNameAndUid(name[0]).Name, out var child) ? child.GetChild([.. name.Skip(1)]) : ActorRefs.Nobody;
        }
    }

    /// <summary>The parent of the root guardian, which notes that it is gone.</summary>
    private sealed class RootGuardianRef(LocalActorRefProvider provider, ActorPath path, TaskCompletionSource terminated, EventStream eventStream) : MinimalActorRef
    {
        public override ActorPath Path { get; } = path;

        public override IActorRefProvider Provider { get; } = provider;

        internal override void SendSystemMessage(ISystemMessage message)
        {
            switch (message)
            {
                case Failed failed:
                    eventStream.Publish(new Error(failed.Cause, Path.ToString(), GetType(), "The root guardian failed; the actor system stops."));
                    ((IInternalActorRef)failed.Child).Stop();
                    break;
                case DeathWatchNotification:
                    terminated.TrySetResult();
                    break;
            }
        }
    }
}
