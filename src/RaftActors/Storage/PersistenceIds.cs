namespace RaftActors.Storage;

/// <summary>The persistence ids under which a journal and a snapshot store keep a peer's data.</summary>
public static class PersistenceIds
{
    /// <summary>The persistence id of a peer's journal, and of the manifests of its snapshots.</summary>
    /// <param name="group">The name of the group.</param>
    /// <param name="memberId">The peer's member id.</param>
    public static string OfPeer(string group, string memberId) => $"raft-{group}-{memberId}";

    /// <summary>
    /// The persistence id of the chunks in one of a peer's slots; see <see cref="Snapshots.ChunkStore"/>.
    /// </summary>
    internal static string OfChunks(string peerId, int slot) => $"{peerId}-snapshot-{slot}";
}
