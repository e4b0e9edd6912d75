using RaftActors.Log;

namespace RaftActors.Replication;

/// <summary>How a leader sends entries to a follower.</summary>
internal enum ProgressState
{
    /// <summary>
    /// It does not know where the follower's log agrees with its own: one message, then wait for the answer.
    /// </summary>
    Probe,

    /// <summary>It knows: messages follow each other without waiting, up to the window.</summary>
    Replicate,

    /// <summary>
    /// The follower needs entries that the leader no longer has: it is sent a snapshot, and no entries meanwhile.
    /// </summary>
    Snapshot,
}

/// <summary>What a leader knows of a follower's log, and what it may send next.</summary>
/// <remarks>
/// <para><see cref="MatchIndex"/> is what the follower has acknowledged as durable; <see cref="NextIndex"/> runs ahead
/// of it, by what is under way. A heartbeat names the entry before NextIndex as the previous one, so that a lost
/// message shows in the answer to the next heartbeat, and the progress falls back to probing.</para>
/// <para>Answers come late, twice and in any order. A success only ever moves the progress forward. A rejection moves
/// it back only if it is news: its message was sent after the progress was last set anew (<see cref="_setAt"/>). What
/// was sent before had an older guess as its previous index, and the messages since then are answered, too. A rejection
/// of a message that was sent before the follower was last heard to agree never moves NextIndex to before what it
/// agreed to. A follower that restarts may lose what it agreed to and had not written: it then rejects later messages,
/// which are news.</para>
/// </remarks>
internal sealed class FollowerProgress
{
    private readonly Inflights _inflights;
    private bool _probeSent;

    // The messages with a previous index so far are numbered up to this.
    private long _number;

    // The number of the last message that was sent before the progress was last set anew: by a rejection, by the answer
    // to a probe, or by the end of a snapshot.
    private long _setAt;

    // The follower's log agrees with the leader's up to here, perhaps only in its memory; so it said when messages up
    // to this number were sent.
    private long _agreed;
    private long _agreedAt;

    public FollowerProgress(long lastIndex, int window, TimeSpan now)
    {
        _inflights = new Inflights(window);
        NextIndex = lastIndex + 1;
        LastContact = LastConfirmation = now;
    }

    /// <summary>
    /// The incarnation of the follower's store that the rest is about; 0 as long as none was heard of since the leader
    /// was elected.
    /// </summary>
    public long Incarnation { get; private set; }

    /// <summary>
    /// Whether the follower knows other incarnations of stores than the leader did when it sent what was answered last.
    /// </summary>
    public bool KnowsOtherStores { get; set; }

    /// <summary>Probing, replicating, or sending a snapshot.</summary>
    public ProgressState State { get; private set; }

    /// <summary>The last index known to be durable on the follower (paper: matchIndex).</summary>
    public long MatchIndex { get; private set; }

    /// <summary>The next index to send (paper: nextIndex).</summary>
    public long NextIndex { get; private set; }

    /// <summary>The highest read context that the follower has answered.</summary>
    public long ReadContext { get; private set; }

    /// <summary>When the follower was last heard of.</summary>
    public TimeSpan LastContact { get; private set; }

    /// <summary>Whether the follower has answered this leader.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>What the follower understands: <see cref="Protocol.PeerHeader.Version"/>.</summary>
    public int Version { get; set; }

    /// <summary>
    /// Of a follower whose replica is set aside: the entry that a snapshot for it has to include; otherwise 0.
    /// </summary>
    public long RebuildFrom { get; set; }

    /// <summary>When the follower last answered as one that knows which terms it has seen.</summary>
    public TimeSpan LastConfirmation { get; private set; }

    /// <summary>How many messages with entries are under way.</summary>
    public int Inflight => _inflights.Count;

    /// <summary>Whether a message with entries may be sent now.</summary>
    public bool MaySend => State switch
    {
        ProgressState.Probe => !_probeSent,
        ProgressState.Replicate => !_inflights.IsFull,
        _ => false,
    };

    /// <summary>The number of the next message to the follower; the first is 1.</summary>
    public long NextNumber() => ++_number;

    /// <summary>Records that entries up to an index were sent.</summary>
    public void Sent(long lastIndex)
    {
        if (State == ProgressState.Probe)
        {
            _probeSent = true;
            return;
        }
        _inflights.Add(lastIndex);
        NextIndex = lastIndex + 1;
    }

