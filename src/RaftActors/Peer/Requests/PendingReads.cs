using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Reads;
using RaftActors.StateMachines;

namespace RaftActors.Requests;

/// <summary>
/// The reads that a peer owes answers to, from when their index is known (dissertation, section 6.4): the index of a
/// leader's round of heartbeats, or the index that the leader has named. A read is answered by the state machine once
/// that has applied the index; a stale read at once, if the state is not too old for it.
/// </summary>
/// <param name="settings">The limits and the waits.</param>
/// <param name="log">The log.</param>
/// <param name="peer">The peer.</param>
internal sealed class PendingReads(RaftSettings settings, RaftLog log, IRequestsPeer peer)
{
    // At most so many queries are told to the state machine in one message: the first answer waits for the last one.
    private const int Batch = 64;

    // The reads of a peer that does not lead, which have their index. They wait until that is applied, but no longer
    // than for an answer of the leader.
    private readonly Queue<(PendingQuery Query, long Index, TimeSpan Deadline)> _indexed = new();

    // What the state machine is answering, in its order.
    private readonly Queue<PendingQuery> _asked = new();
    private readonly List<object> _toAsk = [];
    private readonly StalenessTracker _staleness = new();

    /// <summary>How many reads have an index that the leader has named, or are being answered.</summary>
    public int Count => _indexed.Count + _asked.Count;

    /// <summary>When the next read is overdue that has an index that the leader has named.</summary>
    public TimeSpan? NextDeadline => _indexed.TryPeek(out var first) ? first.Deadline : null;

    /// <summary>Adds a query that a leader answers after a round of heartbeats.</summary>
    public void Add(PendingQuery query)
    {
        if (Overload(peer.Leading!.Reads.Count) is { } problem)
        {
            query.Fail(peer, FailureReason.Overloaded, problem);
            return;
        }
        peer.Leading.Reads.Add(query);
        peer.RequestFlush();
    }

    /// <summary>Adds reads of another peer, which wants their index after a round of heartbeats.</summary>
    public void Add(PendingConfirmation.OfPeer reads)
    {
        if (Overload(peer.Leading!.Reads.Count) is { } problem)
        {
            reads.Fail(peer, FailureReason.Overloaded, problem);
            return;
        }
        peer.Leading.Reads.Add(reads);
        peer.RequestFlush();
    }

    /// <summary>Adds a query to a leader that has a lease: nobody else can have committed anything.</summary>
    public void AddByLease(PendingQuery query)
    {
        if (Overload(peer.Leading!.Reads.Count) is { } problem)
        {
            query.Fail(peer, FailureReason.Overloaded, problem);
            return;
        }
        peer.Leading.Reads.AddConfirmed(query, log.CommitIndex);
        Ask();
    }

    /// <summary>Adds a query whose index the leader has named. <see cref="Ask"/> asks the state machine.</summary>
    public void AddIndexed(PendingQuery query, long index) =>
        _indexed.Enqueue((query, index, peer.Now + settings.ForwardTimeout));

    /// <summary>The log was committed up to an index at some moment, and no further.</summary>
    public void HeardCommit(TimeSpan at, long commitIndex) => _staleness.Heard(at, commitIndex, peer.SentIndex);

    /// <summary>
    /// A leader knows itself what is committed, as of when a majority last answered it. Other peers hear it from the
    /// leader: <see cref="HeardCommit"/>.
    /// </summary>
    public void NoteStaleness()
    {
        if (peer.Leading is { } leading && log.CommitIndex >= leading.FirstIndex)
            HeardCommit(leading.MajorityContact(peer.Now), log.CommitIndex);
    }

    /// <summary>The state machine is built anew.</summary>
    public void Reset() => _staleness.Reset();

    /// <summary>Adds a query that the state machine is asked at once, whatever it has applied.</summary>
    /// <param name="query">The query.</param>
    /// <param name="maxStaleness">How old the state may be; <c>null</c> for no bound.</param>
    public void AddStale(PendingQuery query, TimeSpan? maxStaleness)
    {
        if (maxStaleness is { } most && IsTooOld(most))
            query.Fail(peer, FailureReason.TooStale, TooStale(_staleness.Age(peer.SentIndex, peer.Now), most));
        else if (Overload(0) is { } problem)
            query.Fail(peer, FailureReason.Overloaded, problem);
        else if (!peer.HasStateMachine)
            query.Fail(peer, peer.WhyNoStateMachine);
        else
        {
            Put(query);
            Flush();
        }
    }

