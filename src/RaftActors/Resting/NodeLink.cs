namespace RaftActors.Resting;

/// <summary>Why a rest ends that the peer has not ended itself.</summary>
internal enum RestEnd
{
    /// <summary>The other node is silent, or its process is another one: the peer there is gone.</summary>
    NodeLost,

    /// <summary>The other node lives, but the group does not rest there.</summary>
    NotResting,
}

/// <summary>
/// What a node knows of another node on account of the groups that rest on both: whether its process lives, and whether
/// both nodes take the same groups to rest.
/// </summary>
/// <remarks>
/// <para>
/// A group rests on two nodes if its leader is on the one and a follower on the other, and both have said so to their
/// own node. Each node sends the digests of these groups with its heartbeats. A digest is the exclusive or of the
/// groups' numbers, so a group is added and removed in constant time. If the digests differ for some heartbeats, a node
/// sends the whole list. Then each node wakes the groups that rest on it and not on the other. So a group that was
/// woken on one node, or whose peer has stopped there, does not sleep on at the other.
/// </para>
/// <para>
/// Safety does not depend on any of this: a peer that rests only does without heartbeats and election timeouts. What
/// could break is liveness: a group that sleeps through the loss of its leader.
/// </para>
/// </remarks>
/// <param name="own">The address of this node, as members of the groups have it.</param>
/// <param name="other">The address of the other node.</param>
/// <param name="now">The time.</param>
internal sealed class NodeLink(string own, string other, TimeSpan now)
{
    // After so many heartbeats with another digest a node sends its list.
    private const int Patience = 3;

    // At most so many numbers of groups that one of the nodes leads, on average, are in a list.
    private const int MostListed = 2048;

    private readonly Dictionary<string, RestingGroup> _leads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RestingGroup> _follows = new(StringComparer.Ordinal);
    private ulong _leadsDigest;
    private ulong _followsDigest;
    private long _process;
    private int _differences;
    private uint _lists;
    private bool _wasGivenTime;

    /// <summary>The address of the other node.</summary>
    public string Other => other;

    /// <summary>When the other node was last heard, or when a group first rested.</summary>
    public TimeSpan Heard { get; private set; } = now;

    /// <summary>How long the other node may be silent: the least of what the groups that rested want.</summary>
    public TimeSpan Timeout { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Whether no group rests.</summary>
    public bool IsEmpty => _leads.Count == 0 && _follows.Count == 0;

    /// <summary>Adds a group that rests from now on. A rest of the same group before it has ended.</summary>
    public void Add(RestingGroup group, TimeSpan timeout)
    {
        Remove(group.Group);
        (group.Leads ? _leads : _follows).Add(group.Group, group);
        Toggle(group);
        if (timeout < Timeout)
            Timeout = timeout;
    }

    /// <summary>Removes a group that no longer rests.</summary>
    public void Remove(string group)
    {
        if (_leads.Remove(group, out var rested) || _follows.Remove(group, out rested))
            Toggle(rested);
    }

    /// <summary>
    /// Lets a pause of this process not count as silence of the other node. Only once until that node is heard again: a
    /// process that pauses again and again would never notice the silence.
    /// </summary>
    public void CountFrom(TimeSpan time)
    {
        if (!_wasGivenTime)
            Heard = time;
        _wasGivenTime = true;
    }

    /// <summary>Makes the next heartbeat to the other node.</summary>
    /// <param name="process">The identity of this process.</param>
    public NodeHeartbeat Heartbeat(long process)
    {
        bool tells = _differences >= Patience;
        if (tells)
            _differences = 0;
        return new NodeHeartbeat(own, other, process, _leadsDigest, _followsDigest) { Groups = tells ? List() : null };
    }

    /// <summary>Hears the other node.</summary>
    /// <param name="heartbeat">What the other node says.</param>
    /// <param name="time">The time.</param>
    /// <returns>The groups whose rest has ended, and why.</returns>
    public (IReadOnlyList<RestingGroup> Groups, RestEnd Why) Hear(NodeHeartbeat heartbeat, TimeSpan time)
    {
        bool isAnother = _process != 0 && heartbeat.Process != _process;
        _process = heartbeat.Process;
        Heard = time;
        _wasGivenTime = false;
        if (isAnother)
            return (TakeAll(), RestEnd.NodeLost);
        bool differs = heartbeat.Leads != _followsDigest || heartbeat.Follows != _leadsDigest;
        _differences = differs ? _differences + 1 : 0;
        if (!differs || heartbeat.Groups is not { } there)
            return ([], RestEnd.NotResting);
        // A rest that began a moment ago may not be known there yet.
        var before = time - Timeout;
        var ended = Missing(_follows, there, there.Leads, before);
        ended.AddRange(Missing(_leads, there, there.Follows, before));
        foreach (var group in ended)
            Remove(group.Group);
        return (ended, RestEnd.NotResting);
    }

    /// <summary>Takes all groups. The other node is lost.</summary>
    public IReadOnlyList<RestingGroup> TakeAll()
    {
        RestingGroup[] all = [.. _leads.Values, .. _follows.Values];
        _leads.Clear();
        _follows.Clear();
        (_leadsDigest, _followsDigest) = (0, 0);
        return all;
    }

    private static List<RestingGroup> Missing(
        Dictionary<string, RestingGroup> here, RestingList list, IReadOnlyList<ulong> there, TimeSpan before)
    {
        var known = new HashSet<ulong>(there);
        return [.. here.Values.Where(group =>
            group.Since <= before && list.Covers(group.Number) && !known.Contains(group.Number))];
    }

    // One list after the other covers all groups.
    private RestingList List()
    {
        uint divisor = (uint)(Math.Max(_leads.Count, _follows.Count) / MostListed) + 1;
        var list = new RestingList(divisor, _lists++ % divisor, [], []);
        return list with { Leads = [.. Numbers(_leads, list)], Follows = [.. Numbers(_follows, list)] };
    }

    private static IEnumerable<ulong> Numbers(Dictionary<string, RestingGroup> groups, RestingList list) =>
        groups.Values.Select(static group => group.Number).Where(list.Covers);

    private void Toggle(RestingGroup group)
    {
        if (group.Leads)
            _leadsDigest ^= group.Number;
        else
            _followsDigest ^= group.Number;
    }
}
