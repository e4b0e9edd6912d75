using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>
/// What a peer that does not lead was told, and owes an answer to: some waiting for a leader to be known, some
/// forwarded and waiting for its answer. Pure bookkeeping; whoever is overdue is found without looking at the others,
/// because each of the two waits is the same for all.
/// </summary>
/// <param name="leaderWait">How long to wait for a leader.</param>
/// <param name="answerWait">How long to wait for its answer.</param>
/// <param name="firstId">
/// The number before the first request; unlikely to be that of an earlier start, whose late answers are none.
/// </param>
internal sealed class PendingForwards(TimeSpan leaderWait, TimeSpan answerWait, long firstId)
{
    private readonly Dictionary<long, Forward> _sent = [];
    private readonly Queue<(long Id, TimeSpan Deadline)> _sentInOrder = new();
    private readonly Queue<Forward> _waiting = new();
    private long _lastId = firstId;

    /// <summary>How many proposals there are.</summary>
    public int Proposals { get; private set; }

    /// <summary>How many queries there are.</summary>
    public int Queries { get; private set; }

    /// <summary>The bytes of commands and requests.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Proposals + Queries == 0;

    /// <summary>Adds what has to wait for a leader.</summary>
    public void Wait(Forward forward, TimeSpan now)
    {
        Add(forward, 1);
        forward.Deadline = now + leaderWait;
        _waiting.Enqueue(forward);
    }

    /// <summary>Takes the next one that waits for a leader.</summary>
    public bool TryTakeWaiting(out Forward forward)
    {
        if (!_waiting.TryDequeue(out forward!))
            return false;
        Add(forward, -1);
        return true;
    }

    /// <summary>Adds what is sent to a leader; gives it its number.</summary>
    public void Send(Forward forward, string leaderAddress, TimeSpan now)
    {
        Add(forward, 1);
        forward.Deadline = now + answerWait;
        forward.SentTo = leaderAddress;
        forward.Id = ++_lastId;
        _sent.Add(forward.Id, forward);
        DropAnswered();
        _sentInOrder.Enqueue((forward.Id, forward.Deadline));
    }

    /// <summary>Takes the one that was answered, if it is still owed an answer.</summary>
    public bool TryTakeSent(long id, out Forward forward)
    {
        if (!_sent.Remove(id, out forward!))
            return false;
        Add(forward, -1);
        return true;
    }

    /// <summary>Takes the next one that is overdue.</summary>
    /// <param name="now">The time.</param>
    /// <param name="forward">What is overdue.</param>
    /// <param name="wasSent">Whether it was forwarded, so that its outcome is unknown.</param>
    public bool TryTakeOverdue(TimeSpan now, out Forward forward, out bool wasSent)
    {
        wasSent = false;
        if (_waiting.TryPeek(out forward!) && forward.Deadline <= now)
            return TryTakeWaiting(out forward);
        wasSent = true;
        DropAnswered();
        return _sentInOrder.TryPeek(out var oldest) && oldest.Deadline <= now && TryTakeSent(oldest.Id, out forward);
    }

    /// <summary>When the next one will be overdue.</summary>
    public TimeSpan? NextDeadline()
    {
        DropAnswered();
        var waiting = _waiting.TryPeek(out var first) ? first.Deadline : (TimeSpan?)null;
        var sent = _sentInOrder.TryPeek(out var oldest) ? oldest.Deadline : (TimeSpan?)null;
        return waiting is null || sent < waiting ? sent : waiting;
    }

    /// <summary>
    /// Takes all that were sent, or only those sent to an address, oldest first. Of these not the requests to transfer
    /// the leadership or to change the members: that a leadership ends is what the former are for and the latter may
    /// bring about, and who led still answers them.
    /// </summary>
    public List<Forward> TakeSent(string? leaderAddress = null)
    {
        var taken = new List<Forward>();
        foreach (var forward in _sent.Values)
            if (leaderAddress is null || (forward.SentTo == leaderAddress && forward.TransferTo is null && forward.Kind != EntryKind.Configuration))
                taken.Add(forward);
        taken.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var forward in taken)
            TryTakeSent(forward.Id, out _);
        return taken;
    }

    // Those that were answered leave the queue when they reach its front.
    private void DropAnswered()
    {
        while (_sentInOrder.TryPeek(out var oldest) && !_sent.ContainsKey(oldest.Id))
            _sentInOrder.Dequeue();
    }

    private void Add(Forward forward, int sign)
    {
        if (forward.IsQuery)
            Queries += sign;
        else
            Proposals += sign;
        Bytes += sign * forward.Content.Size;
    }
}

/// <summary>A proposal or query to forward.</summary>
internal sealed class Forward(bool isQuery, Payload content, bool replyWhenAppended, IActorRef sender, long correlationId)
{
    /// <summary>A query that this peer answers itself, once the leader has told it an index.</summary>
    public static Forward OfRead(object request, IActorRef sender, long correlationId) => new(true, Payload.Empty, false, sender, correlationId) { LocalRequest = request };

    public bool IsQuery { get; } = isQuery;

    public Payload Content { get; } = content;

    public bool ReplyWhenAppended { get; } = replyWhenAppended;

    /// <summary>Of a proposal: the kind of entry that is wanted.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>Of a proposal: its session and number, if it has them.</summary>
    public SessionStamp? Session { get; init; }

    /// <summary>
    /// Of a query that this peer answers itself: the request, of which the leader learns nothing; otherwise
    /// <c>null</c>.
    /// </summary>
    public object? LocalRequest { get; init; }

    /// <summary>
    /// Of a request to transfer the leadership, which is safe to ask again like a query: the target, or empty for any;
    /// otherwise <c>null</c>.
    /// </summary>
    public string? TransferTo { get; init; }

    /// <summary>The proposal.</summary>
    public Proposal Proposal => new(Kind, Content, Session, ReplyWhenAppended);

    public IActorRef Sender { get; } = sender;

    public long CorrelationId { get; } = correlationId;

    /// <summary>The number under which it was sent.</summary>
    public long Id { get; set; }

    /// <summary>Where it was sent.</summary>
    public string? SentTo { get; set; }

    /// <summary>When it is overdue.</summary>
    public TimeSpan Deadline { get; set; }
}
