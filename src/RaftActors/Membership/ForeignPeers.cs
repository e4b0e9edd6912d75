namespace RaftActors.Membership;

/// <summary>A peer of another group that was heard of.</summary>
/// <param name="MemberId">What it calls itself.</param>
/// <param name="Address">Where it is.</param>
/// <param name="GroupId">The identity of its group; empty for a log without identity.</param>
public sealed record ForeignPeer(string MemberId, string Address, string GroupId);

/// <summary>
/// The peers of other groups that were heard of lately: so many that an operator sees what is wrong, and no more.
/// </summary>
/// <param name="memory">For how long one is remembered that is silent.</param>
internal sealed class ForeignPeers(TimeSpan memory)
{
    private const int Most = 16;

    private readonly Dictionary<ForeignPeer, TimeSpan> _heard = [];

    /// <summary>Takes note of one.</summary>
    /// <returns>Whether it is news.</returns>
    public bool Note(ForeignPeer peer, TimeSpan now)
    {
        Forget(now);
        bool known = _heard.ContainsKey(peer);
        if (known || _heard.Count < Most)
            _heard[peer] = now;
        return !known && _heard.ContainsKey(peer);
    }

    /// <summary>Those that were heard of lately, ordered by name.</summary>
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
