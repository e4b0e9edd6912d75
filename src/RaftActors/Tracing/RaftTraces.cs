using System.Diagnostics;
using System.Text.Json;
using RaftActors.Client;

namespace RaftActors.Tracing;

/// <summary>
/// The spans of all groups in the process: activity source <c>RaftActors</c> (<see cref="Raft.ActivitySourceName"/>).
/// docs/traces.md lists them. Each span has the tag <c>group</c>; those of a peer have the tag <c>member</c>, too.
/// </summary>
/// <remarks>
/// A span is the child of the span before it on the way of the request, on whichever node that was. Where that one is
/// not recorded, or where nobody listens, there is no span.
/// </remarks>
internal static class RaftTraces
{
    private static readonly ActivitySource Source = new(Raft.ActivitySourceName);

    // ---- Of a client

    /// <summary>A request of a <see cref="RaftClient"/>.</summary>
    public static readonly TracedStep Request = new(
        "raft.request", ActivityKind.Client, ["attempts"],
        "From when a RaftClient is given a request until the client answers it, with all its attempts.");

    // ---- Of the peer that is asked

    /// <summary>A proposal that a peer passes on.</summary>
    public static readonly TracedStep Forward = new(
        "raft.forward", ActivityKind.Client, ["bytes", "index", "term"],
        "From when a peer that does not lead is told a proposal until the peer answers it.");

    // ---- Of the leader

    /// <summary>A proposal on the leader.</summary>
    public static readonly TracedStep Propose = new(
        "raft.propose", ActivityKind.Internal, ["bytes", "index", "term"],
        "From when the leader is told a proposal until the leader answers it.");

    /// <summary>An entry on its way to one follower.</summary>
    public static readonly TracedStep Replicate = new(
        "raft.replicate", ActivityKind.Client, ["follower", "index", "term"],
        "From when the leader first sends an entry to a follower until that follower has it on its disk.");

    /// <summary>An entry that is not committed.</summary>
    public static readonly TracedStep Commit = new(
        "raft.commit", ActivityKind.Internal, ["index", "term"],
        "From when the leader appends an entry until the entry is committed.");

    /// <summary>A committed entry that is not applied.</summary>
    public static readonly TracedStep Apply = new(
        "raft.apply", ActivityKind.Internal, ["index", "term"],
        "From when an entry is committed until the state machine of the leader has applied it.");

    // ---- Of the leader and of each follower

    /// <summary>An entry that is not on the disk of a peer.</summary>
    public static readonly TracedStep Append = new(
        "raft.append", ActivityKind.Internal, ["bytes", "index", "term"],
        "From when a peer has an entry in memory until the entry is on the disk of the peer.");

    /// <summary>A write to the journal.</summary>
    public static readonly TracedStep JournalWrite = new(
        "raft.journal.write", ActivityKind.Internal, ["entries", "bytes", "index", "term"],
        "The write to the journal of a peer that has the entry. The tags entries and bytes are of the whole write.");

    /// <summary>All steps.</summary>
    public static IReadOnlyList<TracedStep> All { get; } =
        [Request, Forward, Propose, Append, JournalWrite, Replicate, Commit, Apply];

    /// <summary>Whether anybody listens. Without listeners, this is one comparison.</summary>
    public static bool AreOn => Source.HasListeners();

    /// <summary>Begins a span.</summary>
    /// <param name="step">The step that it is of.</param>
    /// <param name="parent">The span that it is a child of; <c>null</c> where nothing is recorded.</param>
    /// <returns>The span; <c>null</c> if there is no parent, or if nobody listens.</returns>
    public static Activity? Begin(TracedStep step, TraceContext? parent)
    {
        if (parent is null)
            return null;
        bool isAsked = step.Kind == ActivityKind.Internal && parent.Context.IsRemote;
        // A span of a peer outlasts the message in which it begins: it is never the current one of a thread.
        var current = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(isAsked ? ActivityKind.Server : step.Kind, parent.Context, name: step.Name);
        Activity.Current = current;
        return span;
    }

    /// <summary>Ends a span.</summary>
    public static void End(Activity? span)
    {
        if (span is null)
            return;
        // The end of a span sets the current one of the thread to that of its beginning.
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>Ends a span of something that became an entry.</summary>
    public static void End(Activity? span, long index, long term)
    {
        if (span is null)
            return;
        span.SetTag("index", index).SetTag("term", term);
        End(span);
    }

    /// <summary>Ends a span of something that failed.</summary>
    /// <param name="span">The span.</param>
    /// <param name="message">Why it failed, in a sentence.</param>
    public static void Fail(Activity? span, string message)
    {
        span?.SetStatus(ActivityStatusCode.Error, message);
        End(span);
    }

    /// <summary>Ends a span of a request that failed.</summary>
    /// <param name="span">The span.</param>
    /// <param name="reason">Why it failed: the tag <c>reason</c>, as that of the meter.</param>
    /// <param name="message">Why it failed, in a sentence.</param>
    public static void Fail(Activity? span, FailureReason reason, string message)
    {
        span?.SetTag("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()));
        Fail(span, message);
    }
}
