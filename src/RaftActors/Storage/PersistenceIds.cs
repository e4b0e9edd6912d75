namespace RaftActors.Storage;

/// <summary>The persistence ids under which a journal and a snapshot store keep a peer's data.</summary>
public static class PersistenceIds
{
    /// <summary>The persistence id of a peer's journal, and of the manifests of its snapshots.</summary>
    /// <param name="group">The name of the group.</param>
    /// <param name="memberId">The peer's member id.</param>
    public static string OfPeer(string group, string memberId) => $"raft-{group}-{memberId}";

    /// <summary>The persistence id of the peer of a group, which may be one of the node's catalogue.</summary>
    /// <param name="group">The name of the group.</param>
    /// <param name="memberId">The peer's member id.</param>
    /// <param name="incarnation">The number of the creation on this node; 0 outside the catalogue.</param>
    internal static string OfIncarnation(string group, string memberId, long incarnation) =>
        // A name has no such letter, so no other peer has this id.
        incarnation == 0 ? OfPeer(group, memberId) : $"{OfPeer(group, memberId)}~{incarnation}";

    /// <summary>The persistence id of the catalogue of a node's groups.</summary>
    /// <param name="node">The node's member id.</param>
    internal static string OfCatalogue(string node) => $"raft~groups~{node}";

    /// <summary>
    /// The persistence id of the chunks in one of a peer's slots; see <see cref="Snapshots.ChunkStore"/>.
    /// </summary>
    internal static string OfChunks(string peerId, int slot) => $"{peerId}-snapshot-{slot}";
}
