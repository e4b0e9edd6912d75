using RaftActors.Inspection;
using RaftActors.Membership;

namespace RaftActors.Replication;

/// <summary>
/// A leader's comparison of the replicas: when it asks the members for the digests of their states, and what the
/// answers show.
/// </summary>
/// <param name="settings">How often the leader asks, and how long it waits.</param>
/// <param name="now">The time when the leadership begins.</param>
internal sealed class DigestComparison(RaftSettings settings, TimeSpan now)
{
    private readonly TimeSpan _patience = PeerProblems.Patience(settings);
    private readonly ReplicaDigests _said = new();

    // The members that were logged as different, each with the index of the digest.
    private readonly HashSet<(string MemberId, long Index)> _named = [];
    private TimeSpan _askedAt = now;

    // The index of the last entry that asked; 0 if there is none.
    private long _askedIndex;

    // Whether to ask again although no entry was applied since.
    private bool _asksAgain;

    // Since when replicas differ and no digest has a majority; null if they do not.
    private TimeSpan? _undecidedSince;

    /// <summary>The latest digest that a majority of the voters had.</summary>
    public ReplicaDigest Agreed => _said.Agreed;

    /// <summary>Whether replicas differ and none of their digests has a majority.</summary>
    public bool IsUndecided => _said.UndecidedAt > 0;

    /// <summary>
    /// The index of the entry at which replicas have differed for a while without a majority; 0 if there is none.
    /// </summary>
    public long UndecidedAt { get; private set; }

    /// <summary>Whether a member's latest digest differs from the agreed one at the same entry.</summary>
    public bool Differs(string memberId) => _said.Differs(memberId);

    /// <summary>
    /// Whether it is time to ask. An idle group stays idle. The leader does not ask while a member that answers has a
    /// version without digests. Such a version skips the entry if it gets one later.
    /// </summary>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    /// <param name="followers">The followers.</param>
    /// <param name="own">The leader's own digest; <c>null</c> if the leader's replica is set aside.</param>
    /// <param name="now">The time.</param>
    /// <param name="beforeRest">
    /// Whether the group is idle and about to rest. The leader then asks after a tenth of the interval.
    /// </param>
    public bool IsDue(long lastIndex, ReadOnlySpan<Follower> followers, ReplicaDigest? own, TimeSpan now,
        bool beforeRest = false)
    {
        bool hurries = beforeRest && lastIndex != _askedIndex;
        if (settings.DigestInterval <= TimeSpan.Zero
            || now - _askedAt < (hurries ? settings.DigestInterval / 10 : settings.DigestInterval))
            return false;
        if (lastIndex == _askedIndex && !_asksAgain && HaveAllAnswered(followers, own, now))
            return false;
        foreach (var follower in followers)
            if (follower.Progress is { HasAnswered: true, Version: < Protocol.PeerHeader.ReplicaDigests })
                return false;
        return true;
    }

    /// <summary>Whether the members need not be asked as long as nothing is applied.</summary>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    public bool IsSettled(long lastIndex) =>
        settings.DigestInterval <= TimeSpan.Zero || (lastIndex == _askedIndex && !_asksAgain && !IsUndecided);

    /// <summary>Records that the members were asked.</summary>
    /// <param name="index">The index of the entry that asks.</param>
    /// <param name="now">The time.</param>
    public void Asked(long index, TimeSpan now)
    {
        _askedAt = now;
        _asksAgain = false;
        _askedIndex = index;
    }

    /// <summary>Called when a follower has answered a heartbeat.</summary>
    /// <param name="follower">The follower.</param>
    /// <param name="digest">The digest in the answer.</param>
    /// <param name="rebuildFrom">
    /// The index that a snapshot must include to rebuild the follower's replica; 0 if that replica is not set aside.
    /// </param>
    /// <param name="configuration">The configuration, which says who has a vote.</param>
    /// <returns>Whether the digest was not known.</returns>
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

    /// <summary>Records the digest of a member, leader or follower.</summary>
    /// <returns>Whether the digest was not known.</returns>
    public bool Heard(string memberId, ReplicaDigest digest, Configuration configuration)
    {
        if (!_said.Report(memberId, digest))
            return false;
        _said.Compare(configuration);
        return true;
    }

    /// <summary>Takes the followers that differ from the majority and were not logged for that yet.</summary>
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
    /// Checks whether the replicas are still undecided. That is a problem only if it lasts, because other members may
    /// still answer.
    /// </summary>
    public void NoteUndecided(TimeSpan now)
    {
        long index = _said.UndecidedAt;
        _undecidedSince = index == 0 ? null : _undecidedSince ?? now;
        bool lasts = now - _undecidedSince >= _patience;
        UndecidedAt = lasts ? index : 0;
        _asksAgain |= lasts;
    }

    // Whether all members have said their digest of the last entry that asked. A replica that was rebuilt from a
    // snapshot that includes that entry does not know it. An answer takes some heartbeats, so a leader that has asked
    // lately does not count it as missing.
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
