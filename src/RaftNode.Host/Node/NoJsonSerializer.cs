using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace RaftNode.Host.Node;

/// <summary>
/// Stands in for Akka.NET's JSON serializer, which takes any type and makes an object of any type that a message names.
/// Every type that a node sends or stores has a serializer of its own. Without the JSON serializer a node loads neither
/// Newtonsoft.Json nor what that loads.
/// </summary>
internal sealed class NoJsonSerializer : Serializer
{
    /// <summary>Called by Akka.NET, which has settings for a JSON serializer.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="_">The settings.</param>
    public NoJsonSerializer(ExtendedActorSystem system, Config _)
        : base(system)
    {
    }

    // That of Akka.NET's JSON serializer.
    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj.GetType()} has no serializer in raftnode, which does not use JSON. Bind a serializer to the type.");

    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException(
        $"raftnode does not read a message in JSON, here of {bytes.Length} bytes. Send a type that has a serializer.");
}
