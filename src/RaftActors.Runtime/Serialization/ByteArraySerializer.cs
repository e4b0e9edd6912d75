using Akka.Actor;

namespace Akka.Serialization;

public sealed class ByteArraySerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => obj as byte[] ?? throw new NotSupportedException($"{obj.GetType()} is not an array of bytes");

    public override object FromBinary(byte[] bytes, Type? type) => bytes;
}
