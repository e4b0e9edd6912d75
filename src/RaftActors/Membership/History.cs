namespace RaftActors.Membership;

/// <summary>
/// A history of a group. A history begins with the founding, a restore or a recovery, and ends with the next of these.
/// Entries of two histories may have the same index, and entries of two groups the same index and term. The identity
/// tells them apart.
/// </summary>
/// <param name="GroupId">
/// The identity of the history: 128 random bits. Empty only for the part of a log that was written before groups had
/// identities.
/// </param>
/// <param name="FirstIndex">The index of the first entry of the history.</param>
public readonly record struct History(string GroupId, long FirstIndex);

/// <summary>What the histories of a group say about positions in the group's log.</summary>
internal static class Histories
{
    /// <summary>Whether a peer that has seen a history up to an index has seen only entries of this group.</summary>
    /// <param name="histories">The histories of the group, oldest first.</param>
    /// <param name="groupId">The history that was seen.</param>
    /// <param name="index">The last index that was seen; 0 for none.</param>
    public static bool Include(this IReadOnlyList<History> histories, string groupId, long index)
    {
        for (int i = 0; i < histories.Count; i++)
            if (histories[i].GroupId == groupId)
                return i == histories.Count - 1 || index < histories[i + 1].FirstIndex;
        return false;
    }
}
