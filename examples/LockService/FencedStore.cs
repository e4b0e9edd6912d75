namespace LockService;

/// <summary>
/// What a lock protects, wherever it is: it refuses whoever had the lock before one that it has already seen.
/// </summary>
public sealed class FencedStore<T>
{
    private readonly Lock _lock = new();
    private long _highest;

    /// <summary>The value.</summary>
    public T? Value { get; private set; }

    /// <summary>Replaces the value.</summary>
    /// <param name="token">The fencing token of who writes.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it was written: not, when a later holder of the lock was here before.</returns>
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
