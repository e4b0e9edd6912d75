using RaftActors.Requests;

namespace RaftActors.Reads;

/// <summary>
/// A leader's linearizable reads (dissertation, section 6.4). A read needs a commit index from a moment after the
/// request, and proof that the leader still led at such a moment. The proof is that a majority answers a heartbeat sent
/// after the request. All reads that come during a round of heartbeats share the next round.
/// </summary>
/// <param name="context">The last context that the leader has used in its term; 0 for a new leader.</param>
internal sealed class ReadIndexQueue(long context = 0)
{
    private readonly Queue<(PendingQuery Query, long Index)> _confirmed = new();
    private Round _waiting = new();
    private Round _round = new();
    private long _roundIndex;

    /// <summary>
    /// The context of the latest round. Every message to a follower carries it, and the follower's answer returns it.
    /// </summary>
    public long Context { get; private set; } = context;

    /// <summary>How many reads are pending.</summary>
    public int Count => _waiting.Count + _round.Count + _confirmed.Count;

    /// <summary>Whether reads wait for a round, and none is under way.</summary>
    public bool WantsRound => _waiting.Count > 0 && _round.Count == 0;

    /// <summary>Adds a query to the next round.</summary>
    public void Add(PendingQuery query) => _waiting.Queries.Add(query);

    /// <summary>Adds a read that does not wait for the state machine to the next round.</summary>
    public void Add(PendingConfirmation confirmation) => _waiting.Confirmations.Add(confirmation);

    /// <summary>
    /// Starts a round for all waiting reads. The caller then sends <see cref="Context"/> to the followers.
    /// </summary>
    /// <param name="commitIndex">
    /// The leader's commit index. It must not be before the first entry of the leader's term.
    /// </param>
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
    /// Draws a new context without reads. Does nothing if a round is under way, because its reads would then have to
    /// wait for the new context.
    /// </summary>
    public bool TryDrawContext()
    {
        if (_round.Count > 0)
            return false;
        Context++;
        return true;
    }

    /// <summary>
    /// Records the latest context that a majority has answered, and answers the reads that do not wait for the state
    /// machine.
    /// </summary>
    /// <param name="contextOfMajority">The context.</param>
    /// <param name="answers">How those reads are answered.</param>
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

    /// <summary>Takes the next confirmed query that a state machine which has applied an index can answer.</summary>
    public bool TryTake(long appliedIndex, out PendingQuery query)
    {
        query = default;
        if (!_confirmed.TryPeek(out var first) || first.Index > appliedIndex)
            return false;
        query = _confirmed.Dequeue().Query;
        return true;
    }

    /// <summary>Takes all reads, whatever their state.</summary>
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
