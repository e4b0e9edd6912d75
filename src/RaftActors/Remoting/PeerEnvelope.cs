using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>The payload of a frame, if it is a message to a peer. The spans point into the received bytes.</summary>
internal readonly ref struct PeerEnvelope
{
    private const int Envelope = 2, Recipient = 1, Serialized = 2, Sender = 4, Number = 5, Path = 1;
    private const long Unnumbered = -1;

    private PeerEnvelope(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> message, int serializerId,
        ReadOnlySpan<byte> manifest)
    {
        RecipientPath = recipient;
        Message = message;
        SerializerId = serializerId;
        Manifest = manifest;
    }

    /// <summary>The recipient's path, with its address, in UTF-8.</summary>
    public ReadOnlySpan<byte> RecipientPath { get; }

    /// <summary>The serialized message.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>The identifier of the message's serializer.</summary>
    public int SerializerId { get; }

    /// <summary>The manifest of the message, in UTF-8.</summary>
    public ReadOnlySpan<byte> Manifest { get; }

    /// <summary>Reads the payload of a frame.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="envelope">The envelope that was read.</param>
    /// <returns>
    /// Whether the payload is a message of a peer: it has a serializer, has no sender and is not sent reliably.
    /// Akka.Remote handles every other payload, also a malformed one.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out PeerEnvelope envelope)
    {
        try
        {
            return Read(payload, out envelope);
        }
        catch (FormatException)
        {
            envelope = default;
            return false;
        }
    }

    private static bool Read(ReadOnlySpan<byte> payload, out PeerEnvelope envelope)
    {
        envelope = default;
        ReadOnlySpan<byte> content = default, recipient = default, serialized = default;
        long number = 0;
        var reader = new ProtoReader(payload);
        while (!reader.AtEnd)
        {
            if (reader.Tag() is not (Envelope, ProtoReader.Delimited))
                return false;
            content = payload[reader.Delimit()];
        }
        reader = new ProtoReader(content);
        while (!reader.AtEnd)
        {
            switch (reader.Tag())
            {
                case (Recipient, ProtoReader.Delimited):
                    recipient = content[reader.Delimit()];
                    break;
                case (Serialized, ProtoReader.Delimited):
                    serialized = content[reader.Delimit()];
                    break;
                case (Number, ProtoReader.Fixed64):
                    number = reader.Fixed();
                    break;
                default:
                    return false;
            }
        }
        return number == Unnumbered && ReadMessage(ProtoReader.LastOf(recipient, Path), serialized, out envelope);
    }

    private static bool ReadMessage(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> serialized,
        out PeerEnvelope envelope)
    {
        ReadOnlySpan<byte> message = default, manifest = default;
        int serializerId = 0;
        var reader = new ProtoReader(serialized);
        while (!reader.AtEnd)
        {
            switch (reader.Tag())
            {
                case (1, ProtoReader.Delimited):
                    message = serialized[reader.Delimit()];
                    break;
                case (2, ProtoReader.Varint):
                    serializerId = (int)reader.Int64();
                    break;
                case (3, ProtoReader.Delimited):
                    manifest = serialized[reader.Delimit()];
                    break;
                case var (_, type):
                    reader.Skip(type);
                    break;
            }
        }
        envelope = new PeerEnvelope(recipient, message, serializerId, manifest);
        return !recipient.IsEmpty;
    }
}
