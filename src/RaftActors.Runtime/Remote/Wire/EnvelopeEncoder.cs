using System.Text;

namespace Akka.Remote.Wire;

/// <summary>
/// A frame that carries one message. Lengths stand before what they measure, at four levels, so everything is measured first and then written
/// once, straight into the buffer that goes to the socket.
/// </summary>
internal readonly ref struct EnvelopeEncoder
{
    /// <summary>The number of a message that is not sent reliably.</summary>
    public const ulong Unnumbered = ulong.MaxValue;

    private readonly ReadOnlySpan<byte> _recipient;
    private readonly ReadOnlySpan<byte> _sender;
    private readonly ReadOnlySpan<byte> _message;
    private readonly string? _manifest;
    private readonly int _manifestLength;
    private readonly int _serializerId;
    private readonly ulong _seq;
    private readonly int _payloadLength;
    private readonly int _envelopeLength;

    /// <summary>Paths are in UTF-8, with address and uid; an empty sender is none.</summary>
    public EnvelopeEncoder(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> message, int serializerId, string? manifest, ulong seq = Unnumbered)
    {
        _recipient = recipient;
        _sender = sender;
        _message = message;
        _manifest = manifest;
        _manifestLength = string.IsNullOrEmpty(manifest) ? 0 : Encoding.UTF8.GetByteCount(manifest);
        _serializerId = serializerId;
        _seq = seq;
        _payloadLength = ProtoWriter.SizeOfOptionalField(message.Length)
            + (serializerId == 0 ? 0 : 1 + ProtoWriter.SizeOf((ulong)serializerId))
            + ProtoWriter.SizeOfOptionalField(_manifestLength);
        _envelopeLength = ProtoWriter.SizeOfField(ProtoWriter.SizeOfOptionalField(recipient.Length))
            + ProtoWriter.SizeOfField(_payloadLength)
            + (sender.IsEmpty ? 0 : ProtoWriter.SizeOfField(ProtoWriter.SizeOfField(sender.Length)))
            + (seq == 0 ? 0 : 9);
    }

    /// <summary>The whole frame's size, the four bytes of its length included.</summary>
    public int Size => Frame.LengthBytes + ProtoWriter.SizeOfField(ProtoWriter.SizeOfField(_envelopeLength));

    /// <summary>Fills room of exactly <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> room)
    {
        var writer = new ProtoWriter(room);
        writer.FrameLength(room.Length - Frame.LengthBytes);
        writer.Open(1, ProtoWriter.SizeOfField(_envelopeLength));
        writer.Open(2, _envelopeLength);
        writer.Open(1, ProtoWriter.SizeOfOptionalField(_recipient.Length));
        writer.Bytes(1, _recipient);
        writer.Open(2, _payloadLength);
        writer.Bytes(1, _message);
        writer.Int32(2, _serializerId);
        writer.Utf8(3, _manifest, _manifestLength);
        if (!_sender.IsEmpty)
        {
            writer.Open(4, ProtoWriter.SizeOfField(_sender.Length));
            writer.Bytes(1, _sender);
        }
        writer.Fixed(5, _seq);
    }

    public byte[] ToArray()
    {
        var frame = new byte[Size];
        Write(frame);
        return frame;
    }
}
