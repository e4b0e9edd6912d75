using System.Runtime.Serialization;
using Akka.Actor;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

/// <summary>What stands in for Akka.NET's JSON serializer in a node.</summary>
public sealed class NoJsonSerializerSpec
{
    [Fact]
    public void Nothing_is_written_or_read_as_JSON()
    {
        var config = NodeSettings.Reference().GetConfig("akka.actor.serializers");
        Assert.Equal($"{typeof(NoJsonSerializer).FullName}, raftnode", config.GetString("json"));

        using var system = ActorSystem.Create("json", "akka.loglevel = OFF");
        var serializer = new NoJsonSerializer((ExtendedActorSystem)system, null!);
        var written = Assert.Throws<SerializationException>(() => serializer.ToBinary(new Version(1, 2)));
        var read = Assert.Throws<SerializationException>(() => serializer.FromBinary([1, 2, 3], typeof(Version)));

        Assert.StartsWith("System.Version has no serializer in raftnode", written.Message);
        Assert.Contains("here of 3 bytes", read.Message);
    }
}
