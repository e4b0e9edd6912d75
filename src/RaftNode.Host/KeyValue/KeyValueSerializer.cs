using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// Writes and reads the messages of the key-value store as the protobuf of kv.proto, with a manifest of one letter for
/// each type.
/// </summary>
internal sealed class KeyValueSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string PutManifest = "P";
    private const string DeleteManifest = "D";
    private const string WriteResultManifest = "W";
    private const string GetManifest = "G";
    private const string FoundManifest = "F";
    private const string NotFoundManifest = "N";

    /// <summary>This number is in logs and on the wire. It must never change.</summary>
    public override int Identifier => 5201;

    public override string Manifest(object o) => o switch
    {
        PutValue => PutManifest,
        DeleteValue => DeleteManifest,
        WriteResult => WriteResultManifest,
        GetValue => GetManifest,
        ValueFound => FoundManifest,
        ValueNotFound => NotFoundManifest,
        _ => throw Unknown(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        PutValue put =>
            Bytes(new Wire.Put { Key = put.Key, Value = Wrap(put.Value), Condition = ToWire(put.Condition) }),
        DeleteValue delete => new Wire.Delete { Key = delete.Key, Condition = ToWire(delete.Condition) }.ToByteArray(),
        WriteResult result =>
            new Wire.WriteResult { Outcome = (Wire.WriteResult.Types.Outcome)result.Outcome,
                Version = result.Version }.ToByteArray(),
        GetValue get => new Wire.Get { Key = get.Key }.ToByteArray(),
        ValueFound found =>
            new Wire.GetResult { Found = true, Version = found.Version, Value = Wrap(found.Value) }.ToByteArray(),
        ValueNotFound => [],
        _ => throw Unknown(obj),
    };

    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return Read(bytes, manifest);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"The bytes under the manifest \"{manifest}\" are not what kv.proto "
                + "describes.", e);
        }
    }

    private static IKeyValueMessage Read(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case PutManifest:
                var put = Wire.Put.Parser.ParseFrom(bytes.AsSpan());
                return new PutValue(put.Key, put.Value.Memory, FromWire(put.Condition));
            case DeleteManifest:
                var delete = Wire.Delete.Parser.ParseFrom(bytes);
                return new DeleteValue(delete.Key, FromWire(delete.Condition));
            case WriteResultManifest:
                var result = Wire.WriteResult.Parser.ParseFrom(bytes);
                return new WriteResult((WriteOutcome)result.Outcome, result.Version);
            case GetManifest:
                return new GetValue(Wire.Get.Parser.ParseFrom(bytes).Key);
            case FoundManifest:
                var found = Wire.GetResult.Parser.ParseFrom(bytes);
                return new ValueFound(found.Version, found.Value.Memory);
            case NotFoundManifest:
                return ValueNotFound.Instance;
            default:
                throw new SerializationException(
                    $"The key-value store has no message with the manifest \"{manifest}\".");
        }
    }

    // Avoids the stream that IMessage.ToByteArray makes.
    private static byte[] Bytes(IMessage message)
    {
        var bytes = new byte[message.CalculateSize()];
        message.WriteTo(bytes.AsSpan());
        return bytes;
    }

    // Messages are immutable, so the bytes need not be copied to be written.
    private static ByteString Wrap(ReadOnlyMemory<byte> bytes) => UnsafeByteOperations.UnsafeWrap(bytes);

    private static Wire.Condition? ToWire(WriteCondition condition) => condition.IsNone
        ? null
        : new Wire.Condition { Absent = condition.IsAbsent, Present = condition.IsPresent,
            Versions = { condition.Versions } };

    private static WriteCondition FromWire(Wire.Condition? condition) => condition switch
    {
        null => WriteCondition.None,
        { Absent: true } => WriteCondition.Absent,
        { Present: true } => WriteCondition.Present,
        { Versions.Count: > 0 } => WriteCondition.OneOf([.. condition.Versions]),
        _ => WriteCondition.None,
    };

    private static ArgumentException Unknown(object o) =>
        new($"A {o.GetType().FullName} is not a message of the key-value store.");
}
