using Akka.Serialization;

namespace RaftActors.Log;

/// <summary>
/// Converts between objects and payloads: a <c>byte[]</c> as it is, any other object with its registered serializer. A
/// serializer that takes any type is used only as the host allows: see <see cref="PolymorphicTypes"/>.
/// </summary>
internal static class Payloads
{
    /// <summary>Encodes an object.</summary>
    /// <param name="serialization">The actor system's serializers.</param>
    /// <param name="content">The object.</param>
    /// <param name="payload">Its encoded form.</param>
    /// <param name="problem">What is wrong, if it cannot be encoded.</param>
    public static bool TryEncode(Serialization serialization, object? content, out Payload payload, out string problem)
    {
        payload = default;
        problem = "";
        try
        {
            switch (content)
            {
                case null:
                    problem = "The command or request is null, which cannot be sent.";
                    return false;
                case byte[] bytes:
                    payload = new Payload(bytes, 0, "");
                    return true;
                case Payload encoded:
                    problem = Problem(serialization, encoded) ?? "";
                    payload = encoded;
                    return problem.Length == 0;
                default:
                    payload = Encode(serialization, content, out problem);
                    return problem.Length == 0;
            }
        }
        catch (Exception failure)
        {
            problem = $"A {content!.GetType()} cannot be serialized: {failure.Message} Register a serializer for it in "
                + "akka.actor.serialization-bindings.";
            return false;
        }
    }

    /// <summary>Why a payload that was encoded elsewhere must not get into the log; <c>null</c> if it may.</summary>
    public static string? Problem(Serialization serialization, Payload encoded) =>
        encoded.SerializerId == PolymorphicTypes.JsonIdentifier
            ? PolymorphicTypes.Of(serialization.System).JsonProblem(encoded.Manifest)
            : null;

    // A payload of a serializer that takes any type is read back before it gets into the log. If it cannot be read, no
    // node could ever apply it.
    private static Payload Encode(Serialization serialization, object content, out string problem)
    {
        problem = "";
        var serializer = serialization.FindSerializerFor(content);
        bool isPolymorphic = PolymorphicTypes.IsPolymorphic(serializer);
        if (isPolymorphic
            && PolymorphicTypes.Of(serialization.System).Problem(serializer, content.GetType()) is { } refused)
        {
            problem = refused;
            return default;
        }
        var payload = new Payload(serializer.ToBinary(content), serializer.Identifier,
            Serialization.ManifestFor(serializer, content));
        if (isPolymorphic)
            Decode(serialization, payload);
        return payload;
    }

    /// <summary>Encodes the response of a state machine for another node.</summary>
    /// <param name="serialization">The actor system's serializers.</param>
    /// <param name="response">The response; <c>null</c> stays <c>null</c>.</param>
    /// <param name="room">The most bytes that the response may have: <see cref="RaftSettings.FrameRoom"/>.</param>
    /// <param name="payload">Its encoded form.</param>
    /// <param name="problem">What is wrong, if the response cannot be sent.</param>
    public static bool TryEncodeResponse(Serialization serialization, object? response, long room, out Payload? payload,
        out string problem)
    {
        payload = null;
        problem = "";
        if (response is null)
            return true;
        if (!TryEncode(serialization, response, out var encoded, out problem))
            return false;
        if (encoded.Size > room)
        {
            problem = $"A {response.GetType()} of {encoded.Size} bytes does not fit a message to another node; "
                + $"{RaftSettings.MaximumFrameSize} leaves room for {room}.";
            return false;
        }
        payload = encoded;
        return true;
    }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="Exception">No serializer of this actor system can decode the payload.</exception>
    public static object Decode(Serialization serialization, Payload payload) =>
        payload.SerializerId == 0
            ? payload.Bytes.ToByteArray()
            : serialization.Deserialize(payload.Bytes.ToByteArray(), payload.SerializerId, payload.Manifest);

    private static byte[] ToByteArray(this ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment)
            && segment.Array!.Length == segment.Count
            ? segment.Array
            : bytes.ToArray();
}
