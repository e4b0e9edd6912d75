using Akka.Event;

namespace Akka.Actor;

/// <summary>What an actor does with a message; false if it does not handle it.</summary>
public delegate bool Receive(object message);

public delegate void UntypedReceive(object message);

public abstract class ActorBase
{
    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.BeingCreated
            ?? throw new ActorInitializationException("An actor cannot be made with new. Pass its Props to ActorOf.");
        _cell.Adopt(this);
    }

    protected static Receive EmptyReceive { get; } = static _ => false;

    protected static IActorContext Context => ActorCell.Current ?? throw new NotSupportedException(
        "There is no active ActorContext; it is only there while the actor handles a message, not in another thread or after an await outside the actor.");

    protected IActorRef Self => _cell.Self;

    protected IActorRef Sender => _cell.Sender;

    internal ActorCell Cell => _cell;

    /// <summary>That of the Props, or else the actor's own.</summary>
    internal SupervisorStrategy SupervisorStrategyInternal => field ??= _cell.Props.SupervisorStrategy ?? SupervisorStrategy();

    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (message is TimerMessage timer)
        {
            if (!_cell.TryUnwrap(timer, out var own))
                return true;
            message = own;
        }
        if (receive(message))
            return true;
        Unhandled(message);
        return false;
    }

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPreRestart(Exception cause, object? message)
    {
        _cell.CancelTimers();
        PreRestart(cause, message!);
    }

    public virtual void AroundPostRestart(Exception reason, object? message) => PostRestart(reason);

    public virtual void AroundPostStop()
    {
        _cell.CancelTimers();
        PostStop();
    }

    protected abstract bool Receive(object message);

    protected virtual void PreStart()
    {
    }

    protected virtual void PostStop()
    {
    }

    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }
        PostStop();
    }

    protected virtual void PostRestart(Exception reason) => PreStart();

    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    protected void Become(Receive receive) => Context.Become(receive);

    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    internal Receive InitialBehavior => Receive;

    /// <summary>Called once, when all constructors have run.</summary>
    internal virtual void Constructed()
    {
    }
}
