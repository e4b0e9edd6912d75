using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// A digest of a whole key-value state that costs the same whatever the state's size. It is the sum, modulo 2^64, of a
/// hash of each key with its version and value. A write adds the new hash and subtracts the old one. So equal states
/// have equal digests, in whatever order they were reached.
/// </summary>
/// <remarks>
/// The digest finds replicas that differ by accident. It does not protect against deliberate collisions.
/// </remarks>
internal static class StateDigest
{
    /// <summary>
    /// The hash of one key with its version and value: the XXH3 hash of the value, seeded with the hash of the key,
    /// which is seeded with the version.
    /// </summary>
    public static ulong Of(string key, long version, ReadOnlySpan<byte> value) =>
        XxHash3.HashToUInt64(value,
            unchecked((long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()), version)));
}
