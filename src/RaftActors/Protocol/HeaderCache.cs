using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>
/// The headers of recent messages, with their encoded form. Two peers send each other the same header again and again,
/// until a term or something else in it changes. So most headers are neither encoded nor decoded. Any number of threads
/// may use the cache: a thread that finds another header in a slot replaces that header by its own.
/// </summary>
internal sealed class HeaderCache
{
    // A node with more groups than slots only gains less.
    private const int Slots = 256;

    private readonly Known?[] _sent = new Known?[Slots];
    private readonly Known?[] _received = new Known?[Slots];

    /// <summary>Encodes a header.</summary>
    public ReadOnlySpan<byte> Encode(PeerHeader header)
    {
        ref var slot = ref _sent[RuntimeHelpers.GetHashCode(header) % Slots];
        if (Volatile.Read(ref slot) is { } known && ReferenceEquals(known.Header, header))
            return known.Bytes;
        known = new Known(header, header.ToWire().ToByteArray());
        Volatile.Write(ref slot, known);
        return known.Bytes;
    }

    /// <summary>Decodes a header.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not a header.</exception>
    public PeerHeader Decode(ReadOnlySpan<byte> bytes)
    {
        ref var slot = ref _received[(int)(XxHash3.HashToUInt64(bytes) % Slots)];
        if (Volatile.Read(ref slot) is { } known && bytes.SequenceEqual(known.Bytes))
            return known.Header;
        var header = Wire.Header.Parser.ParseFrom(bytes).FromWire();
        Volatile.Write(ref slot, new Known(header, bytes.ToArray()));
        return header;
    }

    private sealed record Known(PeerHeader Header, byte[] Bytes);
}
