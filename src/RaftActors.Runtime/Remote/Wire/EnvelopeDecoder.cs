namespace Akka.Remote.Wire;

/// <summary>What a frame's payload holds: a message, an acknowledgement of system messages, or both. Spans point into the receive buffer.</summary>
internal ref struct EnvelopeDecoder
{
    public Ack? Ack { get; private set; }

    public bool HasMessage { get; private set; }

    /// <summary>The recipient's path in UTF-8.</summary>
    public ReadOnlySpan<byte> Recipient { get; private set; }

    /// <summary>The sender's path in UTF-8, empty for none.</summary>
    public ReadOnlySpan<byte> Sender { get; private set; }

    public ReadOnlySpan<byte> Message { get; private set; }

    public int SerializerId { get; private set; }

    public ReadOnlySpan<byte> Manifest { get; private set; }

    public ulong Seq { get; private set; }

    public EnvelopeDecoder(ReadOnlySpan<byte> container)
    {
        var reader = new ProtoReader(container);
        while (reader.NextField() is var field and not 0)
        {
            switch (field)
            {
                case 1:
                    Ack = Ack.Read(reader.Bytes());
                    break;
                case 2:
                    HasMessage = true;
                    ReadEnvelope(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadEnvelope(ReadOnlySpan<byte> envelope)
    {
        var reader = new ProtoReader(envelope);
        while (reader.NextField() is var field and not 0)
        {
            switch (field)
            {
                case 1:
                    Recipient = ReadPath(reader.Bytes());
                    break;
                case 2:
                    ReadPayload(reader.Bytes());
                    break;
                case 4:
                    Sender = ReadPath(reader.Bytes());
                    break;
                case 5:
                    Seq = reader.Fixed();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadPayload(ReadOnlySpan<byte> payload)
    {
        var reader = new ProtoReader(payload);
        while (reader.NextField() is var field and not 0)
        {
            switch (field)
            {
                case 1:
                    Message = reader.Bytes();
                    break;
                case 2:
                    SerializerId = reader.Int32();
                    break;
                case 3:
                    Manifest = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> ReadPath(ReadOnlySpan<byte> actorRef)
    {
        var reader = new ProtoReader(actorRef);
        ReadOnlySpan<byte> path = default;
        while (reader.NextField() is var field and not 0)
        {
            if (field == 1)
                path = reader.Bytes();
            else
                reader.Skip();
        }
        return path;
    }
}
