namespace RaftNode.Host.KeyValue;

/// <summary>
/// What two replicas compare to find out whether they are equal, without reading each other's values.
/// </summary>
/// <param name="Index">
/// The index of the last command applied. Replicas with the same index must have the same keys and digest.
/// </param>
/// <param name="Keys">The number of keys with a value.</param>
/// <param name="Digest">The digest of all keys, versions and values: see <see cref="StateDigest"/>.</param>
internal readonly record struct StateSummary(long Index, long Keys, ulong Digest);
