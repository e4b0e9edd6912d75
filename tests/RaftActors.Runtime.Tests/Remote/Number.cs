using System.Buffers.Binary;
using Akka.Actor;
using Akka.Serialization;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>A message of an application, with some weight if need be.</summary>
public sealed record Number(int Value, int Weight = 0);

/// <summary>The serializer that an application registers for its messages; with no weight it is that of frames.txt.</summary>
public sealed class NumberSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 4711;

    public override string Manifest(object o) => "D";

    public override byte[] ToBinary(object obj)
    {
        var number = (Number)obj;
        var bytes = new byte[sizeof(int) + number.Weight];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number.Value);
        return bytes;
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest == "D"
        ? new Number(BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes.Length - sizeof(int))
        : throw new ArgumentException($"Unknown manifest {manifest}");
}
