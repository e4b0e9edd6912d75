using RaftActors.Protocol;
using RaftActors.Simulation.World;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Simulation.Faults;

/// <summary>
/// Damages the latest snapshot of a node: a part of it, or its manifest. Only done if the snapshot before it and the
/// journal after that one are undamaged. Otherwise the peer would have to refuse to start, which would be right and the
/// end of the run.
/// </summary>
internal static class SnapshotDamage
{
    /// <summary>Damages the snapshot.</summary>
    /// <param name="node">The node of the disk.</param>
    /// <param name="lots">A random number that decides what is damaged.</param>
    /// <returns>What was damaged; <c>null</c> if nothing was.</returns>
    public static string? Do(SimulatedNode node, int lots)
    {
        if (node.IsStranger)
            return null;
        string peerId = PersistenceIds.OfPeer(Cluster.Group, node.Id);
        var own = node.Disk.Store.Stream(peerId);
        if (own.LatestSnapshot(static (_, _) => true) is not { } latest
            || Read(latest.Snapshot) is not SnapshotManifest { Previous: { } previous } manifest)
            return null;
        if (own.LatestSnapshot((sequenceNr, _) => sequenceNr == previous.SequenceNr) is not { } former
            || Read(former.Snapshot) is not SnapshotManifest { Snapshot: var before })
            return null;
        // A damaged snapshot must first be gone from both places, the latest and the one before.
        if (node.DamagedSnapshot >= before.LastIncludedIndex || former.SequenceNr == latest.SequenceNr)
            return null;
        // Entries that a snapshot from the leader has replaced are not in the journal.
        foreach (var (_, stored, _, _) in own.Read(former.SequenceNr + 1, long.MaxValue, long.MaxValue))
        {
            if (Read(stored) is SnapshotInstalled installed && installed.LastIncludedIndex > before.LastIncludedIndex)
                return null;
        }
        node.DamagedSnapshot = manifest.Snapshot.LastIncludedIndex;
        if (lots % 4 == 0)
        {
            own.Replace(latest.SequenceNr, bytes => bytes[..^1]);
            return $"the manifest of the snapshot up to {node.DamagedSnapshot} is cut off";
        }
        var chunks = node.Disk.Store.Stream(PersistenceIds.OfChunks(peerId, manifest.Slot));
        long chunk = 1 + (lots / 4 % manifest.Snapshot.Content.Chunks);
        if (lots % 4 == 1)
            chunks.DeleteSnapshot(chunk);
        else
            chunks.Replace(chunk, bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        return $"chunk {chunk} of the snapshot up to {node.DamagedSnapshot} is {(lots % 4 == 1 ? "gone" : "changed")}";
    }

    private static object Read(TestKit.Journals.StoredObject stored) =>
        new RaftSerializer(null!).FromBinary(stored.Bytes, stored.Manifest);
}
