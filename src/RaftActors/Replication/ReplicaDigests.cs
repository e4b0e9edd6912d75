using RaftActors.Membership;

namespace RaftActors.Replication;

/// <summary>
/// The digest of a replica's state at an entry that asked for it. The default value means that there is none.
/// </summary>
/// <param name="Index">The index of the entry.</param>
/// <param name="Value">The digest of the state after the entry.</param>
internal readonly record struct ReplicaDigest(long Index, ulong Value)
{
    /// <summary>Whether there is one.</summary>
    public bool Exists => Index > 0;
}

/// <summary>
/// What a leader knows about the digests of the replicas. At an index, all replicas have applied the same entries, so
/// their digests should be equal. If they are not, the digest of a majority of the voters is right.
/// </summary>
internal sealed class ReplicaDigests
{
    private readonly Dictionary<string, ReplicaDigest> _latest = new(StringComparer.Ordinal);

    /// <summary>The latest digest that a majority of the voters had.</summary>
    public ReplicaDigest Agreed { get; private set; }

    /// <summary>
    /// The index of the entry at which the digests of the voters differ and none has a majority; 0 if there is none.
    /// Voters that have not answered yet may still decide it.
    /// </summary>
    public long UndecidedAt { get; private set; }

    /// <summary>Records the latest digest of a member.</summary>
    /// <returns>Whether the digest was not known.</returns>
    public bool Report(string memberId, ReplicaDigest digest)
    {
        if (_latest.TryGetValue(memberId, out var known) && (known.Index > digest.Index || known == digest))
            return false;
        _latest[memberId] = digest;
        return true;
    }

    /// <summary>Forgets a member's digest, because its replica is being replaced.</summary>
    /// <returns>Whether the member had said a digest.</returns>
    public bool Forget(string memberId) => _latest.Remove(memberId);

    /// <summary>Whether a member has said its digest at an entry or a later one.</summary>
    public bool IsKnown(string memberId, long index) =>
        _latest.TryGetValue(memberId, out var digest) && digest.Index >= index;

    /// <summary>Whether a member's latest digest differs from the agreed one at the same entry.</summary>
    public bool Differs(string memberId) =>
        _latest.TryGetValue(memberId, out var digest) && digest.Index == Agreed.Index && digest.Value != Agreed.Value;

    /// <summary>Compares the digests that the members have said.</summary>
    /// <param name="configuration">
    /// The configuration, which says who has a vote. If it is joint, a majority of both sets of voters is needed.
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
