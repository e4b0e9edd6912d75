namespace RaftActors.Membership;

/// <summary>
/// A history of a group: it begins with the founding, or with a restore or recover, and ends with the next of these.
/// Entries of two histories may have the same index, and those of two groups the same index and term: the identity
/// tells them apart.
/// </summary>
/// <param name="GroupId">
/// Its identity, 128 random bits; empty only for the part of a log that was written before groups had one.
/// </param>
/// <param name="FirstIndex">The index of its first entry.</param>
public readonly record struct History(string GroupId, long FirstIndex);

/// <summary>What the histories of a group say about positions in its log.</summary>
internal static class Histories
{
    /// <summary>Whether who has seen a history up to an index has seen nothing that this group does not have.</summary>
    /// <param name="histories">Those of the group, oldest first.</param>
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
