using RaftActors.Client;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Faults;

/// <summary>
/// Disks in the wrong place: a new one or one of another group under a member's name, for a while, and copies of
/// members' disks at other addresses. In the end each node has its own disk again, as an operator would see to, and no
/// copy runs.
/// </summary>
/// <remarks>
/// A copy runs only while the leader hears the member itself. A copy that runs while its original is cut off looks to
/// all peers like a disk that was set back. A peer may hear of a copy after its end. So in a run only the disks of a
/// minority are copied.
/// </remarks>
internal sealed class WrongDisks(Cluster cluster, VirtualWorld world, Past past)
{
    private readonly Dictionary<SimulatedNode, OtherDisk> _disks = [];
    private readonly List<(SimulatedNode Copy, SimulatedNode Of, SimulatedProcess Leader)> _copies = [];

    // The nodes of which the disk was ever copied.
    private readonly HashSet<SimulatedNode> _copied = [];

    /// <summary>
    /// Whether a node may get another disk. The group must exist. If a majority of the founders has wrong disks, or
    /// disks that were set back, a founder with an empty disk looks to that majority like a member that has lost its
    /// disk, or they found the group again. So then the own disk of no founder may be empty, also of one that has
    /// another disk for now.
    /// </summary>
    public bool MayBeExchanged(SimulatedNode node)
    {
        var founders = cluster.Nodes.Where(each => cluster.Founders.Any(member => member.Id == each.Id)).ToList();
        int wrong = founders.Count(each => each.IsStranger || each.MayLack || each == node);
        bool isMajority = wrong > founders.Count / 2;
        return !node.IsStranger && cluster.Invariants.CommitIndex > 0
            && !(isMajority && founders.Exists(static each => each.Own.LastIndex == 0));
    }

    /// <summary>Gives a node that is down another disk, or its own again.</summary>
    public void Exchange(SimulatedNode node)
    {
        if (!_disks.TryGetValue(node, out var disk))
            _disks[node] = disk = past.DiskOf(node);
        node.Exchange(disk);
        if (cluster.Trace.IsOn)
        {
            string other = node.HasNewDisk ? "a new disk" : "a disk of another group";
            string which = node.IsStranger ? other : "its own disk";
            cluster.Trace.Line($"{node} has {which} now");
        }
    }

    /// <summary>Starts a process with a copy of a node's disk, if the leader hears that node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="duration">How long the copy runs.</param>
    public void Copy(SimulatedNode node, TimeSpan duration)
    {
        var leader = cluster.Nodes.Where(each => !each.IsStranger).Select(each => each.Process)
            .FirstOrDefault(process => process?.Peer?.Inspect().Role == RaftRole.Leader);
        if (leader is null || node.IsStranger || node.Durable.LastIndex == 0 || _copies.Count > 0
            || !IsHeard(node, leader))
            return;
        // A peer that hears the copy and not the member believes that the member's store was set back. The number of
        // set-back stores must stay within the claim.
        if (cluster.Nodes.Any(each => !each.IsOutside && each.Process?.Peer?.Inspect().IsWhole != true))
            return;
        if (!_copied.Contains(node) && _copied.Count >= cluster.LargestMinority)
            return;
        _copied.Add(node);
        var copy = cluster.Copy(node);
        _copies.Add((copy, node, leader));
        if (cluster.Trace.IsOn)
            cluster.Trace.Line($"a copy of the disk of {node} is at {copy.Address}");
        cluster.Start(copy);
        world.Schedule(duration, () => EndCopies(copy));
    }

    /// <summary>Called when an actor has had its turn.</summary>
    public void AfterTurn()
    {
        if (_copies.Exists(each => !IsHeard(each.Of, each.Leader)))
            EndCopies(null);
    }

    /// <summary>Ends the copy of a node, or all copies.</summary>
    public void EndCopies(SimulatedNode? only)
    {
        foreach (var (copy, _, _) in _copies.Where(each => only is null || each.Copy == only))
            cluster.Kill(copy);
        _copies.RemoveAll(each => each.Copy.Process is null);
    }

    // Long before another leader would be elected, or the member would be thought gone.
    private bool IsHeard(SimulatedNode node, SimulatedProcess leader)
    {
        if (leader.IsDead || cluster.Invariants.LatestLeader != leader.Node.Id
            || leader.Peer?.Inspect().Leading is not { } leading)
            return false;
        if (node == leader.Node)
            return true;
        return node.Process is { IsDead: false } && leading.Find(node.Id) is { Server.IsBound: true } follower
            && follower.Progress.HasAnswered
            && leader.Clock - follower.Progress.LastContact < TimeSpan.FromMilliseconds(200);
    }
}
