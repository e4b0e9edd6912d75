using RaftActors.Inspection;
using RaftActors.Membership;

namespace RaftActors.Replication;

/// <summary>
/// The comparison of the replicas by a leader: when it asks the members for the digests of their states, and what it
/// has found.
/// </summary>
/// <param name="settings">How often the leader asks, and how long it waits.</param>
/// <param name="now">When the leadership begins.</param>
internal sealed class DigestComparison(RaftSettings settings, TimeSpan now)
{
    private readonly TimeSpan _patience = PeerProblems.Patience(settings);
    private readonly ReplicaDigests _said = new();

    // The members that were named in the log as different, each with the entry.
    private readonly HashSet<(string MemberId, long Index)> _named = [];
    private TimeSpan _askedAt = now;

    // The entry that asked last; 0 for none.
    private long _askedIndex;

    // Whether to ask again although nothing was applied since.
    private bool _asksAgain;

    // Since when replicas differ without a majority; null when they do not.
    private TimeSpan? _undecidedSince;

    /// <summary>
    /// The digest that a majority of the voters had, at the latest entry at which a majority had one.
    /// </summary>
    public ReplicaDigest Agreed => _said.Agreed;

    /// <summary>Whether replicas differ while none of their digests has a majority.</summary>
    public bool IsUndecided => _said.UndecidedAt > 0;

    /// <summary>The entry after which replicas have differed for a while without a majority; 0 for none.</summary>
    public long UndecidedAt { get; private set; }

    /// <summary>Whether a member's latest digest is another than the agreed one at the same entry.</summary>
    public bool Differs(string memberId) => _said.Differs(memberId);

    /// <summary>
    /// Whether it is time to ask. An idle group stays idle; and nobody is asked while a member that answers is of a
    /// version that says no digest. Such a version passes over the entry, should one of it come later.
    /// </summary>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    /// <param name="followers">The followers.</param>
    /// <param name="own">The leader's own digest; <c>null</c> when its replica is set aside.</param>
    /// <param name="now">The time.</param>
    public bool IsDue(long lastIndex, ReadOnlySpan<Follower> followers, ReplicaDigest? own, TimeSpan now)
    {
        if (settings.DigestInterval <= TimeSpan.Zero || now - _askedAt < settings.DigestInterval)
            return false;
        if (lastIndex == _askedIndex && !_asksAgain && HaveAllAnswered(followers, own, now))
            return false;
        foreach (var follower in followers)
            if (follower.Progress is { HasAnswered: true, Version: < Protocol.PeerHeader.ReplicaDigests })
                return false;
        return true;
    }

    /// <summary>The members were asked.</summary>
    /// <param name="index">The entry that asks them.</param>
    /// <param name="now">The time.</param>
    public void Asked(long index, TimeSpan now)
    {
        _askedAt = now;
        _asksAgain = false;
        _askedIndex = index;
    }

    /// <summary>A follower has answered a heartbeat.</summary>
    /// <param name="follower">The follower.</param>
    /// <param name="digest">What it said.</param>
    /// <param name="rebuildFrom">
    /// Up to which entry it needs a snapshot to be built anew, at least; 0 when it is not set aside.
    /// </param>
    /// <param name="configuration">Who has a vote.</param>
    /// <returns>Whether its digest is news.</returns>
    public bool Heard(Follower follower, ReplicaDigest digest, long rebuildFrom, Configuration configuration)
    {
        var (voter, progress) = follower;
        if (rebuildFrom > 0 && _said.Forget(voter.Id))
            _said.Compare(configuration);
        else if (rebuildFrom == 0 && progress.RebuildFrom > 0)
            _asksAgain = true;
        progress.RebuildFrom = rebuildFrom;
        return digest.Exists && rebuildFrom == 0 && Heard(voter.Id, digest, configuration);
    }

    /// <summary>A member, the leader or a follower, has said its digest.</summary>
    /// <returns>Whether the digest is news.</returns>
    public bool Heard(string memberId, ReplicaDigest digest, Configuration configuration)
    {
        if (!_said.Report(memberId, digest))
            return false;
        _said.Compare(configuration);
        return true;
    }

    /// <summary>The followers that differ from the majority, and that were not named for it yet.</summary>
    public List<Server> TakeNewlyDifferent(ReadOnlySpan<Follower> followers)
    {
        var different = new List<Server>();
        foreach (var (voter, _) in followers)
        {
            if (!Differs(voter.Id))
                continue;
            _asksAgain = true;
            if (_named.Add((voter.Id, Agreed.Index)))
                different.Add(voter);
        }
        return different;
    }

    /// <summary>
    /// Looks whether the replicas are still undecided. The others may yet say theirs: it is a problem only when it
    /// lasts.
    /// </summary>
    public void NoteUndecided(TimeSpan now)
    {
        long index = _said.UndecidedAt;
        _undecidedSince = index == 0 ? null : _undecidedSince ?? now;
        bool lasts = now - _undecidedSince >= _patience;
        UndecidedAt = lasts ? index : 0;
        _asksAgain |= lasts;
    }

    // One that was built anew since, from a snapshot that includes the entry, does not know what its digest was. But an
    // answer takes some heartbeats, however often the leader asks.
    private bool HaveAllAnswered(ReadOnlySpan<Follower> followers, ReplicaDigest? own, TimeSpan now)
    {
        if (now - _askedAt < _patience)
            return true;
        foreach (var (voter, progress) in followers)
        {
            bool isThere = now - progress.LastContact < settings.ElectionTimeoutMax
                && progress.MatchIndex >= _askedIndex;
            if (isThere && progress.RebuildFrom == 0 && !_said.IsKnown(voter.Id, _askedIndex))
                return false;
        }
        return own is null || own.Value.Index >= _askedIndex;
    }
}
