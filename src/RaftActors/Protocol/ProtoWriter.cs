using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RaftActors.Protocol;

/// <summary>Writes protobuf fields into a buffer of the exact size.</summary>
internal ref struct ProtoWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _position;

    /// <summary>The number of bytes of a varint.</summary>
    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>
    /// The number of bytes of an int64 or int32 field whose number is below 16. 0 for the value 0, which is not written.
    /// </summary>
    public static int Int64Size(long value) => value == 0 ? 0 : 1 + VarintSize((ulong)value);

    /// <summary>The number of bytes of an int64 or int32 field. 0 for the value 0, which is not written.</summary>
    public static int Int64Size(int field, long value) => value == 0 ? 0 : TagSize(field) + VarintSize((ulong)value);

    /// <summary>The number of bytes of an eight-byte number. 0 for the value 0, which is not written.</summary>
    public static int Fixed64Size(int field, ulong value) => value == 0 ? 0 : TagSize(field) + sizeof(ulong);

    /// <summary>The number of bytes of a field with so many bytes of content, whose number is below 16.</summary>
    public static int FieldSize(int content) => 1 + VarintSize((ulong)content) + content;

    /// <summary>Writes an int64 or int32 field. Writes nothing for the value 0.</summary>
    public void Int64(int field, long value)
    {
        if (value == 0)
            return;
        Varint((ulong)field << 3);
        Varint((ulong)value);
    }

    /// <summary>Writes the tag and the length of a field. Its bytes follow.</summary>
    public void Length(int field, int length)
    {
        Varint(((ulong)field << 3) | ProtoReader.Delimited);
        Varint((ulong)length);
    }

    /// <summary>Writes bytes.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_position..]);
        _position += bytes.Length;
    }

    /// <summary>Writes text as UTF-8.</summary>
    public void Text(string text) => _position += Encoding.UTF8.GetBytes(text, _buffer[_position..]);

    /// <summary>Writes an eight-byte number. Writes nothing for the value 0.</summary>
    public void Fixed64(int field, ulong value)
    {
        if (value == 0)
            return;
        Varint(((ulong)field << 3) | ProtoReader.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[_position..], value);
        _position += sizeof(ulong);
    }

    private static int TagSize(int field) => VarintSize((ulong)field << 3);

    private void Varint(ulong value)
    {
        while (value > 0x7F)
        {
            _buffer[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[_position++] = (byte)value;
    }
}
