using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// The properties that must hold after every turn of every actor (paper, Figure 3). They are checked against the memory
/// and the disks of the peers. A turn costs little: what has not changed is not looked at again. An entry is compared
/// once for each peer, when it appears in that peer's log, with the entry of other peers at the same index and term.
/// </summary>
internal sealed class Invariants(IReadOnlyList<SimulatedNode> nodes, Trace trace)
{
    private readonly Strangers _strangers = new();
    private readonly Dictionary<SimulatedNode, PeerView> _views = [];
    private readonly Dictionary<long, string> _leaders = [];
    private readonly Dictionary<(string StoreId, int SetBacks, long Term), string> _votes = [];
    private readonly Dictionary<SimulatedNode, long> _toldTerms = [];
    private readonly Majorities _majorities = new(nodes);
    private readonly AppliedValues _values = new();

    // By index and term: the entry, and the term of the entry before it. Two logs that agree on both at each entry are
    // the same up to there (Log Matching).
    private readonly Dictionary<(long Index, long Term), (long PreviousTerm, LogEntry Entry)> _entries = [];
    private readonly List<LogEntry> _committed = [];
    private readonly Dictionary<long, string> _states = [];

    /// <summary>The last index that any peer has committed.</summary>
    public long CommitIndex => _committed.Count;

    /// <summary>The entry that was committed at an index.</summary>
    public LogEntry Committed(long index) => _committed[(int)index - 1];

    /// <summary>The leader of the highest term so far.</summary>
    public string? LatestLeader => _leaders.Count == 0 ? null : _leaders[_leaders.Keys.Max()];

    /// <summary>Called when a process of a node has ended.</summary>
    public void ProcessDied(SimulatedNode node) => _views.Remove(node);

    /// <summary>Whether the state of a replica was changed from outside.</summary>
    public bool StateWasChanged { get; set; }

    /// <summary>Called when a disk was set back. The node may have told others what it no longer knows.</summary>
    public void DiskSetBack(SimulatedNode node) => _toldTerms.Remove(node);

