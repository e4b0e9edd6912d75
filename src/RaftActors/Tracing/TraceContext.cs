using System.Diagnostics;

namespace RaftActors.Tracing;

/// <summary>
/// The span that a request belongs to, where the trace is recorded: the context of W3C Trace Context. It travels with
/// the request, so that the spans of other nodes belong to the same trace. No decision of a peer depends on it.
/// </summary>
/// <param name="Context">The ids and the state of the trace, and whether the span is of another node.</param>
internal sealed record TraceContext(ActivityContext Context)
{
    /// <summary>
    /// The longest state of a trace, in characters, that travels to another node. W3C Trace Context asks for 512.
    /// </summary>
    public const int MaxStateLength = 512;

    /// <summary>
    /// The span that the present code runs in. <c>null</c> if nobody listens to spans of RaftActors, or if the span is
    /// not recorded.
    /// </summary>
    public static TraceContext? OfCaller() => RaftTraces.AreOn ? Of(Activity.Current) : null;

    /// <summary>The context of a span; <c>null</c> if there is no span, or if it is not recorded.</summary>
    public static TraceContext? Of(Activity? span) =>
        span is { Recorded: true, IdFormat: ActivityIdFormat.W3C } ? new TraceContext(span.Context) : null;
}

/// <summary>The span in which the leader sends an entry.</summary>
/// <param name="Index">The index of the entry.</param>
/// <param name="Context">The span.</param>
internal readonly record struct EntryTrace(long Index, TraceContext Context);
