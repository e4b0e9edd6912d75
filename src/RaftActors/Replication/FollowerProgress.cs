using RaftActors.Log;

namespace RaftActors.Replication;

/// <summary>How a leader sends entries to a follower.</summary>
internal enum ProgressState
{
    /// <summary>
    /// The leader does not know how far the follower's log agrees with its own. It sends one message, and waits for the
    /// answer.
    /// </summary>
    Probe,

    /// <summary>
    /// The leader knows how far the logs agree. It sends messages without waiting for answers, up to the window.
    /// </summary>
    Replicate,

    /// <summary>
    /// The follower needs entries that the leader has compacted. The leader sends a snapshot, and no entries meanwhile.
    /// </summary>
    Snapshot,
}

/// <summary>What a leader knows about a follower's log, and what it may send next.</summary>
/// <remarks>
/// <para>
/// <see cref="MatchIndex"/> is the last index that the follower has acknowledged as durable. <see cref="NextIndex"/> is
/// ahead of it by the entries under way. A heartbeat names the entry before NextIndex as the previous one. So a lost
/// message shows in the answer to the next heartbeat, and the progress falls back to probing.
/// </para>
/// <para>
/// Answers come late, twice and in any order. A success only moves the progress forward. A rejection moves it back only
/// if its message was sent after the progress was last set anew (<see cref="_setAt"/>). An earlier message used an
/// older guess as its previous index, and later messages will be answered, too. If the rejected message was sent before
/// the follower was last heard to agree, the rejection never moves NextIndex to before the agreed index. A follower
/// that restarts may lose entries that it agreed to and had not written. It then rejects later messages, and these
/// rejections count.
/// </para>
/// </remarks>
internal sealed class FollowerProgress
{
    private readonly Inflights _inflights;
    private bool _probeSent;

    // The number of the last message with a previous index.
    private long _number;

    // The number of the last message that was sent before the progress was last set anew: by a rejection, by the answer
    // to a probe, or by the end of a snapshot.
    private long _setAt;

    // The last index up to which the follower's log agrees with the leader's, perhaps only in the follower's memory,
    // and the number of the last message when the follower said so.
    private long _agreed;
    private long _agreedAt;

    // Since when the first entry that the follower has not confirmed has been in the log; the largest time if there is
    // none.
    private TimeSpan _behindSince = TimeSpan.MaxValue;

    public FollowerProgress(long lastIndex, int window, TimeSpan now)
    {
        _inflights = new Inflights(window);
        NextIndex = lastIndex + 1;
        LastContact = LastConfirmation = now;
    }

    /// <summary>
    /// The incarnation of the follower's store that the other values are about; 0 before the leader has heard of one.
    /// </summary>
    public long Incarnation { get; private set; }

    /// <summary>
    /// Whether the follower knew other incarnations of stores than the leader did when it last answered.
    /// </summary>
    public bool KnowsOtherStores { get; set; }

    /// <summary>The state of the progress.</summary>
    public ProgressState State { get; private set; }

    /// <summary>The last index known to be durable on the follower (paper: matchIndex).</summary>
    public long MatchIndex { get; private set; }

    /// <summary>The next index to send (paper: nextIndex).</summary>
    public long NextIndex { get; private set; }

    /// <summary>The highest read context that the follower has answered.</summary>
    public long ReadContext { get; private set; }

    /// <summary>When the follower was last heard.</summary>
    public TimeSpan LastContact { get; private set; }

    /// <summary>Whether the follower has answered this leader.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether the follower has said that it rests, since the leader began to ask for it.</summary>
    public bool Rests { get; set; }

    /// <summary>
    /// The version of the protocol that the follower understands: <see cref="Protocol.PeerHeader.Version"/>.
    /// </summary>
    public int Version { get; set; }

    /// <summary>
    /// The index that a snapshot must include to rebuild the follower's replica, if that replica is set aside;
    /// otherwise 0.
    /// </summary>
    public long RebuildFrom { get; set; }

    /// <summary>When the follower last answered and was verified, so that it knows which terms it has seen.</summary>
    public TimeSpan LastConfirmation { get; private set; }

    /// <summary>The number of messages with entries under way.</summary>
    public int Inflight => _inflights.Count;

    /// <summary>Whether a message with entries may be sent now.</summary>
    public bool MaySend => State switch
    {
        ProgressState.Probe => !_probeSent,
        ProgressState.Replicate => !_inflights.IsFull,
        _ => false,
    };

