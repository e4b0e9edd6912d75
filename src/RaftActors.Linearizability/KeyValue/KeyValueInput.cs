namespace RaftActors.Linearizability.KeyValue;

/// <summary>The operations of a key-value store.</summary>
public enum KeyValueKind
{
    /// <summary>Reads the value of a key.</summary>
    Get,

    /// <summary>Sets the value of a key, whether or not the key had a value.</summary>
    Put,

    /// <summary>Removes the value of a key.</summary>
    Delete,

    /// <summary>Sets or removes the value of a key if the key has the expected value.</summary>
    CompareAndSet,

    /// <summary>Sets the value of a key if the key has none.</summary>
    Create,
}

/// <summary>An operation that a client asks of a key-value store.</summary>
/// <param name="Kind">Which operation.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">
/// The new value of a put, create or compare-and-set. In a compare-and-set, <c>null</c> removes the value.
/// </param>
/// <param name="Expected">
/// The value that a compare-and-set expects; <c>null</c> if it expects that the key has no value.
/// </param>
public sealed record KeyValueInput(KeyValueKind Kind, string Key, string? Value = null, string? Expected = null)
{
    /// <summary>Reads the value of a key.</summary>
    public static KeyValueInput Get(string key) => new(KeyValueKind.Get, key);

    /// <summary>Sets the value of a key.</summary>
    public static KeyValueInput Put(string key, string value) => new(KeyValueKind.Put, key, value);

    /// <summary>Removes the value of a key.</summary>
    public static KeyValueInput Delete(string key) => new(KeyValueKind.Delete, key);

    /// <summary>
    /// Sets the value of a key to <paramref name="value"/>, or removes it for <c>null</c>, if the key has the value
    /// <paramref name="expected"/>, or has none for <c>null</c>.
    /// </summary>
    public static KeyValueInput CompareAndSet(string key, string? expected, string? value) =>
        new(KeyValueKind.CompareAndSet, key, value, expected);

    /// <summary>Sets the value of a key if the key has none.</summary>
    public static KeyValueInput Create(string key, string value) => new(KeyValueKind.Create, key, value);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        KeyValueKind.Get => $"get {Key}",
        KeyValueKind.Put => $"put {Key} {Text(Value)}",
        KeyValueKind.Delete => $"delete {Key}",
        KeyValueKind.CompareAndSet => $"compare-and-set {Key} {Text(Expected)} {Text(Value)}",
        _ => $"create {Key} {Text(Value)}",
    };

    internal static string Text(string? value) => value is null ? "none" : $"\"{value}\"";
}
