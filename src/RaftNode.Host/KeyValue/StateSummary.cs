namespace RaftNode.Host.KeyValue;

/// <summary>What two replicas compare to know whether they are the same, without reading each other's values.</summary>
/// <param name="Index">
/// The index of the last command applied. Replicas with the same index must agree in the rest.
/// </param>
/// <param name="Keys">How many keys have a value.</param>
/// <param name="Digest">The digest of all keys, versions and values: see <see cref="StateDigest"/>.</param>
internal readonly record struct StateSummary(long Index, long Keys, ulong Digest);
