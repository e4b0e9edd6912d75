using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using RaftNode.Host.Cluster;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Tests.Cluster;

public sealed class NodeMessageSerializerSpec : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("serializer",
        ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(NodeSettings.Reference()));

    public static TheoryData<int> Messages => [.. Enumerable.Range(0, Sent.Length)];

    private static INodeMessage[] Sent =>
    [
        new ReportNode("", 0),
        new ReportNode("run ☃", long.MaxValue),
        new ReportGroup("kv-3-of-64"),
        new NodeReported(new byte[] { 0, 1, 255 }),
        new TakeNodeSnapshot(0),
        new TakeNodeSnapshot(63),
        new SnapshotReported(7, 2, 1 << 20, ""),
        new SnapshotReported(0, 0, 0, "The log is empty."),
    ];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_back_as_it_was(int sent)
    {
        var message = Sent[sent];
        var serializer = Assert.IsType<NodeMessageSerializer>(_system.Serialization.FindSerializerFor(message));

        object read = serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));

        if (message is NodeReported reported)
            Assert.Equal(reported.Json.ToArray(), Assert.IsType<NodeReported>(read).Json.ToArray());
        else
            Assert.Equal(message, read);
    }

    [Theory]
    [InlineData("R", 7)]
    [InlineData("T", 23)]
    [InlineData("X", 8)]
    public void Bytes_that_are_no_message_are_refused(string manifest, int length)
    {
        var serializer = (SerializerWithStringManifest)_system.Serialization.FindSerializerForType(typeof(ReportNode));

        Assert.Throws<SerializationException>(() => serializer.FromBinary(new byte[length], manifest));
    }
}
