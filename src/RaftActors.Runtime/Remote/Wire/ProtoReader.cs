using System.Buffers.Binary;

namespace Akka.Remote.Wire;

/// <summary>Walks over the fields of one protobuf message in place.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _wireType;

    /// <summary>The number of the next field, 0 at the end.</summary>
    public int NextField()
    {
        if (_rest.IsEmpty)
            return 0;
        var tag = ReadVarint();
        var field = tag >> 3;
        if (field is 0 or > 0x1FFF_FFFF)
            throw new WireFormatException($"Impossible field number {field}");
        _wireType = (int)(tag & 7);
        return (int)field;
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(LengthDelimited);
        return Take(ReadVarint());
    }

    public ulong Fixed()
    {
        Expect(Fixed64);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    }

    public int Int32()
    {
        Expect(Varint);
        return unchecked((int)ReadVarint());
    }

    /// <summary>A repeated fixed64 field: packed, or one element of it unpacked.</summary>
    public void FixedInto(List<long> values)
    {
        var packed = _wireType == Fixed64 ? Take(8) : Bytes();
        if (packed.Length % 8 != 0)
            throw new WireFormatException($"A packed field of {packed.Length} bytes cannot hold 8-byte numbers");
        values.EnsureCapacity(values.Count + (packed.Length / 8));
        for (; !packed.IsEmpty; packed = packed[8..])
            values.Add(BinaryPrimitives.ReadInt64LittleEndian(packed));
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Take(8);
                break;
            case LengthDelimited:
                Take(ReadVarint());
                break;
            case Fixed32:
                Take(4);
                break;
            default:
                throw new WireFormatException($"Wire type {_wireType} is not used");
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
            throw new WireFormatException($"Wire type {_wireType} where {wireType} belongs");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new WireFormatException($"A field of {count} bytes where {_rest.Length} are left");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        if (!_rest.IsEmpty && _rest[0] < 0x80)
        {
            var small = _rest[0];
            _rest = _rest[1..];
            return small;
        }
        var value = 0UL;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }
        throw new WireFormatException("A number that does not end");
    }
}
