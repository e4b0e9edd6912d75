using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Akka.Remote.Endpoints;

/// <summary>What paths and manifests that come in again and again stand for, found by their bytes. For one thread at a time; a newer entry may take an older one's place.</summary>
internal sealed class Utf8Cache<T>(int capacity) where T : class
{
    private const int LongestKey = 512;

    private readonly Entry[] _entries = new Entry[capacity];

    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out T? value)
    {
        var hash = Hash(key);
        ref var entry = ref _entries[hash % (uint)_entries.Length];
        value = entry.Hash == hash && entry.Value is not null && key.SequenceEqual(entry.Key) ? entry.Value : null;
        return value is not null;
    }

    public void Set(ReadOnlySpan<byte> key, T value)
    {
        if (key.Length > LongestKey)
            return;
        var hash = Hash(key);
        _entries[hash % (uint)_entries.Length] = new Entry(hash, key.ToArray(), value);
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = (ulong)key.Length * 0x9E3779B97F4A7C15;
        while (key.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(key)) * 0xD6E8FEB86659FD93;
            hash ^= hash >> 32;
            key = key[8..];
        }
        foreach (var b in key)
            hash = (hash ^ b) * 0x100000001B3;
        return (uint)(hash ^ (hash >> 29));
    }

    private readonly record struct Entry(uint Hash, byte[]? Key, T? Value);
}
