using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.TestKit;

#pragma warning disable CS0660, CS0661 // Equals and GetHashCode are those of the base class.

/// <summary>An actor that runs on the thread that tells it something, and whose insides a spec can look at.</summary>
public class TestActorRef<TActor> : TestActorRefBase<TActor>
    where TActor : ActorBase
{
    public TestActorRef(ActorSystem system, Props actorProps, IActorRef? supervisor = null, string? name = null)
        : base(system, actorProps, supervisor, name)
    {
    }

    public static bool operator ==(TestActorRef<TActor>? testActorRef, IActorRef? actorRef) => AreSame(testActorRef, actorRef);

    public static bool operator !=(TestActorRef<TActor>? testActorRef, IActorRef? actorRef) => !AreSame(testActorRef, actorRef);

    public static bool operator ==(IActorRef? actorRef, TestActorRef<TActor>? testActorRef) => AreSame(testActorRef, actorRef);

    public static bool operator !=(IActorRef? actorRef, TestActorRef<TActor>? testActorRef) => !AreSame(testActorRef, actorRef);
}

#pragma warning restore CS0660, CS0661

public abstract class TestActorRefBase<TActor> : IActorRef, IInternalActorRef
    where TActor : ActorBase
{
    private readonly LocalActorRef _ref;

    protected TestActorRefBase(ActorSystem system, Props actorProps, IActorRef? supervisor = null, string? name = null)
    {
        var props = actorProps.Dispatcher is null ? actorProps.WithDispatcher(CallingThreadDispatcher.Id) : actorProps;
        var parent = supervisor switch
        {
            null => ((ExtendedActorSystem)system).Guardian,
            TestProbe probe => probe.Ref,
            _ => supervisor,
        };
        _ref = (LocalActorRef)((LocalActorRef)parent).Cell.ActorOf(props, name);
    }

    public IActorRef Ref => _ref;

    public ActorPath Path => _ref.Path;

    /// <summary>The instance that runs at present: another one after a restart.</summary>
    public TActor UnderlyingActor
    {
        get
        {
            if (_ref.IsTerminated)
                throw new IllegalActorStateException("Underlying actor is terminated");

            // Only on another dispatcher than the calling thread is there anything to wait for.
            SpinWait.SpinUntil(() => _ref.Cell.Actor is not null, TestKitExtension.For(_ref.Cell.System).DefaultTimeout);
            return (TActor)_ref.Cell.Actor!;
        }
    }

    bool IActorRefScope.IsLocal => _ref.IsLocal;

    IInternalActorRef IInternalActorRef.Parent => _ref.Parent;

    IActorRefProvider IInternalActorRef.Provider => _ref.Provider;

    bool IInternalActorRef.IsTerminated => _ref.IsTerminated;

    /// <summary>Lets the actor handle a message here and now; what it throws is thrown to the spec, and no supervisor learns of it.</summary>
    public void Receive(object message, IActorRef? sender = null) => _ref.Cell.HandleHere(message, sender.IsNobody() ? null : sender);

    public void Tell(object message) => _ref.Tell(message);

    public void Tell(object message, IActorRef? sender) => _ref.Tell(message, sender);

    public void Forward(object message) => _ref.Forward(message);

    public void Watch(IActorRef subject) => _ref.Cell.Watch(subject);

    public void Unwatch(IActorRef subject) => _ref.Cell.Unwatch(subject);

    public override string ToString() => $"TestActor[{Path}]";

    public override bool Equals(object? obj) => _ref.Equals(Unwrapped(obj));

    public bool Equals(IActorRef? other) => _ref.Equals(Unwrapped(other));

    public override int GetHashCode() => _ref.GetHashCode();

    public int CompareTo(object? obj) => ((IComparable)_ref).CompareTo(Unwrapped(obj));

    public static bool operator ==(TestActorRefBase<TActor>? testActorRef, IActorRef? actorRef) => AreSame(testActorRef, actorRef);

    public static bool operator !=(TestActorRefBase<TActor>? testActorRef, IActorRef? actorRef) => !AreSame(testActorRef, actorRef);

    public static bool operator ==(IActorRef? actorRef, TestActorRefBase<TActor>? testActorRef) => AreSame(testActorRef, actorRef);

    public static bool operator !=(IActorRef? actorRef, TestActorRefBase<TActor>? testActorRef) => !AreSame(testActorRef, actorRef);

    int IComparable<IActorRef>.CompareTo(IActorRef? other) => CompareTo(other);

    void IInternalActorRef.SendSystemMessage(ISystemMessage message) => _ref.SendSystemMessage(message);

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => _ref.GetChild(name);

    void IInternalActorRef.Resume(Exception? causedByFailure) => _ref.Resume(causedByFailure);

    void IInternalActorRef.Start() => _ref.Start();

    void IInternalActorRef.Stop() => _ref.Stop();

    void IInternalActorRef.Restart(Exception cause) => _ref.Restart(cause);

    void IInternalActorRef.Suspend() => _ref.Suspend();

    private protected static bool AreSame(TestActorRefBase<TActor>? testActorRef, IActorRef? actorRef) =>
        testActorRef is null ? actorRef is null : testActorRef.Equals(actorRef);

    private static object? Unwrapped(object? other) => other is TestActorRefBase<TActor> testRef ? testRef._ref : other;

    private static IActorRef? Unwrapped(IActorRef? other) => other is TestActorRefBase<TActor> testRef ? testRef._ref : other;
}
