using RaftActors.Membership;

namespace RaftActors.Replication;

/// <summary>The digest of a replica's state as of an entry that asked for it. The default is none.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Value">The digest of the state after it.</param>
internal readonly record struct ReplicaDigest(long Index, ulong Value)
{
    /// <summary>Whether there is one.</summary>
    public bool Exists => Index > 0;
}

/// <summary>
/// What a leader knows of the digests of the replicas. At one index all replicas have applied the same entries, so
/// their digests are equal: of those that are not, a majority of the voters is right.
/// </summary>
internal sealed class ReplicaDigests
{
    private readonly Dictionary<string, ReplicaDigest> _latest = new(StringComparer.Ordinal);

    /// <summary>
    /// The digest that a majority of the voters had, at the latest entry at which a majority had one.
    /// </summary>
    public ReplicaDigest Agreed { get; private set; }

    /// <summary>
    /// The entry at which the voters that have said their digests differ while none of the digests has a majority; 0
    /// for none. The voters that have yet to say theirs may still decide.
    /// </summary>
    public long UndecidedAt { get; private set; }

    /// <summary>A member has said its latest digest.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Report(string memberId, ReplicaDigest digest)
    {
        if (_latest.TryGetValue(memberId, out var known) && (known.Index > digest.Index || known == digest))
            return false;
        _latest[memberId] = digest;
        return true;
    }

    /// <summary>What a member has said does not count any more: its replica is being replaced.</summary>
    /// <returns>Whether it had said something.</returns>
    public bool Forget(string memberId) => _latest.Remove(memberId);

    /// <summary>Whether a member has said its digest as of an entry, or of a later one.</summary>
    public bool IsKnown(string memberId, long index) =>
        _latest.TryGetValue(memberId, out var digest) && digest.Index >= index;

    /// <summary>Whether a member's latest digest is another than the agreed one at the same entry.</summary>
    public bool Differs(string memberId) =>
        _latest.TryGetValue(memberId, out var digest) && digest.Index == Agreed.Index && digest.Value != Agreed.Value;

    /// <summary>Compares what was said.</summary>
    /// <param name="configuration">
    /// Who has a vote; while it is joint, a majority of both sets of voters is needed.
    /// </param>
    public void Compare(Configuration configuration)
    {
        UndecidedAt = 0;
        foreach (var digest in _latest.Values)
        {
            if (digest.Index > Agreed.Index && configuration.HasMajority(voter => IsSaidBy(voter, digest)))
                Agreed = digest;
        }
        foreach (var (memberId, digest) in _latest)
        {
            if (digest.Index > Math.Max(Agreed.Index, UndecidedAt) && configuration.IsVoter(memberId)
                && IsContradicted(configuration, digest))
                UndecidedAt = digest.Index;
        }
    }

    private bool IsSaidBy(Server voter, ReplicaDigest digest) =>
        _latest.TryGetValue(voter.Id, out var said) && said == digest;

    private bool IsContradicted(Configuration configuration, ReplicaDigest digest)
    {
        foreach (var (memberId, other) in _latest)
        {
            if (other.Index == digest.Index && other.Value != digest.Value && configuration.IsVoter(memberId))
                return true;
        }
        return false;
    }
}
