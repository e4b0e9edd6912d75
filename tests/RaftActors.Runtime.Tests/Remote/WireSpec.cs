using System.Text;
using Akka.Remote.Protocol;
using Akka.Remote.Wire;
using Google.Protobuf;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class WireSpec
{
    private const int Maximum = 128_000;

    [Fact]
    public void Every_captured_frame_decodes_and_encodes_to_the_same_bytes()
    {
        Assert.Equal(56, CapturedFrames.All.Count);
        foreach (var captured in CapturedFrames.All)
        {
            Assert.Equal(captured.Bytes.Length - 4, Frame.LengthOf(captured.Bytes, Maximum));
            Assert.True(captured.Bytes.AsSpan().SequenceEqual(EncodedAgain(captured)), captured.ToString());
        }
    }

    [Fact]
    public void The_handshake_tells_origin_and_uid()
    {
        var frame = Frame.Parse(CapturedFrames.All[0].Body);
        Assert.Equal(FrameKind.Associate, frame.Kind);
        Assert.Equal(("tcp", "peerA", "127.0.0.1", 19100u), (frame.Handshake!.Origin.Protocol, frame.Handshake.Origin.System, frame.Handshake.Origin.Hostname, frame.Handshake.Origin.Port));
        Assert.Equal(2063046565UL, frame.Handshake.Uid);
    }

    [Fact]
    public void A_message_tells_recipient_sender_and_serializer()
    {
        var told = new EnvelopeDecoder(Frame.Parse(CapturedFrames.Of("3").First().Body).Payload);
        Assert.Equal("akka.tcp://peerB@127.0.0.1:19102/user/echo#1529466081", Encoding.UTF8.GetString(told.Recipient));
        Assert.Equal("akka.tcp://peerA@127.0.0.1:19100/temp/e", Encoding.UTF8.GetString(told.Sender));
        Assert.Equal((4711, "D"), (told.SerializerId, Encoding.UTF8.GetString(told.Manifest)));
        Assert.Equal([42, 0, 0, 0], told.Message.ToArray());
        Assert.Equal(EnvelopeEncoder.Unnumbered, told.Seq);
        Assert.Null(told.Ack);
    }

    [Fact]
    public void System_messages_are_numbered_and_acknowledged()
    {
        var numbers = new List<ulong>();
        var acks = new List<long>();
        foreach (var captured in CapturedFrames.Of("5"))
        {
            var frame = Frame.Parse(captured.Body);
            if (frame.Kind != FrameKind.Payload)
                continue;
            var envelope = new EnvelopeDecoder(frame.Payload);
            if (envelope.HasMessage && envelope.Seq != EnvelopeEncoder.Unnumbered)
                numbers.Add(envelope.Seq);
            if (envelope.Ack is { } ack)
                acks.Add(ack.Cumulative);
        }
        // The watcher repeats its watch when it learns the watched system's uid; Akka sends that message twice.
        Assert.Equal([0UL, 1UL, 1UL], numbers);
        Assert.Equal([0L, 1L], acks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_151)]
    [InlineData(2_097_152)]
    public void A_message_of_any_size_comes_back_whole(int size)
    {
        var message = new byte[size];
        new Random(size).NextBytes(message);
        var frame = new EnvelopeEncoder("akka.tcp://a@b:1/user/x#-17"u8, "akka.tcp://a@b:2/user/ü"u8, message, -5, "mänifest", 12).ToArray();

        Assert.Equal(frame.Length - 4, Frame.LengthOf(frame, int.MaxValue));
        var decoded = new EnvelopeDecoder(Frame.Parse(frame.AsSpan(4)).Payload);
        Assert.Equal(message, decoded.Message.ToArray());
        Assert.Equal("akka.tcp://a@b:1/user/x#-17"u8.ToArray(), decoded.Recipient.ToArray());
        Assert.Equal("akka.tcp://a@b:2/user/ü"u8.ToArray(), decoded.Sender.ToArray());
        Assert.Equal((-5, "mänifest", 12UL), (decoded.SerializerId, Encoding.UTF8.GetString(decoded.Manifest), decoded.Seq));
        Assert.Null(decoded.Ack);
    }

    [Fact]
    public void An_acknowledgement_names_what_is_missing()
    {
        var frame = Frame.PureAck(new Ack(7, [3, 5]));
        var ack = new EnvelopeDecoder(Frame.Parse(frame.AsSpan(4)).Payload).Ack!;
        Assert.Equal(7, ack.Cumulative);
        Assert.Equal([3L, 5L], ack.Nacks);
    }

    [Fact]
    public void Many_missing_numbers_one_by_one_take_little_more_than_their_own_room()
    {
        const int Count = 100_000;
        var bytes = new byte[9 * Count];
        for (var i = 0; i < bytes.Length; i += 9)
            bytes[i] = 0x11;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ack = Ack.Read(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 8 * Count, 8 * 8 * Count);
        Assert.Equal(Count, ack.Nacks.Length);
    }

    [Fact]
    public void A_frame_longer_than_allowed_is_refused_before_it_arrives()
    {
        Assert.Equal(-1, Frame.LengthOf([0, 0, 0], Maximum));
        Assert.Equal(0, Frame.LengthOf([0, 0, 0, 0], Maximum));
        Assert.Equal(Maximum - 4, Frame.LengthOf(BitConverter.GetBytes(Maximum - 4), Maximum));
        Assert.Throws<OversizedFrameException>(() => Frame.LengthOf(BitConverter.GetBytes(Maximum - 3), Maximum));
        Assert.Throws<OversizedFrameException>(() => Frame.LengthOf(BitConverter.GetBytes(-1), Maximum));
    }

    [Fact]
    public void Garbage_is_refused_and_never_read_beyond_its_end()
    {
        var random = new Random(4711);
        foreach (var captured in CapturedFrames.All.DistinctBy(frame => Convert.ToHexString(frame.Bytes)))
        {
            for (var i = 0; i < 200; i++)
            {
                var body = captured.Body.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    body[random.Next(body.Length)] = (byte)random.Next(256);
                Decode(body.AsSpan(0, random.Next(body.Length + 1)));
            }
        }
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        // 0x78: field 15, a number; 0x7d: field 15, four bytes; 0x79: field 15, eight bytes; 0x7a: field 15, bytes.
        byte[] later = [0x78, 0x80, 0x01, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 2, 9, 9];
        var envelope = new EnvelopeDecoder([.. later, 0x0a, 9, 0x09, 5, 0, 0, 0, 0, 0, 0, 0, .. later]);
        Assert.Equal(5, envelope.Ack!.Cumulative);
        Assert.False(envelope.HasMessage);
    }

    private static void Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            var frame = Frame.Parse(body);
            if (frame.Kind == FrameKind.Payload)
                _ = new EnvelopeDecoder(frame.Payload);
        }
        catch (WireFormatException)
        {
            // The one exception that garbage may cause.
        }
    }

    private static byte[] EncodedAgain(CapturedFrame captured)
    {
        var frame = Frame.Parse(captured.Body);
        switch (frame.Kind)
        {
            case FrameKind.Heartbeat:
                return Frame.Heartbeat;
            case FrameKind.Associate:
                var origin = frame.Handshake!.Origin;
                return Frame.Associate(origin.Protocol, origin.System, origin.Hostname, (int)origin.Port, (int)frame.Handshake.Uid);
            case FrameKind.Payload:
                var envelope = new EnvelopeDecoder(frame.Payload);
                if (!envelope.HasMessage)
                    return Frame.PureAck(envelope.Ack!);
                var manifest = Encoding.UTF8.GetString(envelope.Manifest);
                var message = EncodedAgain(envelope.SerializerId, manifest, envelope.Message.ToArray());
                return new EnvelopeEncoder(envelope.Recipient, envelope.Sender, message, envelope.SerializerId, manifest, envelope.Seq).ToArray();
            default:
                throw new InvalidOperationException($"{frame.Kind} was not captured");
        }
    }

    /// <summary>Through our definitions of what Akka's own serializers write.</summary>
    private static byte[] EncodedAgain(int serializer, string manifest, byte[] message)
    {
        IMessage? parsed = (serializer, manifest.Split(',')[0]) switch
        {
            (6, "") => SelectionEnvelopeData.Parser.ParseFrom(message),
            (16, "ID") => IdentifyData.Parser.ParseFrom(message),
            (16, "AID") => ActorIdentityData.Parser.ParseFrom(message),
            (16, "RWHR") => HeartbeatResponseData.Parser.ParseFrom(message),
            (16, "STS") => StatusSuccessData.Parser.ParseFrom(message),
            (16, "STF") => StatusFailureData.Parser.ParseFrom(message),
            (22, "Akka.Dispatch.SysMsg.Watch") => WatchData.Parser.ParseFrom(message),
            (22, "Akka.Dispatch.SysMsg.DeathWatchNotification") => DeathWatchNotificationData.Parser.ParseFrom(message),
            _ => null,
        };
        return parsed?.ToByteArray() ?? message;
    }
}
