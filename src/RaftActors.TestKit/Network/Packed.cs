using Akka.Actor;
using Akka.Serialization;

namespace RaftActors.TestKit.Network;

/// <summary>A message in the bytes that a wire would carry.</summary>
internal sealed record Packed(byte[] Bytes, int SerializerId, string Manifest)
{
    /// <summary>Serializes a message as its sender's actor system does.</summary>
    public static Packed Of(ActorSystem system, object message)
    {
        var serializer = system.Serialization.FindSerializerFor(message);
        string manifest = Serialization.ManifestFor(serializer, message);
        return new Packed(serializer.ToBinary(message), serializer.Identifier, manifest);
    }

    /// <summary>Deserializes the message as its receiver's actor system does.</summary>
    public object In(ActorSystem system) => system.Serialization.Deserialize(Bytes, SerializerId, Manifest);
}
