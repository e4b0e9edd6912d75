namespace RaftActors.Reads;

/// <summary>
/// A leader's linearizable reads (dissertation, section 6.4). A read needs the commit index of a moment after it was asked for, and proof that the leader still led at such a
/// moment: an answer of a majority to a heartbeat sent after it. All reads that come while one round of heartbeats is under way share the next.
/// </summary>
/// <typeparam name="T">A read.</typeparam>
internal sealed class ReadIndexQueue<T>
{
    private readonly Queue<(T Read, long Index)> _confirmed = new();
    private List<T> _waiting = [];
    private List<T> _round = [];
    private long _roundIndex;

    /// <summary>The context of the latest round; every message to a follower carries it, and its answer returns it.</summary>
    public long Context { get; private set; }

    /// <summary>How many reads are pending.</summary>
    public int Count => _waiting.Count + _round.Count + _confirmed.Count;

    /// <summary>Whether reads wait for a round and none is under way.</summary>
    public bool WantsRound => _waiting.Count > 0 && _round.Count == 0;

    /// <summary>Adds a read to the next round.</summary>
    public void Add(T read) => _waiting.Add(read);

    /// <summary>Starts a round for all waiting reads; the caller sends <see cref="Context"/> to all followers.</summary>
    /// <param name="commitIndex">The leader's commit index, at least that of an entry of its own term.</param>
    public void StartRound(long commitIndex)
    {
        if (!WantsRound)
            throw new InvariantViolationException("A round of reads was started with none waiting, or one under way.");
        (_round, _waiting) = (_waiting, _round);
        _roundIndex = commitIndex;
        Context++;
    }

    /// <summary>Adds a read that needs no round.</summary>
    public void AddConfirmed(T read, long index) => _confirmed.Enqueue((read, index));

    /// <summary>Draws a new context without reads, unless a round is under way, whose reads would have to wait for it.</summary>
    public bool TryDrawContext()
    {
        if (_round.Count > 0)
            return false;
        Context++;
        return true;
    }

    /// <summary>Records the latest context that a majority has answered.</summary>
    /// <param name="contextOfMajority">The context.</param>
    /// <param name="isAnswered">Told each read that is confirmed, with its index; what it says is answered needs not wait until that is applied.</param>
    public void Confirm(long contextOfMajority, Func<T, long, bool>? isAnswered = null)
    {
        if (_round.Count == 0 || contextOfMajority < Context)
            return;
        foreach (var read in _round)
        {
            if (isAnswered?.Invoke(read, _roundIndex) != true)
                _confirmed.Enqueue((read, _roundIndex));
        }
        _round.Clear();
    }

    /// <summary>Takes the next confirmed read that a state machine with everything up to an index applied can answer.</summary>
    public bool TryTake(long appliedIndex, out T read)
    {
        if (_confirmed.TryPeek(out var first) && first.Index <= appliedIndex)
        {
            read = _confirmed.Dequeue().Read;
            return true;
        }
        read = default!;
        return false;
    }

    /// <summary>Takes all reads, in whatever state they are.</summary>
    public IEnumerable<T> TakeAll()
    {
        var all = new List<T>(Count);
        while (_confirmed.TryDequeue(out var confirmed))
            all.Add(confirmed.Read);
        all.AddRange(_round);
        all.AddRange(_waiting);
        _round.Clear();
        _waiting.Clear();
        return all;
    }
}
