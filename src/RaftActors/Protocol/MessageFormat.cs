using Google.Protobuf;

namespace RaftActors.Protocol;

/// <summary>A row of <see cref="MessageFormats"/>: how messages of one type are written and read.</summary>
/// <param name="type">The type of the messages.</param>
/// <param name="manifest">
/// Identifies the type on the wire and on the disk. Types that are read in the same way have the same manifest.
/// </param>
/// <param name="write">Encodes a message of the type.</param>
/// <param name="read">Decodes a message with the manifest.</param>
internal sealed class MessageFormat(
    Type type,
    string manifest,
    Func<object, RaftSerializer, byte[]> write,
    Func<byte[], RaftSerializer, IRaftMessage> read)
{
    /// <summary>The type of the messages.</summary>
    public Type Type { get; } = type;

    /// <summary>Identifies the type on the wire and on the disk.</summary>
    public string Manifest { get; } = manifest;

    /// <summary>A message that is encoded in the same way in all actor systems.</summary>
    public static MessageFormat Plain<T, TWire>(
        string manifest, Func<T, TWire> toWire, Func<TWire, IRaftMessage> fromWire)
        where TWire : class, IMessage<TWire>, new() =>
        WithContent<T, TWire>(manifest, (message, _) => toWire(message), (wire, _) => fromWire(wire));

    /// <summary>A message with content that the actor system's serializers encode and decode.</summary>
    public static MessageFormat WithContent<T, TWire>(
        string manifest, Func<T, RaftSerializer, TWire> toWire, Func<TWire, RaftSerializer, IRaftMessage> fromWire)
        where TWire : class, IMessage<TWire>, new()
    {
        var parser = new MessageParser<TWire>(static () => new TWire());
        return new MessageFormat(
            typeof(T),
            manifest,
            (message, serializer) => toWire((T)message, serializer).ToByteArray(),
            (bytes, serializer) => fromWire(parser.ParseFrom(bytes), serializer));
    }

    /// <summary>An event or a part of a snapshot, stored with a checksum in front.</summary>
    public static MessageFormat Stored<T, TWire>(
        string manifest, Func<T, TWire> toWire, Func<TWire, IRaftMessage> fromWire)
        where TWire : class, IMessage<TWire>, new()
    {
        var parser = new MessageParser<TWire>(static () => new TWire());
        return Stored(manifest, toWire, static _ => [], bytes => fromWire(parser.ParseFrom(bytes)));
    }

    /// <summary>An event with a head and entries, stored with a checksum in front.</summary>
    public static MessageFormat Stored<T>(
        string manifest,
        Func<T, IMessage> head,
        Func<T, IReadOnlyList<EntryBatch>> entries,
        Func<byte[], IRaftMessage> read) =>
        new(
            typeof(T),
            manifest,
            (message, _) => StoredChecksum.Seal(manifest, head((T)message), entries((T)message)),
            (bytes, _) => StoredChecksum.Problem(manifest, bytes) is { } problem
                ? new MalformedMessage(manifest, problem)
                : read(bytes));

    /// <summary>Encodes a message.</summary>
    public byte[] Write(object message, RaftSerializer serializer) => write(message, serializer);

    /// <summary>Decodes a message.</summary>
    /// <exception cref="Exception">The bytes are not such a message.</exception>
    public IRaftMessage Read(byte[] bytes, RaftSerializer serializer) => read(bytes, serializer);
}
