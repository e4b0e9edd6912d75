namespace RaftActors.Linearizability.KeyValue;

/// <summary>What a key-value store answers.</summary>
/// <param name="Done">
/// Whether it was done: <c>false</c> when the condition of a compare-and-set or create did not hold or there was
/// nothing to delete.
/// </param>
/// <param name="Value">Of a get, the value; <c>null</c> when the key has none.</param>
/// <param name="Existed">Of a put, whether the key had a value before; <c>null</c> when the store does not say.</param>
public sealed record KeyValueOutput(bool Done, string? Value = null, bool? Existed = null)
{
    /// <summary>It was done.</summary>
    public static KeyValueOutput Yes { get; } = new(true);

    /// <summary>The condition did not hold, or there was nothing to delete; nothing was done.</summary>
    public static KeyValueOutput No { get; } = new(false);

    /// <summary>The answer to a get.</summary>
    public static KeyValueOutput Found(string? value) => new(true, value);

    /// <summary>The answer to a put that says whether the key had a value before.</summary>
    public static KeyValueOutput Replaced(bool existed) => new(true, null, existed);
}
