namespace RaftNode.Host.KeyValue;

/// <summary>
/// A command, query or answer of the key-value store, which <see cref="KeyValueSerializer"/> writes and reads.
/// </summary>
internal interface IKeyValueMessage;

/// <summary>Sets the value of a key, whether or not the key has one.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; not to be modified.</param>
/// <param name="Condition">The condition for the write.</param>
internal sealed record PutValue(string Key, ReadOnlyMemory<byte> Value, WriteCondition Condition) : IKeyValueMessage;

/// <summary>Deletes the value of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Condition">The condition for the deletion.</param>
internal sealed record DeleteValue(string Key, WriteCondition Condition) : IKeyValueMessage;

/// <summary>The outcomes of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>This version does not know the command. Nothing was done.</summary>
    Unsupported = 0,

    /// <summary>The key had no value and has one now.</summary>
    Created = 1,

    /// <summary>The key's value was replaced.</summary>
    Replaced = 2,

    /// <summary>The key's value was deleted.</summary>
    Deleted = 3,

    /// <summary>The key had no value to delete.</summary>
    NotFound = 4,

    /// <summary>The condition did not hold. Nothing was done.</summary>
    ConditionFailed = 5,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Version">
/// The index of the entry that wrote the present value or that deleted it; 0 if there is none.
/// </param>
internal sealed record WriteResult(WriteOutcome Outcome, long Version) : IKeyValueMessage;

/// <summary>Asks for a key's value.</summary>
/// <param name="Key">The key.</param>
internal sealed record GetValue(string Key) : IKeyValueMessage;

/// <summary>A key's value.</summary>
/// <param name="Version">The index of the entry that wrote the value.</param>
/// <param name="Value">The value; not to be modified.</param>
internal sealed record ValueFound(long Version, ReadOnlyMemory<byte> Value) : IKeyValueMessage;

/// <summary>The key has no value.</summary>
internal sealed record ValueNotFound : IKeyValueMessage
{
    /// <summary>The only instance.</summary>
    public static readonly ValueNotFound Instance = new();
}

/// <summary>
/// Asks for keys, in the order of their UTF-16 code units. The node's own state machine answers it, so it is never sent
/// to another node.
/// </summary>
/// <param name="Prefix">What the keys begin with.</param>
/// <param name="After">The keys come after this one.</param>
/// <param name="Limit">The most keys to answer.</param>
internal sealed record ListKeys(string Prefix, string After, int Limit);

/// <summary>Some keys.</summary>
/// <param name="Keys">The keys, in order.</param>
/// <param name="HasMore">Whether more keys follow.</param>
internal sealed record KeyPage(IReadOnlyList<ListedKey> Keys, bool HasMore);

/// <summary>A key that has a value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Version">The index of the entry that wrote the value.</param>
/// <param name="Bytes">The size of the value in bytes.</param>
internal readonly record struct ListedKey(string Key, long Version, int Bytes);