    /// <summary>The follower was heard of, in the leader's term.</summary>
    /// <param name="now">The time.</param>
    /// <param name="readContext">The read context that it answered.</param>
    /// <param name="confirms">Whether it knows which terms it has seen, so that its answer confirms the leader.</param>
    public void Heard(TimeSpan now, long readContext, bool confirms = true)
    {
        LastContact = now;
        HasAnswered = true;
        if (confirms)
            LastConfirmation = now;
        if (readContext > ReadContext)
            ReadContext = readContext;
    }

    /// <summary>
    /// The follower's log agrees with the leader's up to <paramref name="accepted"/>, and is durable up to
    /// <paramref name="match"/>.
    /// </summary>
    /// <param name="match">The last index that the follower has on its disk, as far as it can say.</param>
    /// <param name="accepted">The last index at which its log agrees.</param>
    /// <param name="confirms">
    /// Whether it can say: one that does not know yet what it may have forgotten has no match.
    /// </param>
    /// <returns>Whether <see cref="MatchIndex"/> moved.</returns>
    public bool Accepted(long match, long accepted, bool confirms = true)
    {
        bool moved = match > MatchIndex;
        if (moved)
            MatchIndex = match;
        Agrees(accepted);
        // In Probe, only the answer to the present probe opens the pipeline: an earlier message's answer comes late,
        // and its index would move NextIndex back, to before a snapshot that the follower has just installed.
        if (State == ProgressState.Probe && accepted >= NextIndex - 1)
        {
            State = ProgressState.Replicate;
            NextIndex = accepted + 1;
            _probeSent = false;
            _setAt = _number;
        }
        else if (NextIndex <= accepted)
        {
            NextIndex = accepted + 1;
        }
        // What it waits for may be an entry that it is yet to be sent: who has moved, for one.
        _inflights.FreeUpTo(confirms ? MatchIndex : Math.Max(MatchIndex, accepted));
        return moved;
    }

    /// <summary>
    /// The follower has started again: what its store has confirmed before does not count, for its disk may have been
    /// set back in between.
    /// </summary>
    public void BeginIncarnation(long incarnation)
    {
        Incarnation = incarnation;
        MatchIndex = 0;
        ReadContext = 0;
        _agreed = 0;
        _agreedAt = _setAt = _number;
        if (State == ProgressState.Replicate)
            State = ProgressState.Probe;
        _probeSent = false;
        _inflights.Clear();
    }

    /// <summary>A snapshot is being sent.</summary>
    public void SendsSnapshot()
    {
        State = ProgressState.Snapshot;
        _inflights.Clear();
    }

    /// <summary>No snapshot is being sent any more.</summary>
    /// <param name="installed">The last entry that it includes, if the follower has installed it.</param>
    public void SnapshotEnded(long? installed)
    {
        State = ProgressState.Probe;
        NextIndex = Math.Max(Math.Max(NextIndex, MatchIndex + 1), (installed ?? 0) + 1);
        Agrees(installed ?? 0);
        _setAt = _number;
        _probeSent = false;
    }

    /// <summary>
    /// The follower refused a message because its log has no such entry at <paramref name="previousIndex"/>.
    /// </summary>
    /// <param name="log">The leader's log.</param>
    /// <param name="previousIndex">The previous index of the message that was refused.</param>
    /// <param name="conflict">How the follower's log differs there.</param>
    /// <param name="number">The number of that message; 0 from a follower whose version returns none.</param>
    /// <returns>Whether the refusal is news; an old one that was overtaken changes nothing.</returns>
    public bool Rejected(RaftLog log, long previousIndex, LogConflict conflict, long number)
    {
        bool overtaken = number > 0 && (number <= _setAt || (number <= _agreedAt && previousIndex <= _agreed));
        bool stale = overtaken || previousIndex <= MatchIndex || State == ProgressState.Snapshot
            || (State == ProgressState.Probe ? previousIndex != NextIndex - 1 : previousIndex >= NextIndex);
        if (stale)
            return false;

        State = ProgressState.Probe;
        if (number == 0 || number > _agreedAt)
            _agreed = MatchIndex;
        NextIndex = Math.Max(Math.Max(MatchIndex, _agreed), conflict.LastPossibleMatch(log, previousIndex)) + 1;
        _setAt = _number;
        _probeSent = false;
        _inflights.Clear();
        return true;
    }

    private void Agrees(long index)
    {
        if (index < _agreed)
            return;
        _agreed = index;
        _agreedAt = _number;
    }
}
