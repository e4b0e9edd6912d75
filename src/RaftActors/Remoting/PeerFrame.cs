using System.Text;
using Akka.Actor;
using RaftActors.Protocol;
using static RaftActors.Protocol.ProtoWriter;

namespace RaftActors.Remoting;

/// <summary>
/// A frame with a message to a peer. It has the same bytes as the frame that Akka.Remote would send, but is made
/// without Akka.Remote's copies. First the whole frame is measured. Then it is written once, into the buffer that goes
/// to the socket.
/// </summary>
internal readonly ref struct PeerFrame
{
    // For a message that is not sent reliably.
    private const int UnnumberedBytes = 9;

    private readonly ReadOnlySpan<byte> _recipient;
    private readonly MessageHead _head;
    private readonly ReadOnlySpan<byte> _tail;
    private readonly string _manifest;
    private readonly int _serializedSize;
    private readonly int _envelopeSize;

    /// <summary>Measures a frame.</summary>
    /// <param name="recipient">The recipient, as <see cref="RecipientField"/> writes it.</param>
    /// <param name="serializer">The serializer.</param>
    /// <param name="message">The message.</param>
    public PeerFrame(ReadOnlySpan<byte> recipient, RaftSerializer serializer, PeerMessage message)
    {
        if (message is AppendEntries or AppendEntriesReply)
            _head = MessageHead.Of(message, serializer.Headers);
        _tail = message switch
        {
            AppendEntries append => append.Entries.Encoded.Span,
            AppendEntriesReply => [],
            _ => serializer.ToBinary(message),
        };
        _recipient = recipient;
        _manifest = serializer.Manifest(message);
        int content = _head.Size + _tail.Length;
        _serializedSize = FieldSize(content) + ProtoWriter.Int64Size(serializer.Identifier)
            + FieldSize(_manifest.Length);
        _envelopeSize = recipient.Length + FieldSize(_serializedSize) + UnnumberedBytes;
        SerializerId = serializer.Identifier;
    }

    /// <summary>The size of the whole frame, including the bytes of its length.</summary>
    public int Size => Frame.LengthBytes + FieldSize(FieldSize(_envelopeSize));

    private int SerializerId { get; }

    /// <summary>The recipient as a field of an envelope.</summary>
    public static byte[] RecipientField(ActorPath path)
    {
        string text = path.ToSerializationFormat();
        int length = Encoding.UTF8.GetByteCount(text);
        var field = new byte[FieldSize(FieldSize(length))];
        var writer = new ProtoWriter(field);
        writer.Length(1, FieldSize(length));
        writer.Length(1, length);
        writer.Text(text);
        return field;
    }

    /// <summary>Writes the frame into a buffer of <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> room)
    {
        Frame.WriteLength(room, room.Length - Frame.LengthBytes);
        int head = room.Length - UnnumberedBytes - ProtoWriter.Int64Size(SerializerId) - FieldSize(_manifest.Length)
            - _head.Size - _tail.Length;
        var writer = new ProtoWriter(room[Frame.LengthBytes..]);
        writer.Length(1, FieldSize(_envelopeSize));
        writer.Length(2, _envelopeSize);
        writer.Raw(_recipient);
        writer.Length(2, _serializedSize);
        writer.Length(1, _head.Size + _tail.Length);
        if (_head.Size > 0)
            _head.Write(room.Slice(head, _head.Size));
        _tail.CopyTo(room[(head + _head.Size)..]);
        writer = new ProtoWriter(room[(head + _head.Size + _tail.Length)..]);
        writer.Int64(2, SerializerId);
        writer.Length(3, _manifest.Length);
        writer.Text(_manifest);
        writer.Fixed64(5, ulong.MaxValue);
    }
}
