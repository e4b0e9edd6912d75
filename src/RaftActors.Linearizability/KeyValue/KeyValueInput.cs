namespace RaftActors.Linearizability.KeyValue;

/// <summary>What can be asked of a key-value store.</summary>
public enum KeyValueKind
{
    /// <summary>The value of a key.</summary>
    Get,

    /// <summary>A key gets a value, whether or not it had one.</summary>
    Put,

    /// <summary>A key's value is taken away.</summary>
    Delete,

    /// <summary>A key gets another value, or none, if it has a certain one.</summary>
    CompareAndSet,

    /// <summary>A key gets a value if it has none.</summary>
    Create,
}

/// <summary>What a client asks of a key-value store.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">
/// The new value of a put, create or compare-and-set; <c>null</c> in a compare-and-set takes the value away.
/// </param>
/// <param name="Expected">Of a compare-and-set, the value the key must have; <c>null</c>: none.</param>
public sealed record KeyValueInput(KeyValueKind Kind, string Key, string? Value = null, string? Expected = null)
{
    /// <summary>Asks for a key's value.</summary>
    public static KeyValueInput Get(string key) => new(KeyValueKind.Get, key);

    /// <summary>Gives a key a value.</summary>
    public static KeyValueInput Put(string key, string value) => new(KeyValueKind.Put, key, value);

    /// <summary>Takes a key's value away.</summary>
    public static KeyValueInput Delete(string key) => new(KeyValueKind.Delete, key);

    /// <summary>Gives a key a value, or none, if it has a certain one, or none.</summary>
    public static KeyValueInput CompareAndSet(string key, string? expected, string? value) =>
        new(KeyValueKind.CompareAndSet, key, value, expected);

    /// <summary>Gives a key a value if it has none.</summary>
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
