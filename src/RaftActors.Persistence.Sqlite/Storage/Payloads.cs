using Akka.Serialization;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>Converts objects to bytes and back, with the actor system's serializers.</summary>
internal static class Payloads
{
    /// <summary>Serializes an object.</summary>
    public static SerializedPayload Write(Serialization serialization, object payload) => Serialization.WithTransport(
        serialization.System, (serialization, payload), static state =>
        {
            var serializer = state.serialization.FindSerializerFor(state.payload);
            var manifest = Serialization.ManifestFor(serializer, state.payload);
            return new SerializedPayload(serializer.ToBinary(state.payload), serializer.Identifier, manifest);
        });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="serialization">The registry of serializers.</param>
    /// <param name="payload">The bytes.</param>
    /// <param name="database">The path of the database, for the message.</param>
    /// <param name="what">What the bytes are, for the message: for example, an event.</param>
    /// <exception cref="SqliteDatabaseException">The object cannot be deserialized.</exception>
    public static object Read(Serialization serialization, in SerializedPayload payload, string database, string what)
    {
        try
        {
            return serialization.Deserialize(payload.Bytes, payload.SerializerId, payload.Manifest);
        }
        catch (Exception e)
        {
            throw new SqliteDatabaseException(database, SqliteFault.Unreadable,
                $"{what} in {database} cannot be read (serializer {payload.SerializerId}, "
                + $"manifest \"{payload.Manifest}\"): {e.Message}", e);
        }
    }
}
