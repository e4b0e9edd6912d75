using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Protocol;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>A message inside another, with what its own serializer needs.</summary>
internal static class NestedPayload
{
    /// <summary>Messages within messages, at most: each is read on the stack of the one around it, and how many there are is the sender's choice.</summary>
    private const int Deepest = 32;

    [ThreadStatic]
    private static int _depth;

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

    /// <exception cref="SerializationException">Too many lie within each other, or no registered serializer reads it.</exception>
    public static object? Read(ExtendedActorSystem system, PayloadData? payload)
    {
        if (payload is null || (payload.SerializerId == 0 && payload.Message.IsEmpty))
            return null;
        if (_depth == Deepest)
            throw new SerializationException($"More than {Deepest} messages lie within each other");
        _depth++;
        try
        {
            return system.Serialization.Deserialize(payload.Message.ToByteArray(), payload.SerializerId, payload.Manifest.ToStringUtf8());
        }
        finally
        {
            _depth--;
        }
    }
}
