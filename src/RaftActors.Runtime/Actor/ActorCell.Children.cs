namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private readonly ActorChildren _children = new();
    private long _lastChildNumber = -1;

    public IActorRef ActorOf(Props props, string? name = null) => MakeChild(props, name, systemService: false);

    public IActorRef AttachChild(Props props, bool isSystemService, string? name) => MakeChild(props, name, isSystemService);

    public IEnumerable<IActorRef> GetChildren() => _children.All();

    public IActorRef Child(string name) => _children.Get(name) ?? (IActorRef)ActorRefs.Nobody;

    public IInternalActorRef GetSingleChild(string nameAndUid)
    {
        var (name, uid) = ActorPath.SplitNameAndUid(nameAndUid);
        return _children.Get(name) is { } child && (uid == 0 || uid == child.Path.Uid) ? child : ActorRefs.Nobody;
    }

    public void Stop(IActorRef child)
    {
        _children.ShallDie(child);
        ((IInternalActorRef)child).Stop();
    }

    /// <summary>A guardian is made beside its parent, not by it.</summary>
    internal void AddGuardian(IInternalActorRef guardian)
    {
        _children.Reserve(guardian.Path.Name);
        _children.Add(guardian);
        guardian.Start();
    }

    private static string Checked(string name)
    {
        if (name.Length == 0)
            throw new InvalidActorNameException("Actor name must not be empty.");
        return ActorPath.IsValidPathElement(name) ? name : throw new InvalidActorNameException(
            $"Illegal actor name [{name}]. Actor paths MUST: not start with `$`, not be empty, and only contain ASCII letters, digits and these special characters: `{ActorPath.ValidSymbols}`");
    }

    private IInternalActorRef MakeChild(Props props, string? givenName, bool systemService)
    {
        var name = givenName is null ? ActorNames.Generated(Interlocked.Increment(ref _lastChildNumber)) : Checked(givenName);
        _children.Reserve(name);
        IInternalActorRef child;
        try
        {
            child = SystemImpl.Provider.ActorOf(SystemImpl, props, _self, new ChildActorPath(_self.Path, name, SystemImpl.NewUid()), systemService);
            // A child that is made while its parent has failed waits with it.
            if (IsFailed)
            {
                for (var i = 0; i < Mailbox.SuspendCount; i++)
                    child.Suspend();
            }
            _children.Add(child);
        }
        catch
        {
            _children.Unreserve(name);
            throw;
        }
        child.Start();
        return child;
    }

    private void StopChildren()
    {
        foreach (var child in _children.All())
            Stop(child);
    }
}
