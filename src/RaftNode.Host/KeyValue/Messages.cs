namespace RaftNode.Host.KeyValue;

/// <summary>
/// A command, request or answer of the key-value store: what <see cref="KeyValueSerializer"/> writes and reads.
/// </summary>
internal interface IKeyValueMessage;

/// <summary>Gives a key a value, whether or not it had one.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; not to be modified.</param>
/// <param name="Condition">What must be so for it.</param>
internal sealed record PutValue(string Key, ReadOnlyMemory<byte> Value, WriteCondition Condition) : IKeyValueMessage;

/// <summary>Takes a key's value away.</summary>
/// <param name="Key">The key.</param>
/// <param name="Condition">What must be so for it.</param>
internal sealed record DeleteValue(string Key, WriteCondition Condition) : IKeyValueMessage;

/// <summary>What became of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>The command is of a kind that this version does not know; nothing was done.</summary>
    Unsupported = 0,

    /// <summary>The key had no value and has one now.</summary>
    Created = 1,

    /// <summary>The key's value was replaced.</summary>
    Replaced = 2,

    /// <summary>The key's value was deleted.</summary>
    Deleted = 3,

    /// <summary>There was nothing to delete.</summary>
    NotFound = 4,

    /// <summary>The condition did not hold; nothing was done.</summary>
    ConditionFailed = 5,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Version">
/// The index of the entry that wrote the present value, or that deleted it; 0 when there is none.
/// </param>
internal sealed record WriteResult(WriteOutcome Outcome, long Version) : IKeyValueMessage;

/// <summary>Asks for a key's value.</summary>
/// <param name="Key">The key.</param>
internal sealed record GetValue(string Key) : IKeyValueMessage;

/// <summary>A key's value.</summary>
/// <param name="Version">The index of the entry that wrote it.</param>
/// <param name="Value">The value; not to be modified.</param>
internal sealed record ValueFound(long Version, ReadOnlyMemory<byte> Value) : IKeyValueMessage;

/// <summary>The key has no value.</summary>
internal sealed record ValueNotFound : IKeyValueMessage
{
    /// <summary>The only instance.</summary>
    public static readonly ValueNotFound Instance = new();
}
