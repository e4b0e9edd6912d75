using Akka.Actor;
using Akka.Serialization;

namespace RaftActors.TestKit.Journals;

/// <summary>Serializes objects with the serializers of an actor system.</summary>
internal sealed class ObjectStorage(ActorSystem system)
{
    public StoredObject Store(object value)
    {
        var serializer = system.Serialization.FindSerializerFor(value);
        return new StoredObject(serializer.ToBinary(value), serializer.Identifier,
            Serialization.ManifestFor(serializer, value));
    }

    public object Load(StoredObject stored) =>
        system.Serialization.Deserialize(stored.Bytes, stored.SerializerId, stored.Manifest);
}
