namespace LockService;

/// <summary>
/// The resource that a lock protects. It refuses a writer whose token is lower than one that it has seen: a later
/// holder of the lock has been here.
/// </summary>
public sealed class FencedStore<T>
{
    private readonly Lock _lock = new();
    private long _highest;

    /// <summary>The value.</summary>
    public T? Value { get; private set; }

    /// <summary>Replaces the value.</summary>
    /// <param name="token">The fencing token of the writer.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the value was written. <c>false</c> if a later holder of the lock has written.</returns>
    public bool TryWrite(long token, T value)
    {
        lock (_lock)
        {
            if (token < _highest)
                return false;
            (_highest, Value) = (token, value);
            return true;
        }
    }
}
