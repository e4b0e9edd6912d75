using Akka.Actor;

namespace Akka.Serialization;

public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;

    private int? _configuredIdentifier;

    protected Serializer(ExtendedActorSystem system) => this.system = system;

    /// <summary>The number that goes with the bytes; by default the one under <c>akka.actor.serialization-identifiers</c>.</summary>
    public virtual int Identifier => _configuredIdentifier ??= SerializerIdentifierHelper.GetSerializerIdentifierFromConfig(GetType(), system);

    public abstract bool IncludeManifest { get; }

    public abstract byte[] ToBinary(object obj);

    public abstract object FromBinary(byte[] bytes, Type? type);

    public T FromBinary<T>(byte[] bytes) => (T)FromBinary(bytes, typeof(T));
}
