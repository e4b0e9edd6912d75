namespace RaftActors.Requests;

/// <summary>
/// What a peer that does not lead was told, and owes an answer to. Some requests wait for a leader to be known. Others
/// were forwarded and wait for the answer of the leader. Pure bookkeeping. An overdue request is found without looking
/// at the others, because each of the two waits is the same for all.
/// </summary>
/// <param name="leaderWait">How long to wait for a leader.</param>
/// <param name="answerWait">How long to wait for the answer of a leader.</param>
/// <param name="firstId">
/// The number before the first request. It is unlikely to be that of an earlier start, whose late answers count not.
/// </param>
internal sealed class PendingForwards(TimeSpan leaderWait, TimeSpan answerWait, long firstId)
{
    private readonly Dictionary<long, ForwardedRequest> _sent = [];
    private readonly Queue<(long Id, TimeSpan Deadline)> _sentInOrder = new();
    private readonly Queue<ForwardedRequest> _waiting = new();
    private long _lastId = firstId;

    /// <summary>How many proposals there are.</summary>
    public int Proposals { get; private set; }

    /// <summary>How many other requests there are.</summary>
    public int Others { get; private set; }

    /// <summary>The bytes of commands.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Proposals + Others == 0;

    /// <summary>Adds a request that has to wait for a leader.</summary>
    public void Wait(ForwardedRequest request, TimeSpan now)
    {
        Count(request, 1);
        request.Deadline = now + leaderWait;
        _waiting.Enqueue(request);
    }

    /// <summary>Takes the next request that waits for a leader.</summary>
    public bool TryTakeWaiting(out ForwardedRequest request)
    {
        if (!_waiting.TryDequeue(out request!))
            return false;
        Count(request, -1);
        return true;
    }

    /// <summary>Adds a request that is sent to a leader, and gives it its number.</summary>
    public void Send(ForwardedRequest request, string leaderAddress, TimeSpan now)
    {
        Count(request, 1);
        request.Deadline = now + answerWait;
        request.SentTo = leaderAddress;
        request.Id = ++_lastId;
        _sent.Add(request.Id, request);
        DropAnswered();
        _sentInOrder.Enqueue((request.Id, request.Deadline));
    }

    /// <summary>Takes the request that was answered, if it is still owed an answer.</summary>
    public bool TryTakeSent(long id, out ForwardedRequest request)
    {
        if (!_sent.Remove(id, out request!))
            return false;
        Count(request, -1);
        return true;
    }

    /// <summary>Takes the next overdue request.</summary>
    /// <param name="now">The time.</param>
    /// <param name="request">The request.</param>
    /// <param name="wasSent">Whether it was forwarded, so that its outcome is unknown.</param>
    public bool TryTakeOverdue(TimeSpan now, out ForwardedRequest request, out bool wasSent)
    {
        wasSent = false;
        if (_waiting.TryPeek(out request!) && request.Deadline <= now)
            return TryTakeWaiting(out request);
        wasSent = true;
        DropAnswered();
        return _sentInOrder.TryPeek(out var oldest) && oldest.Deadline <= now && TryTakeSent(oldest.Id, out request);
    }

    /// <summary>When the next request will be overdue.</summary>
    public TimeSpan? NextDeadline()
    {
        DropAnswered();
        var waiting = _waiting.TryPeek(out var first) ? first.Deadline : (TimeSpan?)null;
        var sent = _sentInOrder.TryPeek(out var oldest) ? oldest.Deadline : (TimeSpan?)null;
        return waiting is null || sent < waiting ? sent : waiting;
    }

    /// <summary>Takes all requests that were sent, oldest first.</summary>
    public List<ForwardedRequest> TakeSent() => TakeSent(static (_, _) => true, "");

    /// <summary>
    /// Takes the requests that were sent to an address, oldest first. The requests that the peer there still answers
    /// when its leadership has ended stay.
    /// </summary>
    public List<ForwardedRequest> TakeSentTo(string formerLeader) =>
        TakeSent(static (request, address) => request.SentTo == address && !request.OutlivesLeadership, formerLeader);

    private List<ForwardedRequest> TakeSent(Func<ForwardedRequest, string, bool> isTaken, string address)
    {
        var taken = new List<ForwardedRequest>();
        foreach (var request in _sent.Values)
            if (isTaken(request, address))
                taken.Add(request);
        taken.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var request in taken)
            TryTakeSent(request.Id, out _);
        return taken;
    }

    // Those that were answered leave the queue when they reach its front.
    private void DropAnswered()
    {
        while (_sentInOrder.TryPeek(out var oldest) && !_sent.ContainsKey(oldest.Id))
            _sentInOrder.Dequeue();
    }

    private void Count(ForwardedRequest request, int sign)
    {
        if (request is ForwardedRequest.Proposal)
            Proposals += sign;
        else
            Others += sign;
        Bytes += sign * request.Bytes;
    }
}
