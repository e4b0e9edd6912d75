using System.IO.Hashing;
using RaftActors.Log;
using RaftActors.Protocol;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Sessions;

/// <summary>
/// The sessions of a group's clients (dissertation, section 6.3): which commands of each session were applied, and with
/// which responses. The table is part of the replicated state. It depends on nothing but the entries, so every replica
/// knows the same sessions at the same entry and forgets them at the same entry.
/// </summary>
/// <remarks>
/// Time is log time. Each entry first moves the time forward. Sessions that have then been silent for longer than their
/// timeout expire. The first entry of a leader gives every session its full time again, because no client could give a
/// sign of life while there was no leader.
/// </remarks>
internal sealed class SessionTable
{
    private readonly Dictionary<long, Session> _sessions = [];

    // The remembered responses with bytes, oldest first. Acknowledged responses may still be among them.
    private readonly Queue<(long SessionId, long Sequence)> _oldest = new();
    private SessionLimits _limits = new(0, 0, 0, 0);
    private int _withBytes;

    // No session expires before this log time.
    private long _nextExpiry = long.MaxValue;

    /// <summary>How many sessions there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>The bytes of all remembered responses.</summary>
    public long ResponseBytes { get; private set; }

    /// <summary>The present log time.</summary>
    public long Time { get; private set; }

    /// <summary>Moves log time on to the time of an entry.</summary>
    /// <param name="entry">The next entry, of any kind.</param>
    public void Advance(LogEntry entry)
    {
        Time = Math.Max(Time, entry.Time);
        if (entry.Kind == EntryKind.NoOp)
            RenewAll();
        else if (Time > _nextExpiry)
            Expire();
    }

    /// <summary>
    /// The id of the session that an entry opens. No other session has the same id, not even one that was opened in a
    /// part of the log that the group has lost.
    /// </summary>
    /// <remarks>
    /// A group that was restored or recovered writes other entries at indexes that were used before, and clients of
    /// earlier sessions may live on. The terms of such a group are drawn from a range of a million or more, so the term
    /// is part of the id. The id has at most 53 bits, which every JSON reader accepts.
    /// </remarks>
    /// <param name="opening">The entry that opens the session.</param>
    public static long IdOf(LogEntry opening) => ((opening.Term & 0xFFFFF) << 32) + opening.Index;

    /// <summary>Opens a session.</summary>
    /// <param name="id">The session id: see <see cref="IdOf"/>.</param>
    /// <param name="limits">
    /// The limits from now on: the timeout and the number of responses for this session, the others for the table.
    /// </param>
    /// <returns>Whether there was room for the session.</returns>
    public bool Open(long id, SessionLimits limits)
    {
        _limits = limits;
        ForgetOldest();
        // If the id is taken, it belongs to a session of another history. That is very unlikely. The next entry has
        // another id.
        if (_sessions.Count >= limits.MaxSessions || _sessions.ContainsKey(id))
            return false;
        var session = new Session(id, limits.Timeout, limits.MaxResponses) { LastActive = Time };
        _sessions.Add(id, session);
        _nextExpiry = Math.Min(_nextExpiry, session.Expiry);
        return true;
    }

    /// <summary>Keeps a session alive.</summary>
    /// <param name="stamp">The session, and the responses that its client still awaits.</param>
    /// <returns>Whether the session exists.</returns>
    public bool KeepAlive(SessionStamp stamp)
    {
        if (!_sessions.TryGetValue(stamp.SessionId, out var session))
            return false;
        session.LastActive = Time;
        Acknowledge(session, stamp.LowestPending);
        return true;
    }

    /// <summary>Closes a session.</summary>
    /// <returns>Whether the session existed.</returns>
    public bool Close(long id)
    {
        if (!_sessions.Remove(id, out var session))
            return false;
        Drop(session);
        return true;
    }

    /// <summary>
    /// Closes all sessions, because a new history of the group begins. It does not have everything that the clients
    /// were told in the one before.
    /// </summary>
    public void Clear()
    {
        foreach (var session in _sessions.Values)
            Drop(session);
        _sessions.Clear();
        _oldest.Clear();
        _nextExpiry = long.MaxValue;
    }

    /// <summary>Says what to do with a command.</summary>
    /// <param name="stamp">The command's session and number.</param>
    /// <param name="earlier">The outcome of the earlier attempt, if the command is a duplicate.</param>
    public Admission Admit(SessionStamp stamp, out SessionResponse? earlier)
    {
        earlier = null;
        if (!KeepAlive(stamp))
            return Admission.Expired;
        var session = _sessions[stamp.SessionId];
        if (session.Responses.TryGetValue(stamp.Sequence, out earlier))
            return earlier.Forgotten ? Admission.Forgotten : Admission.Duplicate;
        if (stamp.Sequence < session.LowestPending)
            return Admission.Forgotten;
        return session.Responses.Count < session.MaxResponses ? Admission.Apply : Admission.TooMany;
    }

