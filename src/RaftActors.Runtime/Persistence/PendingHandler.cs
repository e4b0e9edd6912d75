namespace Akka.Persistence;

/// <summary>A handler that waits for its event to be persisted.</summary>
internal readonly struct PendingHandler
{
    private readonly Delegate _handler;
    private readonly Action<Delegate, object> _invoke;

    private PendingHandler(Delegate handler, Action<Delegate, object> invoke, bool stashing)
    {
        _handler = handler;
        _invoke = invoke;
        IsStashing = stashing;
    }

    /// <summary>Whether commands wait for it.</summary>
    public bool IsStashing { get; }

    public static PendingHandler Of<TEvent>(Action<TEvent> handler, bool stashing) => new(handler, Invoker<TEvent>.Invoke, stashing);

    public void Invoke(object @event) => _invoke(_handler, @event);

    /// <summary>One delegate a type of event instead of a closure an event.</summary>
    private static class Invoker<TEvent>
    {
        public static readonly Action<Delegate, object> Invoke = static (handler, @event) => ((Action<TEvent>)handler)((TEvent)@event);
    }
}
