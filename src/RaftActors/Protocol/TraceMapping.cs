using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using RaftActors.Tracing;

namespace RaftActors.Protocol;

/// <summary>
/// Converts between the spans that messages name and the generated types of raft.proto. Only recorded spans are named.
/// What cannot be a span is read as none: a message is never refused for it.
/// </summary>
internal static class TraceMapping
{
    private const int TraceIdLength = 16, SpanIdLength = 8;

    public static Wire.TraceContext ToWire(this TraceContext trace)
    {
        string state = trace.Context.TraceState ?? "";
        bool fits = state.Length <= TraceContext.MaxStateLength && Ascii.IsValid(state);
        return new() { TraceId = TraceId(trace), SpanId = SpanId(trace), State = fits ? state : "" };
    }

    public static TraceContext? FromWire(this Wire.TraceContext? wire)
    {
        if (wire is null || wire.State.Length > TraceContext.MaxStateLength)
            return null;
        return Read(wire.TraceId, wire.SpanId, wire.State.Length > 0 ? wire.State : null);
    }

    public static Wire.EntryTrace ToWire(this EntryTrace trace) =>
        new() { Index = trace.Index, TraceId = TraceId(trace.Context), SpanId = SpanId(trace.Context) };

    public static IReadOnlyList<EntryTrace> FromWire(this IReadOnlyCollection<Wire.EntryTrace> traces)
    {
        if (traces.Count == 0)
            return [];
        var read = new List<EntryTrace>(traces.Count);
        foreach (var trace in traces)
            if (Read(trace.TraceId, trace.SpanId, null) is { } context)
                read.Add(new EntryTrace(trace.Index, context));
        return read;
    }

    private static ByteString TraceId(TraceContext trace)
    {
        Span<byte> bytes = stackalloc byte[TraceIdLength];
        trace.Context.TraceId.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString SpanId(TraceContext trace)
    {
        Span<byte> bytes = stackalloc byte[SpanIdLength];
        trace.Context.SpanId.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    // Ids of zeros are those of no span.
    private static TraceContext? Read(ByteString traceId, ByteString spanId, string? state)
    {
        bool isSpan = traceId.Length == TraceIdLength && spanId.Length == SpanIdLength
            && traceId.Span.ContainsAnyExcept((byte)0) && spanId.Span.ContainsAnyExcept((byte)0);
        return isSpan
            ? new TraceContext(new ActivityContext(
                ActivityTraceId.CreateFromBytes(traceId.Span), ActivitySpanId.CreateFromBytes(spanId.Span),
                ActivityTraceFlags.Recorded, state, isRemote: true))
            : null;
    }
}
