using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Akka.Remote.Wire;

/// <summary>Writes protobuf fields into room that was measured beforehand. Field numbers are below 16 throughout, so a tag is one byte.</summary>
internal ref struct ProtoWriter(Span<byte> room)
{
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;

    private readonly Span<byte> _room = room;
    private int _at;

    public readonly int Written => _at;

    public static int SizeOf(ulong varint) => ((BitOperations.Log2(varint | 1) * 9) + 73) >> 6;

    /// <summary>The size of a length-delimited field with its tag and length.</summary>
    public static int SizeOfField(int content) => 1 + SizeOf((uint)content) + content;

    /// <summary>Protobuf leaves out a field that has the value of its type's zero.</summary>
    public static int SizeOfOptionalField(int content) => content == 0 ? 0 : SizeOfField(content);

    /// <summary>Opens a length-delimited field; exactly this many bytes of it must follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Open(int field, int length)
    {
        _room[_at++] = (byte)((field << 3) | LengthDelimited);
        Varint((uint)length);
    }

    public void Bytes(int field, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return;
        Open(field, content.Length);
        content.CopyTo(_room[_at..]);
        _at += content.Length;
    }

    public void Utf8(int field, string? content, int length)
    {
        if (length == 0)
            return;
        Open(field, length);
        _at += Encoding.UTF8.GetBytes(content, _room[_at..]);
    }

    public void Int32(int field, int value)
    {
        if (value == 0)
            return;
        _room[_at++] = (byte)(field << 3);
        // A negative number is sent as 64 bits.
        Varint((ulong)value);
    }

    public void Fixed(int field, ulong value)
    {
        if (value == 0)
            return;
        _room[_at++] = (byte)((field << 3) | Fixed64);
        Fixed(value);
    }

    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_room[_at..], value);
        _at += 8;
    }

    /// <summary>The length that stands before every frame.</summary>
    public void FrameLength(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_room[_at..], length);
        _at += 4;
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _room[_at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _room[_at++] = (byte)value;
    }
}
