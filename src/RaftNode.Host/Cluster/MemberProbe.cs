using System.Diagnostics;
using Akka.Actor;
using RaftNode.Host.Http;

namespace RaftNode.Host.Cluster;

/// <summary>Asks another node how it stands, at most one question at a time, and keeps the last answer.</summary>
/// <param name="member">The member id of the other node.</param>
/// <param name="node">The <see cref="NodeActor"/> of the other node.</param>
/// <param name="events">Where the events of the other node are added.</param>
/// <param name="group">
/// The name of the group that the question is about; <c>null</c> for how the node stands in all its groups together.
/// </param>
internal sealed class MemberProbe(string member, IActorRef node, NodeEvents events, string? group)
{
    // The other node asks its peer for up to a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly Lock _lock = new();
    private Task _asking = Task.CompletedTask;
    private long _asked;
    private Outcome? _last;

    /// <summary>What came of the last question; <c>null</c> if there was none yet.</summary>
    public Outcome? Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Asks, unless a question is under way or was just answered.</summary>
    /// <returns>Completes with the question that is under way.</returns>
    public Task AskIfDueAsync()
    {
        lock (_lock)
        {
            if (!_asking.IsCompleted || (_last is not null && Stopwatch.GetElapsedTime(_asked) < Interval))
                return _asking;
            _asked = Stopwatch.GetTimestamp();
            return _asking = AskAsync();
        }
    }

    private async Task AskAsync()
    {
        var outcome = await ReadAsync();
        lock (_lock)
            _last = outcome;
    }

    private async Task<Outcome> ReadAsync()
    {
        var (run, number) = events.HeardOf(member);
        NodeReport? report;
        string problem;
        try
        {
            INodeMessage question = group is null ? new ReportNode(run, number) : new ReportGroup(group);
            report = await node.Ask<object>(question, Patience) is NodeReported reported
                ? NodeReport.Read(reported.Json, out problem)
                : NodeReport.Read(default, out problem);
        }
        catch (AskTimeoutException)
        {
            return Outcome.Unreachable($"it has not answered within {Patience.TotalSeconds} s");
        }
        if (report is null)
            return Outcome.Unreachable(problem);
        if (report.Status is { } status && status.Node != member)
            return Outcome.Unreachable("another node answers at its address");
        events.Merge(member, report.Run, report.Events);
        return new Outcome(Stopwatch.GetTimestamp(), IsReachable: true, report.Status, report.Problem);
    }

    /// <summary>What came of a question.</summary>
    /// <param name="At">When it was answered, or given up.</param>
    /// <param name="IsReachable">Whether the node answered.</param>
    /// <param name="Status">How the node stands; <c>null</c> if its peer does not run, or there was no answer.</param>
    /// <param name="Problem">Why there is no status.</param>
    internal sealed record Outcome(long At, bool IsReachable, StatusDocument? Status, ProblemDocument? Problem)
    {
        /// <summary>The node did not answer.</summary>
        /// <param name="why">Why, as the end of a sentence.</param>
        public static Outcome Unreachable(string why) => new(Stopwatch.GetTimestamp(), IsReachable: false, null,
            new ProblemDocument(Problems.UnreachableType, $"The asked node does not reach this node: {why}."));
    }
}
