using Akka.Actor;

namespace Akka.Serialization;

/// <summary>The system that serializes, and the address under which the receiver reaches it.</summary>
public sealed class Information(Address address, ActorSystem system)
{
    public Address Address { get; } = address;

    public ActorSystem System { get; } = system;
}
