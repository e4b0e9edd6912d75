namespace RaftActors.Membership;

/// <summary>A peer of another group that this peer has heard.</summary>
/// <param name="MemberId">The member id that the peer uses.</param>
/// <param name="Address">The address of the peer.</param>
/// <param name="GroupId">The identity of the peer's group; empty if its log has none.</param>
public sealed record ForeignPeer(string MemberId, string Address, string GroupId);

/// <summary>
/// The peers of other groups that were heard lately. Their number has a bound: it is enough for an operator to see what
/// is wrong.
/// </summary>
/// <param name="memory">How long a silent peer is remembered.</param>
internal sealed class ForeignPeers(TimeSpan memory)
{
    private const int Most = 16;

    private readonly Dictionary<ForeignPeer, TimeSpan> _heard = [];

    /// <summary>Records a peer.</summary>
    /// <returns>Whether the peer was not known.</returns>
    public bool Note(ForeignPeer peer, TimeSpan now)
    {
        Forget(now);
        bool known = _heard.ContainsKey(peer);
        if (known || _heard.Count < Most)
            _heard[peer] = now;
        return !known && _heard.ContainsKey(peer);
    }

    /// <summary>The peers that were heard lately, ordered by member id.</summary>
    public IReadOnlyList<ForeignPeer> Recent(TimeSpan now)
    {
        Forget(now);
        return [.. _heard.Keys.OrderBy(static peer => peer.MemberId, StringComparer.Ordinal)
            .ThenBy(static peer => peer.Address, StringComparer.Ordinal)];
    }

    private void Forget(TimeSpan now)
    {
        if (_heard.Count == 0)
            return;
        foreach (var (peer, heard) in _heard.ToArray())
            if (now - heard > memory)
                _heard.Remove(peer);
    }
}
