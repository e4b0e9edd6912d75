using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using RaftActors.Log;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.KeyValue;

public sealed class KeyValueSerializerSpec : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("serializer",
        ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(NodeSettings.Reference()));

    public static TheoryData<int> Messages => [.. Enumerable.Range(0, Samples.Length)];

    private static IKeyValueMessage[] Samples =>
    [
        new PutValue("key", new byte[] { 0, 1, 255 }, WriteCondition.None),
        new PutValue("schlüssel/☃", Array.Empty<byte>(), WriteCondition.Absent),
        new PutValue("key", new byte[100_000], WriteCondition.OneOf([1, long.MaxValue])),
        new DeleteValue("key", WriteCondition.None),
        new DeleteValue("key", WriteCondition.Present),
        new WriteResult(WriteOutcome.Created, 7),
        new WriteResult(WriteOutcome.ConditionFailed, 0),
        new GetValue("key"),
        new ValueFound(12, new byte[] { 1, 2, 3 }),
        new ValueFound(12, Array.Empty<byte>()),
        ValueNotFound.Instance,
    ];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_comes_back_as_it_was(int sample)
    {
        var message = Samples[sample];
        var serializer = Assert.IsType<KeyValueSerializer>(_system.Serialization.FindSerializerFor(message));
        var copy = _system.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier,
            serializer.Manifest(message));
        Assert.Equal(Describe(message), Describe(copy));
    }

    [Fact]
    public void A_write_is_read_from_a_part_of_an_array_and_keeps_none_of_it()
    {
        var serializer = new KeyValueSerializer((ExtendedActorSystem)_system);
        var put = new PutValue("key", new byte[] { 1, 2, 3 }, WriteCondition.OneOf([5]));
        byte[] ofLaterVersion = [0x20, 0x07];
        byte[] received = [9, .. serializer.ToBinary(put), .. ofLaterVersion, 9];
        var payload = new Payload(received.AsMemory(1..^1), serializer.Identifier, serializer.Manifest(put));
        using var store = new KeyValueStore(new ChangeHistory(1, 1));
        var read = store.TryDecode(payload)!;
        Array.Clear(received);
        Assert.Equal(Describe(put), Describe(read));
        Assert.Null(store.TryDecode(new Payload(received, 0, "")));
    }

    [Fact]
    public void Bytes_that_are_no_message_are_refused()
    {
        var serializer = new KeyValueSerializer((ExtendedActorSystem)_system);
        Assert.Throws<SerializationException>(() => serializer.FromBinary([0x0a, 0xff], "P"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([], "?"));
        Assert.ThrowsAny<ArgumentException>(() => serializer.ToBinary("text"));
    }

    [Fact]
    public void What_stands_in_logs_stays_readable()
    {
        var serializer = new KeyValueSerializer((ExtendedActorSystem)_system);
        Assert.Equal(5201, serializer.Identifier);
        var put = new PutValue("k", "v"u8.ToArray(), WriteCondition.OneOf([5]));
        Assert.Equal("P", serializer.Manifest(put));
        Assert.Equal("0A016B1201761A031A0105", Convert.ToHexString(serializer.ToBinary(put)));
        Assert.Equal("0A016B", Convert.ToHexString(serializer.ToBinary(new DeleteValue("k", WriteCondition.None))));
    }

    private static string Describe(object message) => message switch
    {
        PutValue put => $"put {put.Key} {Convert.ToHexString(put.Value.Span)} {Describe(put.Condition)}",
        DeleteValue delete => $"delete {delete.Key} {Describe(delete.Condition)}",
        ValueFound found => $"found {found.Version} {Convert.ToHexString(found.Value.Span)}",
        _ => message.ToString()!,
    };

    private static string Describe(WriteCondition condition) =>
        $"{condition.IsAbsent} {condition.IsPresent} {string.Join(',', condition.Versions)}";
}
