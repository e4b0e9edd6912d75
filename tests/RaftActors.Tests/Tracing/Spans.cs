using System.Diagnostics;
using System.Text;
using RaftActors.Tracing;

namespace RaftActors.Tests.Tracing;

/// <summary>
/// The spans of RaftActors that belong to the callers that are made here. While one of these exists, somebody listens.
/// So the specs that need a process without listeners are in the same collection as all others that make one.
/// </summary>
internal sealed class Spans : IDisposable
{
    /// <summary>The collection of the specs that listen.</summary>
    public const string Collection = "spans";

    private readonly ActivityListener _listener;
    private readonly List<Activity> _begun = [];
    private readonly HashSet<ActivityTraceId> _traces = [];

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Raft.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The spans, in the order in which they began.</summary>
    public IReadOnlyList<Activity> All
    {
        get
        {
            lock (_begun)
                return [.. _begun.Where(span => _traces.Contains(span.TraceId))];
        }
    }

    /// <summary>Whether spans have begun and not ended.</summary>
    public bool AreOpen => All.Any(static span => !span.IsStopped);

    /// <summary>The spans of a peer that a spec made up.</summary>
    public static PeerTraces OfFake(Func<RaftSettings, RaftSettings>? change = null)
    {
        var settings = new RaftSettings { Group = "group", MemberId = "a", Members = [] };
        return new PeerTraces(change is null ? settings : change(settings));
    }

    /// <summary>The current activity of whoever asks something next, until it is disposed of.</summary>
    public Activity Call(bool isRecorded = true)
    {
        var caller = Caller(isRecorded);
        _traces.Add(caller.TraceId);
        return caller;
    }

    /// <summary>An activity of an application.</summary>
    public static Activity Caller(bool isRecorded = true)
    {
        var flags = isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None;
        return new Activity("caller") { ActivityTraceFlags = flags }.Start();
    }

    /// <summary>The spans of a name, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Of(TracedStep step) => [.. All.Where(span => span.OperationName == step.Name)];

    /// <summary>
    /// The spans below a caller, a line each: the name, the kind, the peer, the follower, and the reason of a failure.
    /// </summary>
    public string Tree(Activity caller)
    {
        var text = new StringBuilder();
        Write(caller.SpanId, "");
        return text.ToString().TrimEnd();

        void Write(ActivitySpanId parent, string indent)
        {
            var children = All.Where(span => span.TraceId == caller.TraceId && span.ParentSpanId == parent);
            foreach (var span in children.OrderBy(Position).ThenBy(Line, StringComparer.Ordinal))
            {
                text.AppendLine(indent + Line(span));
                Write(span.SpanId, indent + "  ");
            }
        }

        static int Position(Activity span) =>
            RaftTraces.All.ToList().FindIndex(step => step.Name == span.OperationName);

        static string Line(Activity span)
        {
            string where = span.GetTagItem("member") is { } member ? $" on {member}" : "";
            string to = span.GetTagItem("follower") is { } follower ? $" to {follower}" : "";
            bool isFailed = span.Status == ActivityStatusCode.Error;
            string failure = isFailed ? $": {span.GetTagItem("reason") ?? "failed"}" : "";
            return $"{span.OperationName} {span.Kind}{where}{to}{failure}";
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Activity span)
    {
        lock (_begun)
            _begun.Add(span);
    }
}
