using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// A digest of a whole key-value state that costs the same whatever the state's size: the sum, modulo 2^64, of a hash
/// of each key with its version and value. A write adds the new hash and takes the old one away, so equal states have
/// equal digests in whatever order they were reached.
/// </summary>
/// <remarks>
/// It tells replicas that went apart by accident from replicas that are equal; it is no protection against somebody who
/// builds collisions.
/// </remarks>
internal static class StateDigest
{
    /// <summary>
    /// The hash of one key with its version and value: the XXH3 of the value, seeded with that of the key, seeded with
    /// the version.
    /// </summary>
    public static ulong Of(string key, long version, ReadOnlySpan<byte> value) =>
        XxHash3.HashToUInt64(value,
            unchecked((long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()), version)));
}
