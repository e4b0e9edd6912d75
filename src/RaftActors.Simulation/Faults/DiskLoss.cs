using RaftActors.Protocol;
using RaftActors.Simulation.World;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.Faults;

/// <summary>
/// Disks that lose what they had confirmed: set back to an earlier copy, or with a changed bit in an event. Never so
/// many at a time that every majority may have one that lost something: that is what is claimed, and no more.
/// </summary>
internal sealed class DiskLoss(Cluster cluster)
{
    /// <summary>
    /// A copy of a node's disk, for <see cref="SetBack"/>; <c>null</c> when an event on it is damaged that its peer has
    /// not met yet.
    /// </summary>
    public static Action? Copy(SimulatedNode node)
    {
        if (node.DamagedEvent > 0 || node.IsStranger)
            return null;
        var store = new InMemoryStore();
        store.CopyFrom(node.Disk.Store);
        var durable = node.Durable.Copy();
        long damagedSnapshot = node.DamagedSnapshot;
        return () =>
        {
            node.Disk.Store.CopyFrom(store);
            node.Durable.SetBack(durable);
            node.DamagedSnapshot = damagedSnapshot;
        };
    }

    /// <summary>Sets the disk of a node, which is down, back to a copy.</summary>
    /// <returns>Whether that is within what is claimed.</returns>
    public bool SetBack(SimulatedNode node, Action? copy)
    {
        if (copy is null || node.IsStranger || node.DamagedEvent > 0 || !MayLose(node))
            return false;
        copy();
        Lost(node);
        return true;
    }

    /// <summary>
    /// Changes a bit in an event of a node, which is down; not in the first one, which says whose journal it is.
    /// </summary>
    /// <returns>The event; 0 if none may be damaged.</returns>
    public long Damage(SimulatedNode node, int lots)
    {
        if (node.IsStranger)
            return 0;
        var stream = node.Disk.Store.Stream(PersistenceIds.OfPeer(Cluster.Group, node.Id));
        var events = stream.Read(2, long.MaxValue, long.MaxValue);
        // What a snapshot covers is not read again.
        long covered = stream.LatestSnapshot(static (_, _) => true)?.SequenceNr ?? 1;
        var serializer = new RaftSerializer(null!);
        events.RemoveAll(stored => stored.SequenceNr <= covered
            || serializer.FromBinary(stored.Event.Bytes, stored.Event.Manifest) is MalformedMessage);
        if (events.Count == 0 || !MayLose(node) || node.DamagedEvent > 0 || node.DamagedSnapshot > 0)
            return 0;
        byte[] bytes = events[lots % events.Count].Event.Bytes;
        node.DamagedEvent = stream.DamageEvent(candidate => ReferenceEquals(candidate, bytes));
        Lost(node);
        return node.DamagedEvent;
    }

    private bool MayLose(SimulatedNode node) =>
        cluster.Nodes.Count(other => other != node && !other.IsOutside
            && other.MayLack) < (cluster.Nodes.Count(static each => !each.Joins) - 1) / 2;

    private void Lost(SimulatedNode node)
    {
        node.SetBacks++;
        cluster.Invariants.DiskSetBack(node);
    }
}
