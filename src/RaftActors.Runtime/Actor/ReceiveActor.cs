using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>An actor whose behaviour is a list of handlers by message type; the first that fits handles the message.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private List<Receive>? _collecting = [];
    private Receive[] _initial = [];

    protected ReceiveActor()
    {
    }

    protected sealed override void OnReceive(object message)
    {
        if (!Handle(_initial, message))
            Unhandled(message);
    }

    internal sealed override void Constructed()
    {
        _initial = [.. _collecting!];
        _collecting = null;
    }

    protected void Become(Action configure) => base.Become(Collect(configure));

    protected void BecomeStacked(Action configure) => base.BecomeStacked(Collect(configure));

    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Add(shouldHandle is null
        ? message =>
        {
            if (message is not T typed)
                return false;
            handler(typed);
            return true;
        }
        : message =>
        {
            if (message is not T typed || !shouldHandle(typed))
                return false;
            handler(typed);
            return true;
        });

    protected void Receive<T>(Predicate<T>? shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(message => message is T typed && handler(typed));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) => Add(message =>
    {
        if (!messageType.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            return false;
        handler(message);
        return true;
    });

    protected void Receive(Type messageType, Predicate<object>? shouldHandle, Action<object> handler) => Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) => Add(message => messageType.IsInstanceOfType(message) && handler(message));

    protected void ReceiveAny(Action<object> handler) => Add(message =>
    {
        handler(message);
        return true;
    });

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Receive(message => ActorTaskScheduler.RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync<T>(Predicate<T>? shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Receive(messageType, message => ActorTaskScheduler.RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync(Type messageType, Predicate<object>? shouldHandle, Func<object, Task> handler) => ReceiveAsync(messageType, handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAny(message => ActorTaskScheduler.RunTask(() => handler(message)));

    private static bool Handle(Receive[] handlers, object message)
    {
        foreach (var handler in handlers)
        {
            if (handler(message))
                return true;
        }
        return false;
    }

    private Receive Collect(Action configure)
    {
        // Inside the constructor the handlers of a behaviour must not mix with the initial ones.
        var outer = _collecting;
        var collecting = _collecting = [];
        configure();
        Receive[] handlers = [.. collecting];
        _collecting = outer;
        return message => Handle(handlers, message);
    }

    private void Add(Receive handler) =>
        (_collecting ?? throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().")).Add(handler);
}