    /// <summary>
    /// For how long the first entry that the follower has not confirmed has been in the log: see <see cref="NoteLag"/>.
    /// Any thread may ask.
    /// </summary>
    public TimeSpan LagAt(TimeSpan now) => now > _behindSince ? now - _behindSince : TimeSpan.Zero;

    /// <summary>Finds anew since when the follower is behind.</summary>
    /// <param name="log">The leader's log.</param>
    /// <param name="logTime">The present log time, in milliseconds.</param>
    /// <param name="now">The time.</param>
    public void NoteLag(RaftLog log, long logTime, TimeSpan now)
    {
        // The time of an entry that was compacted is gone: the lag is at least that of the first entry there is.
        long missing = Math.Max(MatchIndex + 1, log.FirstIndex);
        bool isBehind = MatchIndex < log.LastIndex;
        long since = missing <= log.LastIndex ? log[missing].Time : log.LastTime;
        _behindSince = isBehind ? now - TimeSpan.FromMilliseconds(Math.Max(0, logTime - since)) : TimeSpan.MaxValue;
    }

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

    /// <summary>Called when the follower was heard in the leader's term.</summary>
    /// <param name="now">The time.</param>
    /// <param name="readContext">The read context in the follower's answer.</param>
    /// <param name="confirms">
    /// Whether the follower knows which terms it has seen. Only then does its answer confirm the leader.
    /// </param>
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
    /// Called when the follower's node was heard on the follower's behalf. That confirms nothing about the leader.
    /// </summary>
    /// <param name="heard">When the node was heard.</param>
    public void WasThere(TimeSpan heard)
    {
        if (heard > LastContact)
            LastContact = heard;
    }

    /// <summary>
    /// Called when the follower has said that its log agrees with the leader's up to <paramref name="accepted"/>, and
    /// is durable up to <paramref name="match"/>.
    /// </summary>
    /// <param name="match">The last durable index, as far as the follower can say.</param>
    /// <param name="accepted">The last index up to which the logs agree.</param>
    /// <param name="confirms">
    /// Whether the follower can say what is durable. A follower that does not know yet what it may have forgotten has
    /// no match.
    /// </param>
    /// <returns>Whether <see cref="MatchIndex"/> moved.</returns>
    public bool Accepted(long match, long accepted, bool confirms = true)
    {
        bool moved = match > MatchIndex;
        if (moved)
            MatchIndex = match;
        Agrees(accepted);
        // In Probe, only the answer to the present probe opens the pipeline. The index in a late answer to an earlier
        // message would move NextIndex back, before a snapshot that the follower has just installed.
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
        // A follower that cannot confirm yet may wait for an entry that is still to be sent: for example, the new
        // address of a voter. So what it has accepted frees the window.
        _inflights.FreeUpTo(confirms ? MatchIndex : Math.Max(MatchIndex, accepted));
        return moved;
    }

    /// <summary>
    /// Called when the follower has started again. Its store's earlier confirmations do not count, because its disk may
    /// have been set back before the start.
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

    /// <summary>
    /// Called when a leader goes on that has slept: the follower rests, and has the whole log on its disk.
    /// </summary>
    /// <param name="lastIndex">The last index of the log.</param>
    /// <param name="version">The version of the protocol that the follower understands at least.</param>
    public void GoOn(long lastIndex, int version)
    {
        State = ProgressState.Replicate;
        MatchIndex = _agreed = lastIndex;
        NextIndex = lastIndex + 1;
        Version = version;
        HasAnswered = Rests = true;
    }

    /// <summary>Called when a snapshot is being sent.</summary>
    public void SendsSnapshot()
    {
        State = ProgressState.Snapshot;
        _inflights.Clear();
    }

    /// <summary>Called when the snapshot is no longer being sent.</summary>
    /// <param name="installed">
    /// The index of the last entry that the snapshot includes, if the follower has installed it; otherwise <c>null</c>.
    /// </param>
    public void SnapshotEnded(long? installed)
    {
        State = ProgressState.Probe;
        NextIndex = Math.Max(Math.Max(NextIndex, MatchIndex + 1), (installed ?? 0) + 1);
        Agrees(installed ?? 0);
        _setAt = _number;
        _probeSent = false;
    }

    /// <summary>
    /// Called when the follower has rejected a message because its log does not have the entry at
    /// <paramref name="previousIndex"/>.
    /// </summary>
    /// <param name="log">The leader's log.</param>
    /// <param name="previousIndex">The previous index of the rejected message.</param>
    /// <param name="conflict">How the follower's log differs at that index.</param>
    /// <param name="number">The number of the rejected message; 0 from a follower whose version returns none.</param>
    /// <returns>Whether the rejection counts. A late one that was overtaken changes nothing.</returns>
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
