namespace RaftNode.Host.KeyValue;

/// <summary>A key that was given a value, or whose value was deleted.</summary>
/// <param name="Index">The index of the entry that did it.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; <c>null</c> when it was deleted.</param>
internal readonly record struct Change(long Index, string Key, ReadOnlyMemory<byte>? Value);
