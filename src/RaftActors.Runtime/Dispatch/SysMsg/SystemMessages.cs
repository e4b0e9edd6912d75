using Akka.Actor;

namespace Akka.Dispatch.SysMsg;

/// <summary>What keeps actors alive, supervised and watched; handled before every ordinary message.</summary>
internal interface ISystemMessage : INoSerializationVerificationNeeded;

/// <summary>A link of a mailbox's list of system messages: one object must not be sent to two actors.</summary>
internal abstract class SystemMessage : ISystemMessage
{
    internal SystemMessage? Next;
}

/// <summary>Waits until a failed or suspended actor was told what to do.</summary>
internal interface IStashWhenFailed;

/// <summary>Waits until the children of a terminating or restarting actor are gone.</summary>
internal interface IStashWhenWaitingForChildren;

internal sealed class Create : SystemMessage;

internal sealed class Recreate(Exception cause) : SystemMessage, IStashWhenWaitingForChildren
{
    public Exception Cause { get; } = cause;
}

internal sealed class Suspend : SystemMessage, IStashWhenWaitingForChildren;

internal sealed class Resume(Exception? causedByFailure) : SystemMessage, IStashWhenWaitingForChildren
{
    public Exception? CausedByFailure { get; } = causedByFailure;
}

internal sealed class Terminate : SystemMessage, IPossiblyHarmful, Event.IDeadLetterSuppression;

internal sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage, IStashWhenFailed, IStashWhenWaitingForChildren
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public long Uid { get; } = uid;

    public override string ToString() => $"<Failed>: {Child} ({Uid}) {Cause.Message}";
}

internal sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Watch>: {Watcher} wants to watch {Watchee}";
}

internal sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    public IInternalActorRef Watchee { get; } = watchee;

    public IInternalActorRef Watcher { get; } = watcher;

    public override string ToString() => $"<Unwatch>: {Watcher} wants to unwatch {Watchee}";
}

internal sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated) : SystemMessage, Event.IDeadLetterSuppression
{
    public IActorRef Actor { get; } = actor;

    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    public bool AddressTerminated { get; } = addressTerminated;

    public override string ToString() => $"<DeathWatchNotification>: {Actor}, ExistenceConfirmed={ExistenceConfirmed}, AddressTerminated={AddressTerminated}";
}

/// <summary>A step of an asynchronous handler, run while the actor's ordinary messages wait.</summary>
internal sealed class ActorTaskStep(ActorTaskScheduler scheduler, Task? task, object? message, Exception? exception) : SystemMessage, Event.IDeadLetterSuppression
{
    public ActorTaskScheduler Scheduler { get; } = scheduler;

    public Task? Task { get; } = task;

    public object? Message { get; } = message;

    public Exception? Exception { get; } = exception;
}

/// <summary>Asks the system guardian to be told before the actor system goes down.</summary>
internal sealed class RegisterTerminationHook : INoSerializationVerificationNeeded
{
    public static RegisterTerminationHook Instance { get; } = new();
}

internal sealed class TerminationHook : INoSerializationVerificationNeeded
{
    public static TerminationHook Instance { get; } = new();
}

internal sealed class TerminationHookDone : INoSerializationVerificationNeeded
{
    public static TerminationHookDone Instance { get; } = new();
}

/// <summary>Tells the guardian or the system guardian to stop one of its children.</summary>
internal sealed class StopChild(IActorRef child) : INoSerializationVerificationNeeded
{
    public IActorRef Child { get; } = child;
}
