using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>
/// The serializer of the messages between peers and of the journal's events: raft.proto, with a short manifest for each
/// type. Bytes that cannot be parsed become a <see cref="MalformedMessage"/>. An exception would end the connection
/// over which they came.
/// </summary>
public sealed class RaftSerializer : SerializerWithStringManifest
{
    private long _room;

    /// <summary>Creates the serializer.</summary>
    /// <param name="system">The actor system.</param>
    public RaftSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 6214;

    /// <summary>The serializers of the actor system, for commands and responses.</summary>
    internal Serialization Serialization => system.Serialization;

    // Computed when it is first needed. When the actor system makes its serializers, it has no address yet.
    /// <summary>The most bytes that a response may have.</summary>
    internal long Room => _room != 0 ? _room : _room = RaftSettings.FrameRoom(system);

    /// <summary>The serializer of an actor system that has the extension.</summary>
    internal static RaftSerializer Of(ActorSystem system) =>
        (RaftSerializer)system.Serialization.FindSerializerForType(typeof(IRaftMessage));

    /// <inheritdoc/>
    public override string Manifest(object o) => MessageFormats.For(o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => MessageFormats.For(obj).Write(obj, this);

    /// <summary>The headers of recent messages.</summary>
    internal HeaderCache Headers { get; } = new();

    /// <summary>The message that <see cref="FromBinary"/> makes of a copy of the bytes.</summary>
    internal object Read(ReadOnlySpan<byte> bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                "AE" => AppendCodec.Read(bytes, Headers),
                "AER" => AppendReplyCodec.Read(bytes, Headers),
                _ => FromBinary(bytes.ToArray(), manifest),
            };
        }
        catch (Exception cause) when (IsOfBytes(cause))
        {
            return new MalformedMessage(manifest, cause.Message);
        }
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (MessageFormats.Find(manifest) is not { } format)
        {
            string problem = manifest is null ? "It has no manifest." : "The manifest is not known.";
            return new MalformedMessage(manifest ?? "", problem) { IsUnknown = true };
        }
        try
        {
            return format.Read(bytes, this);
        }
        catch (Exception cause) when (IsOfBytes(cause))
        {
            return new MalformedMessage(manifest, cause.Message);
        }
    }

    private static bool IsOfBytes(Exception problem) =>
        problem is FormatException or InvalidProtocolBufferException or ArgumentException or OverflowException;
}
