using Akka.Serialization;

namespace Akka.Persistence.Sql;

/// <summary>Objects to bytes and back, through the system's registry of serializers.</summary>
internal static class SqlPayloads
{
    public static SqlPayload Write(Akka.Serialization.Serialization serialization, object payload) => Akka.Serialization.Serialization.WithTransport(
        serialization.System, (serialization, payload), static state =>
        {
            var serializer = state.serialization.FindSerializerFor(state.payload);
            var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, state.payload);
            return new SqlPayload(serializer.ToBinary(state.payload), serializer.Identifier, manifest);
        });

    public static object Read(Akka.Serialization.Serialization serialization, in SqlPayload payload) =>
        serialization.Deserialize(payload.Bytes, payload.SerializerId, payload.Manifest);
}
