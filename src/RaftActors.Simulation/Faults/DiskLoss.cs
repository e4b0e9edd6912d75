using RaftActors.Protocol;
using RaftActors.Simulation.World;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.Faults;

/// <summary>
/// Lets disks lose what they had confirmed: a disk is set back to an earlier copy, or a bit of an event is changed.
/// There are never so many such disks at a time that every majority may contain one, because the product claims no
/// more.
/// </summary>
internal sealed class DiskLoss(Cluster cluster)
{
    /// <summary>
    /// Copies a node's disk, for <see cref="SetBack"/>. Returns <c>null</c> if an event on the disk is damaged and its
    /// peer has not read it yet, or if the disk is still empty: a member whose disk is gone must be added again.
    /// </summary>
    public static Action? Copy(SimulatedNode node)
    {
        if (node.DamagedEvent > 0 || node.IsStranger || node.Durable.StoreId.Length == 0)
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

    /// <summary>Sets the disk of a node that is down back to a copy.</summary>
    /// <returns>Whether the product's claim covers that.</returns>
    public bool SetBack(SimulatedNode node, Action? copy)
    {
        if (copy is null || node.IsStranger || node.DamagedEvent > 0 || !MayLose(node))
            return false;
        copy();
        Lost(node);
        return true;
    }

    /// <summary>
    /// Changes a bit in an event of a node that is down. The first event is left out, because it says whose journal it
    /// is.
    /// </summary>
    /// <returns>The sequence number of the event; 0 if none may be damaged.</returns>
    public long Damage(SimulatedNode node, int lots)
    {
        if (node.IsStranger)
            return 0;
        var stream = node.Disk.Store.Stream(PersistenceIds.OfPeer(Cluster.Group, node.Id));
        var events = stream.Read(2, long.MaxValue, long.MaxValue);
        // Events that a snapshot replaces are not read again.
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

    // A node with a wrong disk is silent: what it had confirmed is not there.
    private bool MayLose(SimulatedNode node) =>
        cluster.Nodes.Count(other => other != node && !other.IsOutside
            && (other.MayLack || other.IsStranger)) < cluster.LargestMinority;

    private void Lost(SimulatedNode node)
    {
        node.SetBacks++;
        cluster.Invariants.DiskSetBack(node);
    }
}
