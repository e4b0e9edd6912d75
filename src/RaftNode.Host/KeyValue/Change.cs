namespace RaftNode.Host.KeyValue;

/// <summary>A change of one key: a new value, or a deletion.</summary>
/// <param name="Index">The index of the entry that made the change.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The new value; <c>null</c> if the value was deleted.</param>
internal readonly record struct Change(long Index, string Key, ReadOnlyMemory<byte>? Value);
