using System.Buffers.Binary;

namespace RaftActors.Protocol;

/// <summary>Reads protobuf fields. Malformed bytes throw a <see cref="FormatException"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The wire type of integers.</summary>
    public const int Varint = 0;

    /// <summary>The wire type of bytes, text and messages.</summary>
    public const int Delimited = 2;

    /// <summary>The wire type of numbers of eight bytes.</summary>
    public const int Fixed64 = 1;

    private const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The position of the reader.</summary>
    public int Position { get; private set; }

    /// <summary>Whether everything was read.</summary>
    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>Reads a tag: the field's number and wire type.</summary>
    public (int Field, int WireType) Tag()
    {
        long tag = Int64();
        return tag is > 7 and <= uint.MaxValue
            ? ((int)(tag >> 3), (int)(tag & 7))
            : throw new FormatException($"{tag} is no tag.");
    }

    /// <summary>Reads an integer.</summary>
    public long Int64() =>
        Position < _bytes.Length && _bytes[Position] < 0x80 ? _bytes[Position++] : LongInt64();

    private long LongInt64()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (AtEnd)
                throw new FormatException("An integer is cut off.");
            byte next = _bytes[Position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)value;
        }
        throw new FormatException("An integer is too long.");
    }

    /// <summary>Reads a number of eight bytes.</summary>
    public long Fixed()
    {
        int start = Position;
        Advance(8);
        return BinaryPrimitives.ReadInt64LittleEndian(_bytes[start..]);
    }

    /// <summary>Reads a length, skips that many bytes, and returns where they are.</summary>
    public Range Delimit()
    {
        long length = Int64();
        if (length < 0 || length > _bytes.Length - Position)
            throw new FormatException($"A field of {length} bytes is cut off.");
        int start = Position;
        Position += (int)length;
        return start..Position;
    }

    /// <summary>Skips the value of a field.</summary>
    public void Skip(int wireType)
    {
        switch (wireType)
        {
            case Varint: Int64(); break;
            case Delimited: Delimit(); break;
            case Fixed64: Advance(8); break;
            case Fixed32: Advance(4); break;
            default: throw new FormatException($"Wire type {wireType} is not known.");
        }
    }

    private void Advance(int count)
    {
        if (count > _bytes.Length - Position)
            throw new FormatException("A number is cut off.");
        Position += count;
    }

    /// <summary>
    /// The content of a field; empty when there is none. Of several the last counts, as in all of protobuf.
    /// </summary>
    public static ReadOnlySpan<byte> LastOf(ReadOnlySpan<byte> message, int wanted)
    {
        var reader = new ProtoReader(message);
        ReadOnlySpan<byte> content = default;
        while (!reader.AtEnd)
        {
            var (field, type) = reader.Tag();
            if (field == wanted && type == Delimited)
                content = message[reader.Delimit()];
            else
                reader.Skip(type);
        }
        return content;
    }
}
