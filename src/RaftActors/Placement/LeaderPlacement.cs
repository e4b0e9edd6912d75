using RaftActors.Elections;

namespace RaftActors.Placement;

/// <summary>
/// Spreads the leaderships of many groups over the nodes. A node that leads fewer groups than it could asks one other
/// node at a time, and says how many it leads. The other node knows how many it leads itself. If it leads clearly more,
/// it transfers a few of its leaderships.
/// </summary>
/// <remarks>
/// Both numbers are right when they are compared: whoever asks has asked nobody else, and the transfers of the node
/// that gives are counted as done. So two nodes do not throw leaderships back and forth, and several nodes never give to
/// one at the same time.
/// <para>
/// Safety does not depend on any of this: all that happens is that leaders begin transfers.
/// </para>
/// </remarks>
internal sealed class LeaderPlacement
{
    // So many intervals after a move, a leadership that is back says that the other node could not keep it.
    private const int Probation = 4;

    private readonly Dictionary<string, PlacedGroup> _groups = new(StringComparer.Ordinal);

    // The nodes that were asked in this round.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private TransferBackoff _failures = new(TimeSpan.Zero, TimeSpan.Zero);
    private string? _lastAsked;

    // Whether this node has got a leadership since it asked.
    private bool _hasGot;
    private int _stopping;
    private TimeSpan _unfitUntil = TimeSpan.MinValue;

    /// <summary>How often to ask for a leadership; zero as long as there is no group.</summary>
    public TimeSpan Interval { get; private set; }

    /// <summary>Whether there are several groups. Otherwise there is nothing to ask for.</summary>
    public bool IsUsed => _groups.Count > 1;

    /// <summary>How many groups this node leads, without those that it is giving away, and how many it should.</summary>
    public NodeLoad Load
    {
        get
        {
            int leads = 0;
            double share = 0;
            foreach (var group in _groups.Values)
            {
                if (group.Report.Leads && group.MovingTo is null)
                    leads++;
                if (group.Report.IsCandidate(group.Report.Own))
                    share += 1.0 / group.Report.Candidates.Count;
            }
            return new NodeLoad(leads, share);
        }
    }

    /// <summary>Takes note of what a peer says.</summary>
    /// <param name="report">What the peer says.</param>
    /// <param name="now">The time.</param>
    public void Hear(GroupPlaced report, TimeSpan now)
    {
        if (Interval == TimeSpan.Zero || report.Interval < Interval)
        {
            Interval = report.Interval;
            _failures = new TransferBackoff(2 * Probation * Interval, 16 * Probation * Interval);
        }
        if (!_groups.TryGetValue(report.Group, out var group))
        {
            _groups.Add(report.Group, new PlacedGroup(report));
            _stopping += report.IsStopping ? 1 : 0;
            return;
        }
        var former = group.Report;
        group.Report = report;
        _stopping += (report.IsStopping ? 1 : 0) - (former.IsStopping ? 1 : 0);
        if (!report.Leads)
        {
            group.MovingTo = null;
            return;
        }
        if (former.Leads)
            return;
        _hasGot = true;
        if (now - group.Moved.At < Probation * Interval)
            _failures.Tried(group.Moved.To, now);
    }

    /// <summary>Forgets a group whose peer has stopped.</summary>
    public void Remove(GroupGone gone)
    {
        if (!_groups.TryGetValue(gone.Group, out var group) || !group.Report.Peer.Equals(gone.Peer))
            return;
        _groups.Remove(gone.Group);
        _stopping -= group.Report.IsStopping ? 1 : 0;
    }

    /// <summary>For a while this node asks for no leadership.</summary>
    public void Pause(TimeSpan until)
    {
        if (until > _unfitUntil)
            _unfitUntil = until;
    }

    /// <summary>Called when a leadership was not moved.</summary>
    public void OnStayed(LeadershipStayed stayed, TimeSpan now)
    {
        if (!_groups.TryGetValue(stayed.Group, out var group) || group.MovingTo is not { } to)
            return;
        group.MovingTo = null;
        if (stayed.Failed)
            _failures.Tried(to, now);
    }

    /// <summary>
    /// Whom to ask for leaderships now: a node that leads a group which this node could lead. One node after the other
    /// is asked, those with the most such groups first. A node that has given something is asked again.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <returns>The addresses of this node and of the other; <c>null</c> for nobody.</returns>
    public (string Own, string Other)? Ask(TimeSpan now)
    {
        // A group that is stopped alone is soon gone. If all of them are stopping, so is the node.
        if (!IsUsed || _stopping > 0 || now < _unfitUntil)
            return null;
        var nodes = new Dictionary<string, (string Own, string Other, int Count)>(StringComparer.Ordinal);
        foreach (var group in _groups.Values)
        {
            var report = group.Report;
            if (report.Leader is not { } leader || report.Leads || !report.IsCandidate(report.Own))
                continue;
            string other = NodeAddress.EndpointOf(leader);
            nodes[other] = (report.Own, leader, nodes.TryGetValue(other, out var known) ? known.Count + 1 : 1);
        }
        if (nodes.Count == 0)
            return null;
        if (!_hasGot || _lastAsked is null || !nodes.ContainsKey(_lastAsked))
        {
            if (nodes.Keys.All(_asked.Contains))
                _asked.Clear();
            _lastAsked = nodes.Where(node => !_asked.Contains(node.Key))
                .OrderByDescending(static node => node.Value.Count)
                .ThenBy(static node => node.Key, StringComparer.Ordinal)
                .First().Key;
            _asked.Add(_lastAsked);
        }
        _hasGot = false;
        return (nodes[_lastAsked].Own, nodes[_lastAsked].Other);
    }

    /// <summary>Chooses the leaderships to give to a node that asks.</summary>
    /// <param name="asker">The address of the node.</param>
    /// <param name="load">How many groups that node leads, and how many it should.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// The groups whose leaders are to be told <see cref="MoveLeadership"/>. They count as given until
    /// <see cref="LeadershipStayed"/>.
    /// </returns>
    public IReadOnlyList<PlacedGroup> Give(string asker, NodeLoad load, TimeSpan now)
    {
        string to = NodeAddress.EndpointOf(asker);
        int already = _groups.Values.Count(group => group.MovingTo == to);
        int count = Load.ToGive(load with { Leads = load.Leads + already });
        if (count == 0 || !_failures.MayTry(to, now))
            return [];
        // A group whose leader refused, or that was moved lately, comes last.
        PlacedGroup[] chosen =
        [
            .. _groups.Values
                .Where(group => group.Report.Leads && group.MovingTo is null
                    && group.Report.IsCandidate(group.Report.Own) && group.Report.IsCandidate(asker))
                .OrderBy(static group => group.Moved.At)
                .ThenBy(static group => group.Report.Group, StringComparer.Ordinal)
                .Take(count),
        ];
        foreach (var group in chosen)
        {
            group.MovingTo = to;
            group.Moved = (now, to);
        }
        return chosen;
    }
}