    /// <summary>Called when the group begins with committed entries: those in a backup.</summary>
    public void Begin(IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            _committed.Add(entry);
            _majorities.Committed(entry);
        }
    }

    /// <summary>Called when an actor of a process has had its turn.</summary>
    public void AfterTurn(SimulatedProcess process)
    {
        if (process.Node.IsStranger)
        {
            _strangers.AfterTurn(process);
            return;
        }
        if (process.Peer is not { } peer)
        {
            _views.Remove(process.Node);
            return;
        }
        var state = peer.Inspect();
        if (!_views.TryGetValue(process.Node, out var view) || view.Peer != peer)
        {
            view = new PeerView(peer, _majorities);
            _views[process.Node] = view;
            Recovered(process.Node, state);
        }
        _strangers.CheckGroup(process.Node, state);
        CheckRole(process.Node, view, state);
        CheckLog(process.Node, view, state);
        CheckCommit(process.Node, view, state);
        CheckFollowers(process.Node, view, state);
        if (state.IsSetAside && !StateWasChanged)
            throw new SimulationViolation("equal replicas have equal digests",
                $"{process.Node} takes its replica for one that differs, but nobody has changed any.");
        view.Note(state);
    }

    /// <summary>
    /// Checks a message: a term and a vote never go back, a store votes once in a term, and nothing is said that is not
    /// durable.
    /// </summary>
    public void Sent(SimulatedNode from, SimulatedNode to, object message)
    {
        if (message is not PeerMessage peer)
            return;
        if (peer.Term > from.Durable.HardState.Term)
            throw new SimulationViolation("durability",
                $"{from} says term {peer.Term} in {peer.GetType().Name}, but only term {from.Durable.HardState.Term} "
                    + "is on its disk.");
        _toldTerms[from] = Math.Max(_toldTerms.GetValueOrDefault(from), peer.Term);
        switch (peer)
        {
            case RequestVote { PreVote: false } request:
                Votes(from, request.Header.StoreId, from.Id, request.Term);
                break;
            case RequestVoteReply { PreVote: false, Granted: true } reply:
                Votes(from, reply.Header.StoreId, to.Id, reply.ElectionTerm);
                _majorities.Granted(from.Id, to.Id, reply.ElectionTerm);
                break;
            // The peer's disk may be behind if it has the entries in memory. But then the leader learns nothing by
            // which it could commit more.
            case InstallSnapshotReply { Installed: true } reply when reply.LastIncludedIndex > CommitIndex
                || Committed(reply.LastIncludedIndex).Term != reply.LastIncludedTerm:
                throw new SimulationViolation("State Machine Safety",
                    $"{from} says that it has installed a snapshot up to {reply.LastIncludedIndex} of term "
                        + $"{reply.LastIncludedTerm}, which was not committed.");
            case AppendEntriesReply { Success: true } reply when reply.MatchIndex > from.Durable.LastIndex:
                throw new SimulationViolation("durability",
                    $"{from} acknowledges entries up to {reply.MatchIndex}, but its disk has them up to "
                        + $"{from.Durable.LastIndex}.");
        }
    }

    /// <summary>
    /// Checks State Machine Safety: each state machine applies committed entries, in order, and all apply the same.
    /// </summary>
    public void Applies(SimulatedNode node, long previous, LogEntry entry)
    {
        if (entry.Index <= previous)
            throw new SimulationViolation("State Machine Safety",
                $"{node} applies index {entry.Index} after index {previous}.");
        if (entry.Index > CommitIndex)
            throw new SimulationViolation("State Machine Safety",
                $"{node} applies index {entry.Index} of term {entry.Term}, which nobody has committed.");
        if (!IsSame(Committed(entry.Index), entry))
            throw new SimulationViolation("State Machine Safety",
                $"{node} applies {entry} where {Committed(entry.Index)} was committed.");
    }

    /// <summary>Checks that every state machine that applies an entry does the same.</summary>
    public void Applied(SimulatedNode node, LogEntry entry, string key, string? value, string answer) =>
        _values.Applied(node, entry.Index, key, value, answer);

    /// <summary>Checks that the answer to a read is the value at the index that it says it reflects.</summary>
    public void CheckRead(string key, long appliedIndex, string? value) => _values.CheckRead(key, appliedIndex, value);

    /// <summary>
    /// Called when the state of a state machine was captured. At the same index, all states must be the same.
    /// </summary>
    public void Captured(SimulatedNode node, long index, string state)
    {
        if (!_states.TryAdd(index, state) && _states[index] != state)
            throw new SimulationViolation("replicas are identical",
                $"After {index}, {node} has\n{state}\nwhere another peer had\n{_states[index]}");
    }

    /// <summary>Called when a state was restored. It must be a state that was captured, and not a mixture.</summary>
    public void Restored(SimulatedNode node, long index, string state)
    {
        if (!_states.TryGetValue(index, out string? captured) || captured != state)
            throw new SimulationViolation("a snapshot is what was captured",
                $"{node} has restored, for {index},\n{state}\nwhere this was captured:\n{captured ?? "nothing"}");
    }

    private void Votes(SimulatedNode voter, string storeId, string candidate, long term)
    {
        var durable = voter.Durable.HardState;
        if (durable.Term == term && durable.VotedFor != candidate)
            throw new SimulationViolation("durability",
                $"{voter} votes for {candidate} in term {term}, but its disk has a vote for "
                    + $"{durable.VotedFor ?? "nobody"}.");
        var key = (storeId, voter.SetBacks, term);
        if (!_votes.TryAdd(key, candidate) && _votes[key] != candidate)
            throw new SimulationViolation("one vote a term",
                $"{voter} votes in term {term} for {candidate} after {_votes[key]}.");
    }

    private void Recovered(SimulatedNode node, in PeerState state)
    {
        if (state.HardState.Term < _toldTerms.GetValueOrDefault(node))
            throw new SimulationViolation("a term never goes back",
                $"{node} recovers in term {state.HardState.Term}, but has told others of term {_toldTerms[node]}.");
        if (node.DamagedEvent > 0)
        {
            node.DamagedEvent = 0;
            if (!node.Durable.EverHadAll(state.Log))
                throw new SimulationViolation("durability",
                    $"{node}, of which an event is damaged, recovers a log up to {state.Log.LastIndex}, of which its "
                        + "disk never had some entries.");
            node.Durable.Cut(state.Log, state.HardState.GroupId);
        }
        // A snapshot from the leader counts from the moment when its manifest is durable, even if the event about it
        // was never written. What the snapshot includes is committed.
        else if (state.Log.LastIndex == state.Log.BaseIndex && state.Log.BaseIndex > node.Durable.BaseIndex)
        {
            node.Durable.SnapshotCounts(state.Log.BaseIndex);
        }
        string groupId = node.Durable.HardState.GroupId;
        if (groupId.Length > 0 && state.HardState.GroupId != groupId)
            throw new SimulationViolation("a disk belongs to one group",
                $"{node} recovers as of group {state.HardState.GroupId}, but its disk is of group {groupId}.");
        if (state.Log.LastIndex != node.Durable.LastIndex)
            throw new SimulationViolation("durability",
                $"{node} recovers a log up to {state.Log.LastIndex}, but its disk has one up to "
                    + $"{node.Durable.LastIndex}.");
    }

    private void CheckLog(SimulatedNode node, PeerView view, in PeerState state)
    {
        var log = state.Log;
        long same = view.SharedPrefix(log);
        if (same < view.LastIndex && view.Role == RaftRole.Leader && view.Term == state.HardState.Term
            && state.Role == RaftRole.Leader)
            throw new SimulationViolation("Leader Append-Only",
                $"{node} leads term {view.Term} and changes its log after {same}, which went up to {view.LastIndex}.");
        if (same < view.CommitIndex)
            throw new SimulationViolation("State Machine Safety",
                $"{node} changes its log after {same}, but had committed up to {view.CommitIndex}.");
        // Between the write of the event about an installed snapshot and its handler, the peer still has the log that
        // the snapshot replaces.
        bool switching = node.Durable.BaseIndex > log.BaseIndex;
        if ((state.PersistedIndex > node.Durable.LastIndex && !switching) || state.PersistedIndex > log.LastIndex)
            throw new SimulationViolation("durability",
                $"{node} holds its log to be durable up to {state.PersistedIndex}; its disk has it up to "
                    + $"{node.Durable.LastIndex}, its memory up to {log.LastIndex}.");
        for (long index = Math.Max(same + 1, log.FirstIndex); index <= log.LastIndex; index++)
        {
            var entry = log[index];
            Strangers.CheckEntry(node, entry);
            long previous = log.TermAt(index - 1);
            if (!_entries.TryAdd((index, entry.Term), (previous, entry))
                && _entries[(index, entry.Term)] is var (known, other) && (known != previous || !IsSame(other, entry)))
                throw new SimulationViolation("Log Matching",
                    $"{node} has {entry} after one of term {previous}; another log has {other} after one of term "
                        + $"{known}.");
        }
    }

    private void CheckRole(SimulatedNode node, PeerView view, in PeerState state)
    {
        if (state.HardState.Term < view.Term)
            throw new SimulationViolation("a term never goes back",
                $"{node} goes back from term {view.Term} to {state.HardState.Term}.");
        if (state.Role != RaftRole.Leader || (view.Role == RaftRole.Leader && view.Term == state.HardState.Term))
            return;
        long term = state.HardState.Term;
        if (trace.IsOn)
            trace.Line($"{node} leads term {term}, log up to {state.Log.LastIndex}");
        if (!_leaders.TryAdd(term, node.Id) && _leaders[term] != node.Id)
            throw new SimulationViolation("Election Safety", $"{_leaders[term]} and {node} both lead term {term}.");
        _majorities.CheckElected(node, state.Log, term);
        if (CommitIndex > 0 && Committed(CommitIndex) is var last && last.Term < term
            && state.Log.LastIndex >= state.Log.FirstIndex && state.Log.TermAt(last.Index) != last.Term
            && last.Index >= state.Log.FirstIndex - 1)
            throw new SimulationViolation("Leader Completeness",
                $"{node} leads term {term} without {last}, which is committed.");
    }

    private void CheckCommit(SimulatedNode node, PeerView view, in PeerState state)
    {
        long commit = state.Log.CommitIndex;
        if (commit < view.CommitIndex)
            throw new SimulationViolation("the commit index never goes back",
                $"{node} goes back from {view.CommitIndex} to {commit}.");
        if (state.AppliedIndex > commit)
            throw new SimulationViolation("State Machine Safety",
                $"{node} has applied up to {state.AppliedIndex}, and committed up to {commit}.");
        // Entries of earlier terms are committed together with an entry of the present term, and never by counting
        // replicas (paper, section 5.4.2 and Figure 8).
        if (commit > view.CommitIndex && state.Role == RaftRole.Leader && view.Role == RaftRole.Leader
            && state.Log.TermAt(commit) != state.HardState.Term)
            throw new SimulationViolation("Leader Completeness",
                $"{node} leads term {state.HardState.Term} and commits up to {commit}, an entry of term "
                    + $"{state.Log.TermAt(commit)}.");
        long before = state.Log.FirstIndex - 1;
        if (before > CommitIndex || (before > 0 && Committed(before).Term != state.Log.TermAt(before)))
            throw new SimulationViolation("State Machine Safety",
                $"The log of {node} begins after entry {before} of term {state.Log.TermAt(before)}, which was not "
                    + "committed.");
        for (long index = Math.Max(view.CommitIndex, state.Log.FirstIndex - 1) + 1; index <= commit; index++)
        {
            var entry = state.Log[index];
            if (index <= CommitIndex)
            {
                if (!IsSame(Committed(index), entry))
                    throw new SimulationViolation("State Machine Safety",
                        $"{node} commits {entry} where {Committed(index)} was committed.");
                continue;
            }
            _committed.Add(entry);
            _majorities.CheckCommitted(node, view.Electorate, state.Log, entry);
            _majorities.Committed(entry);
        }
    }

    // A late answer takes nothing back (paper, Figure 2: matchIndex increases monotonically).
    private void CheckFollowers(SimulatedNode node, PeerView view, in PeerState state)
    {
        if (state.Leading is not { } leading)
            return;
        foreach (var (voter, progress) in leading.Followers)
        {
            // But what the follower said before its last start does not count.
            if (view.Matches.TryGetValue(progress, out var before) && progress.Incarnation == before.Incarnation
                && progress.MatchIndex < before.Index)
                throw new SimulationViolation("a match index never goes back",
                    $"{node} knew {voter.Id} to have entries up to {before.Index}, and now only up to "
                        + $"{progress.MatchIndex}.");
            view.Matches[progress] = (progress.Incarnation, progress.MatchIndex);
            CheckSends(node, view, voter.Id, progress);
        }
    }

    // When a follower has a snapshot, the leader must not start a second one because of a late answer. It may do so
    // only if it has compacted more entries since, or if the follower has restarted and may have lost some.
    private void CheckSends(SimulatedNode node, PeerView view, string follower, FollowerProgress progress)
    {
        bool isSent = progress.State == ProgressState.Snapshot;
        if (!view.Sends.TryGetValue(progress, out var former))
        {
            if (isSent)
                view.Sends[progress] = (true, 0, null);
            return;
        }
        if (isSent == former.IsSent)
            return;
        var process = nodes.First(each => each.Id == follower).Process;
        if (isSent && process is not null && process == former.To && progress.NextIndex < former.NextIndex)
        {
            throw new SimulationViolation(
                "a snapshot is sent once",
                $"{node} starts to send {follower} a snapshot again, from {progress.NextIndex} on, although the one "
                    + $"before brought it to {former.NextIndex - 1}.");
        }
        view.Sends[progress] = (isSent, progress.NextIndex, process);
    }

    private static bool IsSame(LogEntry one, LogEntry other) => ReferenceEquals(one, other)
        || (one.Index == other.Index && one.Term == other.Term && one.Kind == other.Kind && one.Time == other.Time
            && one.Session == other.Session
            && one.Payload.Bytes.Span.SequenceEqual(other.Payload.Bytes.Span));
}
