using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public abstract class ActorRefBase : IActorRef
{
    private protected ActorRefBase()
    {
    }

    public abstract ActorPath Path { get; }

    public void Tell(object message, IActorRef? sender) => TellInternal(message, sender);

    protected abstract void TellInternal(object message, IActorRef? sender);

    public override string ToString() => Path.Uid == 0 ? $"[{Path}]" : $"[{Path.ToStringWithUid()}]";

    public override bool Equals(object? obj) => Equals(obj as IActorRef);

    public bool Equals(IActorRef? other) => ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path.GetHashCode());

    public int CompareTo(object? obj) => obj is null or IActorRef ? CompareTo((IActorRef?)obj) : throw new ArgumentException($"Cannot compare {GetType()} with {obj.GetType()}", nameof(obj));

    public int CompareTo(IActorRef? other)
    {
        var byPath = Path.CompareTo(other?.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other!.Path.Uid);
    }
}

/// <summary>What the runtime itself can do with a reference.</summary>
internal interface IInternalActorRef : IActorRef, IActorRefScope
{
    IInternalActorRef Parent { get; }

    IActorRefProvider Provider { get; }

    bool IsTerminated { get; }

    /// <summary>Walks down from here; "..", "" and "name#uid" are understood. Nobody if there is no such actor.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    void Start();

    void Stop();

    void Suspend();

    void Resume(Exception? causedByFailure = null);

    void Restart(Exception cause);

    void SendSystemMessage(ISystemMessage message);
}

public abstract class InternalActorRefBase : ActorRefBase, IInternalActorRef
{
    private protected InternalActorRefBase()
    {
    }

    public abstract IActorRefProvider Provider { get; }

    public abstract bool IsTerminated { get; }

    public abstract bool IsLocal { get; }

    internal abstract IInternalActorRef Parent { get; }

    IInternalActorRef IInternalActorRef.Parent => Parent;

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => GetChild(name);

    void IInternalActorRef.SendSystemMessage(ISystemMessage message) => SendSystemMessage(message);

    public abstract void Start();

    public abstract void Stop();

    public abstract void Suspend();

    public abstract void Resume(Exception? causedByFailure = null);

    public abstract void Restart(Exception cause);

    internal abstract IActorRef GetChild(IReadOnlyList<string> name);

    internal abstract void SendSystemMessage(ISystemMessage message);
}

/// <summary>A reference with no actor behind it: everything that is not overridden does nothing.</summary>
public abstract class MinimalActorRef : InternalActorRefBase
{
    private protected MinimalActorRef()
    {
    }

    public override bool IsLocal => true;

    public override bool IsTerminated => false;

    internal override IInternalActorRef Parent => ActorRefs.Nobody;

    public override void Start()
    {
    }

    public override void Stop()
    {
    }

    public override void Suspend()
    {
    }

    public override void Resume(Exception? causedByFailure = null)
    {
    }

    public override void Restart(Exception cause)
    {
    }

    internal override IActorRef GetChild(IReadOnlyList<string> name) => name.All(string.IsNullOrEmpty) ? this : ActorRefs.Nobody;

    internal override void SendSystemMessage(ISystemMessage message)
    {
    }

    protected override void TellInternal(object message, IActorRef? sender)
    {
    }
}

/// <summary>The reference to no actor; what is told to it is gone.</summary>
public sealed class Nobody : MinimalActorRef
{
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems"), "") / "Nobody";

    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody does not provide");
}
