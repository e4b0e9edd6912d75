namespace Akka.Persistence;

/// <summary>A persistent actor whose handlers are given by type, in its constructor or inside <see cref="Become(Action)"/>.</summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly MessageHandlers _recoverHandlers = new();
    private readonly MessageHandlers _commandHandlers = new();

    /// <summary>Those that the handlers now being configured belong to.</summary>
    private MessageHandlers _configured;

    protected ReceivePersistentActor() => _configured = _commandHandlers;

    protected sealed override void OnCommand(object message) => Handle(_commandHandlers, message);

    protected sealed override void OnRecover(object message) => Handle(_recoverHandlers, message);

    protected void Become(Action configure)
    {
        var handlers = Configure(configure);
        Become(message => Handle(handlers, message));
    }

    protected void BecomeStacked(Action configure)
    {
        var handlers = Configure(configure);
        BecomeStacked(message => Handle(handlers, message));
    }

    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => _configured.Add(handler, shouldHandle);

    protected void Command<T>(Predicate<T> shouldHandle, Action<T> handler) => _configured.Add(handler, shouldHandle);

    protected void Command<T>(Func<T, bool> handler) => _configured.Add(handler);

    protected void Command(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        _configured.Add(messageType, handler, shouldHandle);

    protected void Command(Type messageType, Func<object, bool> handler) => _configured.Add(messageType, handler);

    protected void CommandAny(Action<object> handler) => _configured.AddAny(handler);

    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => _recoverHandlers.Add(handler, shouldHandle);

    protected void Recover<T>(Predicate<T> shouldHandle, Action<T> handler) => _recoverHandlers.Add(handler, shouldHandle);

    protected void Recover<T>(Func<T, bool> handler) => _recoverHandlers.Add(handler);

    protected void Recover(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        _recoverHandlers.Add(messageType, handler, shouldHandle);

    protected void RecoverAny(Action<object> handler) => _recoverHandlers.AddAny(handler);

    private MessageHandlers Configure(Action configure)
    {
        var outer = _configured;
        _configured = new MessageHandlers();
        try
        {
            configure();
            return _configured;
        }
        finally
        {
            _configured = outer;
        }
    }

    private void Handle(MessageHandlers handlers, object message)
    {
        if (!handlers.TryHandle(message))
            Unhandled(message);
    }
}
