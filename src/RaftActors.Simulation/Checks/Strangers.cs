using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// Two groups never mix, although their names, members, addresses, indexes and terms may be the same: a node with a
/// disk of another group gets nothing of this one, and no member anything of the other. Nor does a new disk get what
/// the leader sends to the store that was there before.
/// </summary>
internal sealed class Strangers
{
    // For each node: the last entry that was looked at, and the peer that had it.
    private readonly Dictionary<SimulatedNode, (RaftActor Peer, LogEntry? Last)> _seen = [];
    private string _groupId = "";

    /// <summary>Checks that all members are of one group, once they know which.</summary>
    public void CheckGroup(SimulatedNode node, in PeerState state)
    {
        string groupId = state.HardState.GroupId;
        if (groupId.Length == 0 || groupId == _groupId)
            return;
        if (_groupId.Length > 0)
            throw new SimulationViolation("a disk belongs to one group",
                $"{node} is of group {groupId}, where others are of group {_groupId}.");
        _groupId = groupId;
    }

    /// <summary>Checks an entry of a member.</summary>
    public static void CheckEntry(SimulatedNode node, LogEntry entry)
    {
        if (Past.IsElsewhere(entry))
            throw new SimulationViolation("groups never mix", $"{node} has {entry}, which was given to another group.");
    }

    /// <summary>Called when an actor of a process that does not belong to the group has had its turn.</summary>
    public void AfterTurn(SimulatedProcess process)
    {
        // A copy of a member's disk has the member's entries.
        if (process.Peer is not { } peer || process.Node.IsCopy)
            return;
        var state = peer.Inspect();
        if (_groupId.Length > 0 && state.HardState.GroupId == _groupId)
            throw new SimulationViolation("a disk belongs to one group",
                $"{process.Node}, with another disk than its own, takes itself for a peer of group {_groupId}.");
        var log = state.Log;
        var last = log.LastIndex >= log.FirstIndex ? log[log.LastIndex] : null;
        if (_seen.TryGetValue(process.Node, out var seen) && seen.Peer == peer && ReferenceEquals(seen.Last, last))
            return;
        _seen[process.Node] = (peer, last);
        for (long index = log.FirstIndex; index <= log.LastIndex; index++)
        {
            var entry = log[index];
            bool isOther = entry.Kind switch
            {
                EntryKind.Command => !Past.IsElsewhere(entry) && !Past.IsFormer(entry),
                EntryKind.Configuration =>
                    _groupId.Length > 0 && entry.Payload.TryReadConfiguration()?.GroupId == _groupId,
                _ => false,
            };
            if (isOther)
                throw new SimulationViolation("groups never mix",
                    $"{process.Node}, with another disk than its own, has {entry}.");
        }
    }
}
