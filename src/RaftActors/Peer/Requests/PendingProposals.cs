namespace RaftActors.Requests;

/// <summary>
/// The proposals that a leader has appended and not yet seen applied, in the order of their indexes, which is that of
/// their answers.
/// </summary>
internal sealed class PendingProposals
{
    private readonly Queue<PendingProposal> _proposals = new();

    /// <summary>How many there are.</summary>
    public int Count => _proposals.Count;

    /// <summary>The bytes of their commands.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds the next one.</summary>
    public void Add(PendingProposal proposal)
    {
        _proposals.Enqueue(proposal);
        Bytes += proposal.Bytes;
    }

    /// <summary>Takes the first one whose entry is at or before an index.</summary>
    public bool TryTake(long upTo, out PendingProposal proposal)
    {
        if (!_proposals.TryPeek(out proposal) || proposal.Index > upTo)
            return false;
        _proposals.Dequeue();
        Bytes -= proposal.Bytes;
        return true;
    }
}

/// <summary>A proposal on its way.</summary>
/// <param name="Index">The index of its entry.</param>
/// <param name="Term">The term of its entry.</param>
/// <param name="Bytes">The bytes of its command.</param>
/// <param name="Proposer">Who is due the answer.</param>
/// <param name="IsAnswered">Whether it was answered when it was appended.</param>
internal readonly record struct PendingProposal(long Index, long Term, int Bytes, Proposer Proposer, bool IsAnswered);
