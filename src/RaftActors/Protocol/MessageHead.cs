using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>
/// An <see cref="AppendEntries"/> without its entries, or an <see cref="AppendEntriesReply"/>. It is measured first,
/// and then written once, into the buffer that goes to the socket.
/// </summary>
internal readonly ref struct MessageHead
{
    private readonly PeerMessage _message;
    private readonly ReadOnlySpan<byte> _header;
    private readonly IMessage? _rare;
    private readonly int _rareSize;

    private MessageHead(PeerMessage message, ReadOnlySpan<byte> header, IMessage? rare, int size)
    {
        _message = message;
        _header = header;
        _rare = rare;
        _rareSize = rare?.CalculateSize() ?? 0;
        Size = size + _rareSize;
    }

    /// <summary>The number of bytes.</summary>
    public int Size { get; }

    /// <summary>Measures an <see cref="AppendEntries"/>, or an <see cref="AppendEntriesReply"/>.</summary>
    public static MessageHead Of(PeerMessage message, HeaderCache headers)
    {
        var header = headers.Encode(message.Header);
        return message switch
        {
            AppendEntries append => new MessageHead(
                append, header, AppendCodec.RareFields(append), AppendCodec.SizeOf(append, header)),
            AppendEntriesReply reply => new MessageHead(
                reply, header, AppendReplyCodec.RareFields(reply), AppendReplyCodec.SizeOf(reply, header)),
            _ => throw new ArgumentException($"{message.GetType()} has no head.", nameof(message)),
        };
    }

    /// <summary>Writes the message into a buffer of <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> room)
    {
        var writer = new ProtoWriter(room);
        if (_message is AppendEntries append)
            AppendCodec.Write(ref writer, append, _header);
        else
            AppendReplyCodec.Write(ref writer, (AppendEntriesReply)_message, _header);
        _rare?.WriteTo(room[^_rareSize..]);
    }
}
