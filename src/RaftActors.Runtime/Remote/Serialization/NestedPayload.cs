using Akka.Actor;
using Akka.Remote.Protocol;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>A message inside another, with what its own serializer needs.</summary>
internal static class NestedPayload
{
    public static PayloadData Of(ExtendedActorSystem system, object? content)
    {
        if (content is null)
            return new PayloadData();
        var serializer = system.Serialization.FindSerializerFor(content);
        return new PayloadData
        {
            Message = UnsafeByteOperations.UnsafeWrap(serializer.ToBinary(content)),
            SerializerId = serializer.Identifier,
            Manifest = ByteString.CopyFromUtf8(Akka.Serialization.Serialization.ManifestFor(serializer, content)),
        };
    }

    public static object? Read(ExtendedActorSystem system, PayloadData? payload) => payload is null || (payload.SerializerId == 0 && payload.Message.IsEmpty)
        ? null
        : system.Serialization.Deserialize(payload.Message.ToByteArray(), payload.SerializerId, payload.Manifest.ToStringUtf8());
}
