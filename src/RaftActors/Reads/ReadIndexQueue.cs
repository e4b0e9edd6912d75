using RaftActors.Requests;

namespace RaftActors.Reads;

/// <summary>
/// A leader's linearizable reads (dissertation, section 6.4). A read needs the commit index of a moment after it was
/// asked for, and proof that the leader still led at such a moment: an answer of a majority to a heartbeat sent after
/// it. All reads that come while one round of heartbeats is under way share the next.
/// </summary>
internal sealed class ReadIndexQueue
{
    private readonly Queue<(PendingQuery Query, long Index)> _confirmed = new();
    private Round _waiting = new();
    private Round _round = new();
    private long _roundIndex;

    /// <summary>
    /// The context of the latest round. Every message to a follower carries it, and the follower's answer returns it.
    /// </summary>
    public long Context { get; private set; }

    /// <summary>How many reads are pending.</summary>
    public int Count => _waiting.Count + _round.Count + _confirmed.Count;

    /// <summary>Whether reads wait for a round and none is under way.</summary>
    public bool WantsRound => _waiting.Count > 0 && _round.Count == 0;

    /// <summary>Adds a query to the next round.</summary>
    public void Add(PendingQuery query) => _waiting.Queries.Add(query);

    /// <summary>Adds a read to the next round that does not wait for the state machine.</summary>
    public void Add(PendingConfirmation confirmation) => _waiting.Confirmations.Add(confirmation);

    /// <summary>
    /// Starts a round for all waiting reads. The caller sends <see cref="Context"/> to the followers.
    /// </summary>
    /// <param name="commitIndex">The leader's commit index, at least that of an entry of its own term.</param>
    public void StartRound(long commitIndex)
    {
        if (!WantsRound)
            throw new InvariantViolationException("A round of reads was started with none waiting, or one under way.");
        (_round, _waiting) = (_waiting, _round);
        _roundIndex = commitIndex;
        Context++;
    }

    /// <summary>Adds a query that needs no round.</summary>
    public void AddConfirmed(PendingQuery query, long index) => _confirmed.Enqueue((query, index));

    /// <summary>
    /// Draws a new context without reads, unless a round is under way, whose reads would have to wait for it.
    /// </summary>
    public bool TryDrawContext()
    {
        if (_round.Count > 0)
            return false;
        Context++;
        return true;
    }

    /// <summary>Records the latest context that a majority has answered.</summary>
    /// <param name="contextOfMajority">The context.</param>
    /// <param name="answers">The way of the answers to the reads that do not wait for the state machine.</param>
    public void Confirm(long contextOfMajority, IAnswers answers)
    {
        if (_round.Count == 0 || contextOfMajority < Context)
            return;
        foreach (var confirmation in _round.Confirmations)
            confirmation.Answer(answers, _roundIndex);
        foreach (var query in _round.Queries)
            _confirmed.Enqueue((query, _roundIndex));
        _round.Clear();
    }

    /// <summary>
    /// Takes the next confirmed query that a state machine with everything up to an index applied can answer.
    /// </summary>
    public bool TryTake(long appliedIndex, out PendingQuery query)
    {
        query = default;
        if (!_confirmed.TryPeek(out var first) || first.Index > appliedIndex)
            return false;
        query = _confirmed.Dequeue().Query;
        return true;
    }

    /// <summary>Takes all reads, in whatever state they are.</summary>
    public (List<PendingQuery> Queries, List<PendingConfirmation> Confirmations) TakeAll()
    {
        var confirmed = _confirmed.Select(static read => read.Query);
        List<PendingQuery> queries = [.. confirmed, .. _round.Queries, .. _waiting.Queries];
        List<PendingConfirmation> confirmations = [.. _round.Confirmations, .. _waiting.Confirmations];
        _confirmed.Clear();
        _round.Clear();
        _waiting.Clear();
        return (queries, confirmations);
    }

    private sealed class Round
    {
        public List<PendingQuery> Queries { get; } = [];

        public List<PendingConfirmation> Confirmations { get; } = [];

        public int Count => Queries.Count + Confirmations.Count;

        public void Clear()
        {
            Queries.Clear();
            Confirmations.Clear();
        }
    }
}
