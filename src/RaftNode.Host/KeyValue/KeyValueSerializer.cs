using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using RaftActors.Protocol;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// Writes and reads the messages of the key-value store as the protobuf of kv.proto, with a manifest of one letter for
/// each type.
/// </summary>
internal sealed class KeyValueSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>This number is in logs and on the wire. It must never change.</summary>
    public const int Number = 5201;

    private const string PutManifest = "P";
    private const string DeleteManifest = "D";
    private const string WriteResultManifest = "W";
    private const string GetManifest = "G";
    private const string FoundManifest = "F";
    private const string NotFoundManifest = "N";

    public override int Identifier => Number;

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

    public override object FromBinary(byte[] bytes, string manifest) => Decode(bytes, manifest);

    /// <summary>Decodes a message, which keeps none of the bytes.</summary>
    /// <exception cref="SerializationException">The bytes are not such a message.</exception>
    public static object Decode(ReadOnlySpan<byte> bytes, string manifest)
    {
        try
        {
            return Read(bytes, manifest);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
        {
            throw new SerializationException($"The bytes under the manifest \"{manifest}\" are not what kv.proto "
                + "describes.", e);
        }
    }

    private static IKeyValueMessage Read(ReadOnlySpan<byte> bytes, string manifest)
    {
        switch (manifest)
        {
            case PutManifest:
                return ReadPut(bytes);
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

    // By hand, because each replica reads each write: the generated code makes two more objects.
    private static PutValue ReadPut(ReadOnlySpan<byte> bytes)
    {
        string key = "";
        ReadOnlySpan<byte> value = default;
        var condition = WriteCondition.None;
        var reader = new ProtoReader(bytes);
        while (!reader.AtEnd)
        {
            switch (reader.Tag())
            {
                case (Wire.Put.KeyFieldNumber, ProtoReader.Delimited):
                    key = Encoding.UTF8.GetString(bytes[reader.Delimit()]);
                    break;
                case (Wire.Put.ValueFieldNumber, ProtoReader.Delimited):
                    value = bytes[reader.Delimit()];
                    break;
                case (Wire.Put.ConditionFieldNumber, ProtoReader.Delimited):
                    condition = FromWire(Wire.Condition.Parser.ParseFrom(bytes[reader.Delimit()]));
                    break;
                case var (_, type):
                    reader.Skip(type);
                    break;
            }
        }
        return new PutValue(key, value.ToArray(), condition);
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
