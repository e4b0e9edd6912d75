using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Texts and whole numbers; numbers are little-endian.</summary>
public sealed class PrimitiveSerializers(ExtendedActorSystem system, Config config) : SerializerWithStringManifest(system)
{
    // Akka.NET's default: the manifest names the .NET type. It reads the short names too.
    private readonly bool _typeNames = config.GetBoolean("use-legacy-behavior", true);

    public override string Manifest(object obj) => obj switch
    {
        string => _typeNames ? "System.String, System.Private.CoreLib" : "S",
        int => _typeNames ? "System.Int32, System.Private.CoreLib" : "I",
        long => _typeNames ? "System.Int64, System.Private.CoreLib" : "L",
        _ => throw Unknown(obj),
    };

    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case int number:
                var four = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(four, number);
                return four;
            case long number:
                var eight = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(eight, number);
                return eight;
            default:
                throw Unknown(obj);
        }
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "S" or "System.String, System.Private.CoreLib" or "System.String, mscorlib" => Encoding.UTF8.GetString(bytes),
        "I" or "System.Int32, System.Private.CoreLib" or "System.Int32, mscorlib" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "L" or "System.Int64, System.Private.CoreLib" or "System.Int64, mscorlib" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw new ArgumentException($"Unknown manifest [{manifest}] of a primitive value", nameof(manifest)),
    };

    private static ArgumentException Unknown(object obj) => new($"{obj.GetType()} is neither a string nor an int nor a long", nameof(obj));
}
