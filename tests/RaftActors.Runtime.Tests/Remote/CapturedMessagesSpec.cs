using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Wire;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>The two systems of frames.txt, as far as their names and addresses go.</summary>
public sealed class CapturedMessagesSpec : IAsyncLifetime
{
    private readonly ActorSystem _peerA = Peer("peerA", 19100);
    private readonly ActorSystem _peerB = Peer("peerB", 19102);

    public static TheoryData<int> Messages => [.. Enumerable.Range(0, CapturedFrames.All.Count).Where(i => HasMessage(CapturedFrames.All[i]))];

    [Theory, MemberData(nameof(Messages))]
    public void A_captured_message_becomes_an_object_and_its_sender_would_send_the_same_bytes_for_it(int index)
    {
        var captured = CapturedFrames.All[index];
        var envelope = new EnvelopeDecoder(Frame.Parse(captured.Body).Payload);
        var sending = captured.Direction.StartsWith('A') ? _peerA : _peerB;
        var remoting = ((RemoteActorRefProvider)((ExtendedActorSystem)sending).Provider).Remoting;

        var message = ((ExtendedActorSystem)sending).Serialization.Deserialize(envelope.Message.ToArray(), envelope.SerializerId, Encoding.UTF8.GetString(envelope.Manifest));
        var recipient = Assert.IsType<RemoteActorRef>(Resolve(sending, envelope.Recipient));
        var sender = envelope.Sender.IsEmpty ? null : Resolve(sending, envelope.Sender);

        Assert.True(remoting.Codec.TrySerialize(message, recipient, out var payload));
        var frame = new EnvelopeEncoder(recipient.Utf8Path, remoting.Codec.SenderPath(sender), payload.Bytes, payload.SerializerId, payload.Manifest, envelope.Seq).ToArray();
        Assert.True(captured.Bytes.AsSpan().SequenceEqual(frame), $"{captured} was {Convert.ToHexString(frame)} for {message}");
    }

    [Fact]
    public void The_messages_are_what_was_sent()
    {
        Assert.Equal(["hello"], Told("2"));
        Assert.Equal([new Number(42), new Number(42)], Told("3"));
        Assert.Equal([7, 8L], Told("4").Take(2));
        Assert.Equal([1, 2, 3], Assert.IsType<byte[]>(Told("4").Last()));
        Assert.Equal([PoisonPill.Instance], Told("6").Take(1));
        var success = Assert.IsType<Status.Success>(Told("7")[2]);
        Assert.Equal("ok", success.Status);
        var failure = Assert.IsType<Status.Failure>(Told("7")[3]);
        Assert.Equal("boom", Assert.IsType<InvalidOperationException>(failure.Cause).Message);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_peerA.Terminate(), _peerB.Terminate());

    private static ActorSystem Peer(string name, int port) => ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = remote
          actor.serializers.number = "RaftActors.Runtime.Tests.Remote.NumberSerializer, RaftActors.Runtime.Tests"
          actor.serialization-bindings."RaftActors.Runtime.Tests.Remote.Number, RaftActors.Runtime.Tests" = number
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, public-port = {{port}} }
        }
        """));

    private static IActorRef Resolve(ActorSystem system, ReadOnlySpan<byte> path) => ((ExtendedActorSystem)system).Provider.ResolveActorRef(Encoding.UTF8.GetString(path));

    private static bool HasMessage(CapturedFrame captured)
    {
        var frame = Frame.Parse(captured.Body);
        return frame.Kind == FrameKind.Payload && new EnvelopeDecoder(frame.Payload).HasMessage;
    }

    private object[] Told(string step) =>
    [
        .. CapturedFrames.Of(step).Where(HasMessage).Select(captured =>
        {
            var envelope = new EnvelopeDecoder(Frame.Parse(captured.Body).Payload);
            return ((ExtendedActorSystem)_peerA).Serialization.Deserialize(envelope.Message.ToArray(), envelope.SerializerId, Encoding.UTF8.GetString(envelope.Manifest));
        }),
    ];
}
