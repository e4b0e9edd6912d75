using System.Diagnostics;
using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tests.Log;
using RaftActors.Tracing;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.Protocol;

/// <summary>The spans that messages name, on the wire: a version without them, and bytes that are no span.</summary>
public sealed class TraceMappingSpec
{
    private const string State = "vendor=value,other=1";
    private static readonly PeerHeader Header = new("host:1", "group", "a", "store-a", 5, "store-b");
    private static readonly TraceContext Span = new(new ActivityContext(
        ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
        ActivitySpanId.CreateFromString("b7ad6b7169203331"), ActivityTraceFlags.Recorded, State));

    private readonly RaftSerializer _serializer = new(null!);

    [Fact]
    public void A_forwarded_proposal_names_the_span_with_its_state()
    {
        var copy = Copy(new ForwardProposal(Header, 8, Payload.Empty, true) { Trace = Span });

        Assert.Equal(Remote(Span, State), copy.Trace);
        Assert.Null(Copy(new ForwardProposal(Header, 8, Payload.Empty, true)).Trace);
    }

    [Fact]
    public void A_proposal_of_a_client_names_the_span_with_its_state()
    {
        using var system = Akka.Actor.ActorSystem.Create("clients");
        var serializer = new RaftSerializer((Akka.Actor.ExtendedActorSystem)system);
        Propose Through(Propose message) => (Propose)serializer.FromBinary(serializer.ToBinary(message), "CP");

        Assert.Equal(Remote(Span, State), Through(new Propose(new byte[1]) { Trace = Span }).Trace);
        Assert.Null(Through(new Propose(new byte[1]) { Trace = null }).Trace);
    }

    [Fact]
    public void Entries_have_spans_beside_them_and_are_stored_without()
    {
        var plain = new AppendEntries(Header, 3, 2, 1, 12, new EntryBatch([Logs.Entry(4, 3), Logs.Entry(5, 3)]));

        var copy = Copy(plain with { Traces = [new EntryTrace(5, Span)] });

        Assert.Equal([new EntryTrace(5, Remote(Span, null))], copy.Traces);
        Assert.Equal(plain.Entries.Encoded.ToArray(), copy.Entries.Encoded.ToArray());
        Assert.Same(Copy(plain).Traces, Copy(plain).Traces);
    }

    // A version without spans skips fields that it does not know. What it reads is the rest.
    [Fact]
    public void Without_the_field_the_bytes_are_those_of_a_version_that_has_no_spans()
    {
        var append = new AppendEntries(Header, 3, 2, 1, 12, EntryBatch.Empty);
        byte[] traced = _serializer.ToBinary(append with { Traces = [new EntryTrace(4, Span)] });
        Assert.Equal(_serializer.ToBinary(append), Without(traced, Wire.AppendEntries.TracesFieldNumber));

        var forward = new ForwardProposal(Header, 8, new Payload(new byte[] { 1 }, 17, "M"), true);
        traced = _serializer.ToBinary(forward with { Trace = Span });
        Assert.Equal(_serializer.ToBinary(forward), Without(traced, Wire.ForwardProposal.TraceFieldNumber));
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(15, 8)]
    [InlineData(17, 8)]
    [InlineData(16, 0)]
    [InlineData(16, 7)]
    [InlineData(16, 9)]
    [InlineData(16, 8, true, false)]
    [InlineData(16, 8, false, true)]
    public void Bytes_that_are_no_span_are_ignored(int traceId, int spanId, bool zeroTrace = false,
        bool zeroSpan = false)
    {
        var wire = new Wire.TraceContext { TraceId = Bytes(traceId, zeroTrace), SpanId = Bytes(spanId, zeroSpan) };
        var forward = new ForwardProposal(Header, 8, Payload.Empty, true).ToWire();
        forward.Trace = wire;
        Assert.Null(Assert.IsType<ForwardProposal>(_serializer.FromBinary(forward.ToByteArray(), "FP")).Trace);

        var append = new AppendEntries(Header, 3, 2, 1, 12, EntryBatch.Empty) { Traces = [new EntryTrace(5, Span)] };
        var traced = Wire.AppendEntries.Parser.ParseFrom(_serializer.ToBinary(append));
        traced.Traces.Insert(0, new Wire.EntryTrace { Index = 4, TraceId = wire.TraceId, SpanId = wire.SpanId });
        var copy = Assert.IsType<AppendEntries>(_serializer.FromBinary(traced.ToByteArray(), "AE"));
        Assert.Equal(5, Assert.Single(copy.Traces).Index);

        static ByteString Bytes(int count, bool zero) =>
            ByteString.CopyFrom(Enumerable.Repeat((byte)(zero ? 0 : 1), count).ToArray());
    }

    [Theory]
    [InlineData(512, 'a', true)]
    [InlineData(513, 'a', false)]
    [InlineData(1, 'é', false)]
    public void A_state_that_is_too_long_or_not_of_ASCII_stays_here(int length, char of, bool travels)
    {
        string state = new(of, length);
        var span = new TraceContext(new ActivityContext(
            Span.Context.TraceId, Span.Context.SpanId, ActivityTraceFlags.Recorded, state));

        var copy = Copy(new ForwardProposal(Header, 8, Payload.Empty, true) { Trace = span });

        Assert.Equal(Remote(span, travels ? state : null), copy.Trace);
    }

    [Fact]
    public void All_spans_that_a_peer_keeps_fit_the_room_beside_the_entries()
    {
        EntryTrace[] most = [.. Enumerable.Range(0, PeerTraces.MaxEntries).Select(index =>
            new EntryTrace(long.MaxValue - index, Span))];
        var append = new AppendEntries(Header, 3, 2, 1, 12, EntryBatch.Empty);

        int more = _serializer.ToBinary(append with { Traces = most }).Length - _serializer.ToBinary(append).Length;

        Assert.InRange(more, PeerTraces.MaxEntries, RaftSettings.FrameOverhead / 2);
    }

    private static TraceContext Remote(TraceContext span, string? state) => new(new ActivityContext(
        span.Context.TraceId, span.Context.SpanId, ActivityTraceFlags.Recorded, state, isRemote: true));

    private T Copy<T>(T message)
        where T : class =>
            Assert.IsType<T>(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));

    private static byte[] Without(byte[] bytes, int field)
    {
        var reader = new ProtoReader(bytes);
        var rest = new List<byte>();
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            var (number, type) = reader.Tag();
            reader.Skip(type);
            if (number != field)
                rest.AddRange(bytes[start..reader.Position]);
        }
        Assert.NotEqual(bytes.Length, rest.Count);
        return [.. rest];
    }
}