    /// <summary>Remembers the outcome of a command that was admitted.</summary>
    /// <param name="stamp">The command's session and number.</param>
    /// <param name="response">The outcome of the command.</param>
    public void Remember(SessionStamp stamp, SessionResponse response)
    {
        _sessions[stamp.SessionId].Responses.Add(stamp.Sequence, response);
        CountBytes(stamp.SessionId, stamp.Sequence, response);
        ForgetOldest();
    }

    /// <summary>
    /// A digest of the sessions and of their applied commands with indexes and terms. It is the same on every replica.
    /// </summary>
    public ulong Digest()
    {
        var hash = new XxHash3();
        foreach (var session in _sessions.Values.OrderBy(static session => session.Id))
            session.AddTo(hash);
        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>The table as part of a snapshot. Equal tables give equal messages.</summary>
    public Wire.SessionTable ToWire()
    {
        var wire = new Wire.SessionTable { Limits = _limits.ToWire(), Time = Time };
        foreach (var session in _sessions.Values.OrderBy(static session => session.Id))
            wire.Sessions.Add(session.ToWire());
        return wire;
    }

    /// <summary>The table in a snapshot.</summary>
    public static SessionTable FromWire(Wire.SessionTable? wire)
    {
        var table = new SessionTable();
        if (wire is null)
            return table;
        table.Time = wire.Time;
        if (wire.Limits is { } limits)
            table._limits = limits.FromWire();
        foreach (var session in wire.Sessions)
        {
            var read = Session.FromWire(session);
            table._sessions.Add(read.Id, read);
            table._nextExpiry = Math.Min(table._nextExpiry, read.Expiry);
        }
        var responses = from session in table._sessions.Values
                        from response in session.Responses
                        orderby response.Value.Index
                        select (session.Id, response.Key, response.Value);
        foreach (var (id, sequence, response) in responses)
            table.CountBytes(id, sequence, response);
        return table;
    }

    private void RenewAll()
    {
        _nextExpiry = long.MaxValue;
        foreach (var session in _sessions.Values)
        {
            session.LastActive = Time;
            _nextExpiry = Math.Min(_nextExpiry, session.Expiry);
        }
    }

    private void Expire()
    {
        _nextExpiry = long.MaxValue;
        foreach (var session in _sessions.Values)
        {
            if (Time <= session.Expiry)
            {
                _nextExpiry = Math.Min(_nextExpiry, session.Expiry);
                continue;
            }
            _sessions.Remove(session.Id);
            Drop(session);
        }
    }

    private void Acknowledge(Session session, long lowestPending)
    {
        if (lowestPending <= session.LowestPending)
            return;
        session.LowestPending = lowestPending;
        while (session.Responses.Count > 0 && session.Responses.GetKeyAtIndex(0) < lowestPending)
        {
            UncountBytes(session.Responses.GetValueAtIndex(0));
            session.Responses.RemoveAt(0);
        }
    }

    private void Drop(Session session)
    {
        foreach (var response in session.Responses.Values)
            UncountBytes(response);
    }

    private void CountBytes(long sessionId, long sequence, SessionResponse response)
    {
        if (response.Bytes == 0)
            return;
        ResponseBytes += response.Bytes;
        _withBytes++;
        _oldest.Enqueue((sessionId, sequence));
        if (_oldest.Count > 64 + (2 * _withBytes))
            DropUncounted();
    }

    private void UncountBytes(SessionResponse response)
    {
        if (response.Bytes == 0)
            return;
        ResponseBytes -= response.Bytes;
        _withBytes--;
    }

    private void ForgetOldest()
    {
        while (ResponseBytes > _limits.MaxResponseBytes && _oldest.TryDequeue(out var oldest))
        {
            if (Find(oldest) is not { } response)
                continue;
            UncountBytes(response);
            _sessions[oldest.SessionId].Responses[oldest.Sequence] =
                response with { Response = null, Forgotten = true };
        }
    }

    private void DropUncounted()
    {
        for (int left = _oldest.Count; left > 0; left--)
        {
            var next = _oldest.Dequeue();
            if (Find(next) is not null)
                _oldest.Enqueue(next);
        }
    }

    private SessionResponse? Find((long SessionId, long Sequence) at) =>
        _sessions.TryGetValue(at.SessionId, out var session)
            && session.Responses.TryGetValue(at.Sequence, out var response) && response.Bytes > 0
            ? response
            : null;
}
