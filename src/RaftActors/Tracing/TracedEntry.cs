using System.Diagnostics;

namespace RaftActors.Tracing;

/// <summary>The spans of one entry on one peer that have not ended.</summary>
/// <param name="index">The index of the entry.</param>
/// <param name="term">The term of the entry.</param>
internal sealed class TracedEntry(long index, long term)
{
    private readonly List<(string Follower, Activity Span)> _replicates = [];

    /// <summary>The index of the entry.</summary>
    public long Index { get; } = index;

    /// <summary>The term of the entry.</summary>
    public long Term { get; } = term;

    /// <summary>The span of the proposal on the leader; <c>null</c> on a follower.</summary>
    public TraceContext? Proposal { get; init; }

    /// <summary>Until the entry is on the disk of this peer.</summary>
    public Activity? Append { get; set; }

    /// <summary>The write that has the entry.</summary>
    public Activity? Write { get; set; }

    /// <summary>Until the entry is committed; only on the leader.</summary>
    public Activity? Commit { get; set; }

    /// <summary>Until the entry is applied; only on the leader.</summary>
    public Activity? Apply { get; set; }

    /// <summary>When the peer first looked how long the spans last.</summary>
    public TimeSpan? SeenAt { get; set; }

    /// <summary>Whether all spans have ended.</summary>
    public bool IsDone => Append is null && Commit is null && Apply is null && _replicates.Count == 0;

    /// <summary>The span in which the entry is sent to a follower.</summary>
    /// <param name="follower">The follower.</param>
    /// <param name="begin">Begins the span, if the entry was not sent before.</param>
    public Activity? Replicate(string follower, Func<TracedEntry, string, Activity?> begin)
    {
        foreach (var (to, span) in _replicates)
            if (to == follower)
                return span;
        if (begin(this, follower) is not { } begun)
            return null;
        _replicates.Add((follower, begun));
        return begun;
    }

    /// <summary>The entry is on the disk of a follower.</summary>
    public void Replicated(string follower)
    {
        int at = _replicates.FindIndex(each => each.Follower == follower);
        if (at < 0)
            return;
        RaftTraces.End(_replicates[at].Span);
        _replicates.RemoveAt(at);
    }

    /// <summary>The entry is on the disk of this peer.</summary>
    public void Written()
    {
        RaftTraces.End(Write);
        RaftTraces.End(Append);
        Write = Append = null;
    }

    /// <summary>The followers that do not have the entry by now are not waited for.</summary>
    public void FailReplicates(string why)
    {
        foreach (var (_, span) in _replicates)
            RaftTraces.Fail(span, why);
        _replicates.Clear();
    }

    /// <summary>Ends all spans: nobody will say what becomes of the entry.</summary>
    public void Fail(string why)
    {
        FailReplicates(why);
        foreach (var span in new[] { Write, Append, Commit, Apply })
            RaftTraces.Fail(span, why);
        Write = Append = Commit = Apply = null;
    }
}