    /// <summary>Whether the state may be older than a time.</summary>
    public bool IsTooOld(TimeSpan most)
    {
        NoteStaleness();
        return !(_staleness.Age(peer.SentIndex, peer.Now) <= most);
    }

    /// <summary>
    /// Asks the state machine what it can answer. The state machine handles its messages in order: what was given to
    /// it before a query is applied before the query is answered.
    /// </summary>
    public void Ask()
    {
        if (!peer.HasStateMachine)
        {
            FailConfirmed(peer.WhyNoStateMachine);
            return;
        }
        while (TryTakeConfirmed(peer.SentIndex, out var query))
            Put(query);
        Flush();
    }

    /// <summary>The state machine has answered.</summary>
    public void OnAnswered(QueriesAnswered answered)
    {
        foreach (var answer in answered.Answers)
        {
            var query = _asked.Dequeue();
            if (answer.Failure is { } failure)
                query.Fail(peer, FailureReason.StateMachineFailed, $"The state machine failed to answer: {failure}");
            else
                query.Answer(peer, answer.Result, answered.AppliedIndex);
        }
    }

    /// <summary>Fails what the state machine was asked: it will not answer.</summary>
    public void FailAsked(FailureReason reason, string message)
    {
        while (_asked.TryDequeue(out var query))
            query.Fail(peer, reason, message);
    }

    /// <summary>Fails the reads whose index was not applied in time.</summary>
    public void FailOverdue()
    {
        while (_indexed.TryPeek(out var first) && first.Deadline <= peer.Now)
        {
            var (query, index, _) = _indexed.Dequeue();
            query.Fail(peer, WhyNotApplied(index));
        }
    }

    /// <summary>Fails everything.</summary>
    public void FailAll(string why)
    {
        FailAsked(FailureReason.NoLeader, why);
        while (_indexed.TryDequeue(out var read))
            read.Query.Fail(peer, FailureReason.NoLeader, why);
        if (peer.Leading is not { Reads: var rounds })
            return;
        var (queries, confirmations) = rounds.TakeAll();
        foreach (var query in queries)
            query.Fail(peer, FailureReason.NoLeader, why);
        foreach (var confirmation in confirmations)
            confirmation.Fail(peer, FailureReason.NoLeader, why);
    }

    private static string TooStale(TimeSpan? age, TimeSpan allowed)
    {
        string known = age is { TotalMilliseconds: var old }
            ? $"What this peer knows is {old:0} ms old"
            : "This peer has not heard of a leader yet";
        return $"{known}; the query allows {allowed.TotalMilliseconds:0} ms. Ask another peer, or without that bound.";
    }

    private string? Overload(int others)
    {
        int pending = others + _asked.Count;
        return pending < settings.MaxPendingQueries ? null : $"{pending} queries are pending. Ask less at once.";
    }

    private void Put(PendingQuery query)
    {
        _asked.Enqueue(query);
        _toAsk.Add(query.Request);
        if (_toAsk.Count == Batch)
            Flush();
    }

    private void Flush()
    {
        if (_toAsk.Count == 0)
            return;
        peer.Ask(new AskQueries([.. _toAsk]));
        _toAsk.Clear();
    }

    private bool TryTakeConfirmed(long appliedIndex, out PendingQuery query)
    {
        if (_indexed.TryPeek(out var first) && first.Index <= appliedIndex)
        {
            query = _indexed.Dequeue().Query;
            return true;
        }
        query = default;
        return peer.Leading is { Reads: var rounds } && rounds.TryTake(appliedIndex, out query);
    }

    private void FailConfirmed((FailureReason Reason, string Message) why)
    {
        while (TryTakeConfirmed(long.MaxValue, out var query))
            query.Fail(peer, why);
    }

    private (FailureReason Reason, string Message) WhyNotApplied(long index) => index > log.CommitIndex
        ? (FailureReason.NoLeader, $"The leader was lost before it said that entry {index} is committed. Ask again.")
        : (FailureReason.Overloaded, $"The state machine has been given the entries up to {peer.SentIndex}, "
            + $"and the read needs {index}. Ask again later, or another peer.");
}
