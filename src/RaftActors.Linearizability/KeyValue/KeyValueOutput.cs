namespace RaftActors.Linearizability.KeyValue;

/// <summary>The answer of a key-value store.</summary>
/// <param name="Done">
/// Whether the operation took place. <c>false</c> if the condition of a compare-and-set or create did not hold, or if a
/// delete found no value.
/// </param>
/// <param name="Value">The value that a get found; <c>null</c> if the key has none.</param>
/// <param name="Existed">Whether the key had a value before a put; <c>null</c> if the store does not say.</param>
public sealed record KeyValueOutput(bool Done, string? Value = null, bool? Existed = null)
{
    /// <summary>The operation took place.</summary>
    public static KeyValueOutput Yes { get; } = new(true);

    /// <summary>The operation changed nothing: its condition did not hold, or there was nothing to delete.</summary>
    public static KeyValueOutput No { get; } = new(false);

    /// <summary>The answer to a get.</summary>
    public static KeyValueOutput Found(string? value) => new(true, value);

    /// <summary>The answer to a put that says whether the key had a value before.</summary>
    public static KeyValueOutput Replaced(bool existed) => new(true, null, existed);
}
