using Akka.Remote.Wire;

namespace Akka.Remote.Delivery;

/// <summary>A system message that was given a number, kept until the other side has it.</summary>
/// <param name="Seq">Counts up from 0 for one incarnation of the receiving system.</param>
/// <param name="Frame">The frame to send, again if need be, without an acknowledgement of its own.</param>
/// <param name="Message">What was told, for the dead letters.</param>
internal sealed record NumberedMessage(long Seq, byte[] Frame, object Message);

/// <summary>
/// The sending half of reliable delivery: system messages wait here until acknowledged. An acknowledgement that does not fit what was sent means that
/// the two sides no longer agree about what happened, which nothing but a restart of one of them repairs.
/// </summary>
internal sealed class UnacknowledgedMessages(int capacity)
{
    private readonly Queue<NumberedMessage> _sent = new();
    private List<NumberedMessage> _missing = [];

    /// <summary>The number that the next message gets.</summary>
    public long NextSeq { get; private set; }

    public int Count => _sent.Count + _missing.Count;

    public bool IsEmpty => Count == 0;

    /// <summary>How many wait for an acknowledgement that has not said anything about them.</summary>
    public int InFlight => _sent.Count;

    /// <exception cref="OutOfSyncException">There is no room left.</exception>
    public void Add(NumberedMessage message)
    {
        if (message.Seq != NextSeq)
            throw new ArgumentException($"Number {message.Seq} where {NextSeq} comes next", nameof(message));
        if (_sent.Count == capacity)
            throw new OutOfSyncException($"{capacity} system messages wait for an acknowledgement already");
        _sent.Enqueue(message);
        NextSeq++;
    }

    /// <exception cref="OutOfSyncException">Of something never sent, or a gap in something no longer there.</exception>
    public void Acknowledge(Ack ack)
    {
        // Before anything is done for each of them: how many are named is the other side's choice.
        if (ack.Nacks.Length > Count)
            throw new OutOfSyncException($"An acknowledgement misses {ack.Nacks.Length} messages although {Count} wait for one");
        if (ack.Cumulative >= NextSeq)
            throw new OutOfSyncException($"{ack} although {NextSeq - 1} was the highest number sent");
        var wanted = ack.Nacks.ToHashSet();
        var missing = wanted.Count == 0 ? [] : _missing.Concat(_sent).Where(message => wanted.Contains(message.Seq)).ToList();
        if (missing.Count != wanted.Count)
            throw new OutOfSyncException($"{ack} asks for messages that were acknowledged before");
        while (_sent.TryPeek(out var oldest) && oldest.Seq <= ack.Cumulative)
            _sent.Dequeue();
        _missing = missing;
    }

    /// <summary>What the last acknowledgement missed.</summary>
    public IReadOnlyList<NumberedMessage> Missing => _missing;

    /// <summary>What to send again when there is reason to think that it was lost: at most this many of what was not acknowledged, oldest first.</summary>
    public IEnumerable<NumberedMessage> ToResend(int limit) => _missing.Concat(_sent.Take(limit));

    /// <summary>Empties this for another incarnation of the receiver, and returns what it will not get.</summary>
    public IReadOnlyList<NumberedMessage> Reset()
    {
        NumberedMessage[] left = [.. _missing, .. _sent];
        _missing = [];
        _sent.Clear();
        NextSeq = 0;
        return left;
    }
}

/// <summary>Two systems disagree about which system messages were delivered.</summary>
internal sealed class OutOfSyncException(string message) : Exception(message);
