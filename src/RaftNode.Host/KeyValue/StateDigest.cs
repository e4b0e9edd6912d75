using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// A digest of a whole key-value state that costs the same whatever the state's size: the sum, modulo 2^64, of a hash of each key with its version and value.
/// A write adds the new hash and takes the old one away, so equal states have equal digests in whatever order they were reached.
/// </summary>
/// <remarks>It tells replicas that went apart by accident from replicas that are equal; it is no protection against somebody who builds collisions.</remarks>
internal static class StateDigest
{
    // Odd constants with well-spread bits (the fractional parts of square roots of primes).
    private const ulong Seed = 0x6a09e667f3bcc909;
    private const ulong Mixer = 0xbb67ae8584caa73b;
    private const ulong Lane = 0x3c6ef372fe94f82b;

    /// <summary>The hash of one key with its version and value.</summary>
    public static ulong Of(string key, long version, ReadOnlySpan<byte> value)
    {
        var hash = Absorb(Seed, MemoryMarshal.AsBytes(key.AsSpan()));
        hash = Mix(hash ^ (ulong)version, Mixer);
        return Absorb(hash, value);
    }

    private static ulong Absorb(ulong hash, ReadOnlySpan<byte> bytes)
    {
        var length = (ulong)bytes.Length;
        while (bytes.Length >= 16)
        {
            hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ Mixer, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }
        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        bytes.CopyTo(rest);
        hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Mixer, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ hash);
        return Mix(hash ^ length, Lane);
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
