using System.Diagnostics;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Tracing;

/// <summary>
/// The spans of one peer. <see cref="RaftTraces"/> names them. Without a recorded trace, the peer has no
/// <see cref="TracedEntry"/>, and each method here is one comparison a batch.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
internal sealed class PeerTraces(RaftSettings settings)
{
    /// <summary>
    /// How many entries have spans at a time. An entry beyond that has none: what is under way is then no longer found
    /// by looking at one entry. All contexts together fit the room that a message has besides its entries
    /// (<see cref="RaftSettings.FrameOverhead"/>).
    /// </summary>
    public const int MaxEntries = 512;

    private readonly List<TracedEntry> _entries = [];

    /// <summary>How many entries have spans that have not ended.</summary>
    public int Count => _entries.Count;

    // ---- Proposals

    /// <summary>A peer that does not lead is told a proposal.</summary>
    /// <param name="caller">The span of whoever told it.</param>
    public Activity? Forwards(TraceContext? caller) => Begin(RaftTraces.Forward, caller);

    /// <summary>The leader is told a proposal.</summary>
    /// <param name="caller">The span of whoever told it.</param>
    public Activity? Proposes(TraceContext? caller) => Begin(RaftTraces.Propose, caller);

    // ---- Entries of the leader

    /// <summary>The leader appends an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="proposal">The span of the proposal.</param>
    public void Appended(LogEntry entry, TraceContext? proposal)
    {
        if (proposal is null || _entries.Count >= MaxEntries)
            return;
        var traced = new TracedEntry(entry.Index, entry.Term) { Proposal = proposal };
        traced.Append = Begin(RaftTraces.Append, proposal, traced)?.SetTag("bytes", entry.Payload.Bytes.Length);
        traced.Commit = Begin(RaftTraces.Commit, proposal, traced);
        Keep(traced);
    }

    /// <summary>The leader sends entries to a follower.</summary>
    /// <returns>The spans of the entries that have one.</returns>
    public IReadOnlyList<EntryTrace> Sending(string follower, EntryBatch entries)
    {
        if (_entries.Count == 0 || entries.Count == 0)
            return [];
        List<EntryTrace>? traces = null;
        foreach (var traced in _entries)
        {
            if (traced.Proposal is null || traced.Index < entries.FirstIndex || traced.Index > entries.LastIndex)
                continue;
            if (TraceContext.Of(traced.Replicate(follower, BeginReplicate)) is { } context)
                (traces ??= []).Add(new EntryTrace(traced.Index, context));
        }
        return traces ?? (IReadOnlyList<EntryTrace>)[];
    }

    /// <summary>A follower has the entries up to an index on its disk.</summary>
    public void Replicated(string follower, long matchIndex)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
            if (traced.Index <= matchIndex)
                traced.Replicated(follower);
        DropDone();
    }

    /// <summary>Entries are committed.</summary>
    public void Committed(long commitIndex)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
        {
            if (traced.Index > commitIndex || traced.Commit is not { } commit)
                continue;
            RaftTraces.End(commit);
            traced.Commit = null;
            traced.Apply = Begin(RaftTraces.Apply, traced.Proposal, traced);
        }
        DropDone();
    }

    /// <summary>Entries are applied.</summary>
    public void Applied(long appliedIndex)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
        {
            if (traced.Index > appliedIndex)
                continue;
            RaftTraces.End(traced.Apply);
            traced.Apply = null;
        }
        DropDone();
    }

    /// <summary>
    /// A heartbeat of the leader. A follower that is down must not keep spans: a proposal is not waited for any longer
    /// either.
    /// </summary>
    public void EndOverdue(TimeSpan now)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
        {
            traced.SeenAt ??= now;
            if (now - traced.SeenAt >= settings.ForwardTimeout)
                traced.FailReplicates(
                    $"The follower did not confirm the entry for {RaftSettings.Text(settings.ForwardTimeout)}.");
        }
        DropDone();
    }

    /// <summary>The peer no longer leads.</summary>
    public void LeadershipEnded() => FailAfter(0, "The leader lost its leadership.");

    // ---- Entries of a follower

    /// <summary>A follower has appended the entries of a message.</summary>
    /// <param name="append">The message.</param>
    /// <param name="persistedIndex">The last index that is on the disk.</param>
    public void Received(AppendEntries append, long persistedIndex)
    {
        if (append.Traces.Count == 0 || !RaftTraces.AreOn)
            return;
        var entries = append.Entries;
        foreach (var (index, context) in append.Traces)
        {
            // The message may be one that came before.
            bool isNew = index > Math.Max(append.PrevLogIndex, persistedIndex) && index <= append.LastIndex
                && !_entries.Exists(each => each.Index == index);
            if (!isNew || _entries.Count >= MaxEntries)
                continue;
            var entry = entries.Entries[(int)(index - entries.FirstIndex)];
            var traced = new TracedEntry(index, entry.Term);
            traced.Append = Begin(RaftTraces.Append, context, traced)?.SetTag("bytes", entry.Payload.Bytes.Length);
            Keep(traced);
        }
    }

    /// <summary>The entries after an index are gone: the leader has others.</summary>
    public void Truncated(long index) => FailAfter(index, "The leader has another entry at this index.");

    /// <summary>A snapshot of the leader is in the place of all entries.</summary>
    public void LogReplaced() => FailAfter(0, "A snapshot of the leader took the place of the entry.");

    // ---- The journal

    /// <summary>A write begins.</summary>
    public void Writing(StatePersisted written)
    {
        if (_entries.Count == 0 || written.Batches.Count == 0)
            return;
        long last = written.Batches[^1].LastIndex;
        foreach (var traced in _entries)
        {
            if (traced.Append is null || traced.Index <= written.PreviousIndex || traced.Index > last)
                continue;
            traced.Write = Begin(RaftTraces.JournalWrite, TraceContext.Of(traced.Append), traced)
                ?.SetTag("entries", last - written.PreviousIndex).SetTag("bytes", written.Size);
        }
    }

    /// <summary>The entries up to an index are on the disk.</summary>
    public void Written(long persistedIndex)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
            if (traced.Index <= persistedIndex)
                traced.Written();
        DropDone();
    }

    /// <summary>The peer stops.</summary>
    /// <param name="why">Why, in a sentence.</param>
    public void Stop(string why) => FailAfter(0, why);

    private Activity? BeginReplicate(TracedEntry traced, string follower) =>
        Begin(RaftTraces.Replicate, traced.Proposal, traced)?.SetTag("follower", follower);

    private Activity? Begin(TracedStep step, TraceContext? parent, TracedEntry traced) =>
        Begin(step, parent)?.SetTag("index", traced.Index).SetTag("term", traced.Term);

    private Activity? Begin(TracedStep step, TraceContext? parent) =>
        RaftTraces.Begin(step, parent)?.SetTag("group", settings.Group).SetTag("member", settings.MemberId);

    private void Keep(TracedEntry traced)
    {
        if (!traced.IsDone)
            _entries.Add(traced);
    }

    private void FailAfter(long index, string why)
    {
        if (_entries.Count == 0)
            return;
        foreach (var traced in _entries)
            if (traced.Index > index)
                traced.Fail(why);
        DropDone();
    }

    private void DropDone() => _entries.RemoveAll(static traced => traced.IsDone);
}
