namespace Akka.Persistence;

/// <summary>Handlers by type of message, tried in the order in which they were added.</summary>
internal sealed class MessageHandlers
{
    private readonly List<(Type Type, Func<object, bool> Handle)> _handlers = [];

    public void Add<T>(Func<T, bool> handler) => _handlers.Add((typeof(T), message => handler((T)message)));

    public void Add<T>(Action<T> handler, Predicate<T>? condition) => Add<T>(message =>
    {
        if (condition is not null && !condition(message))
            return false;
        handler(message);
        return true;
    });

    public void Add(Type type, Func<object, bool> handler) => _handlers.Add((type, handler));

    public void Add(Type type, Action<object> handler, Predicate<object>? condition) => Add(type, message =>
    {
        if (condition is not null && !condition(message))
            return false;
        handler(message);
        return true;
    });

    public void AddAny(Action<object> handler) => Add(handler, condition: null);

    public bool TryHandle(object message)
    {
        foreach (var (type, handle) in _handlers)
        {
            if (type.IsInstanceOfType(message) && handle(message))
                return true;
        }
        return false;
    }
}
