namespace RaftActors.Membership;

/// <summary>
/// A history of a group: it begins with the founding, or with a restore or recover, and ends with the next of these. Entries of
/// two histories may have the same index, and those of two groups the same index and term: the identity tells them apart.
/// </summary>
/// <param name="GroupId">Its identity, 128 random bits; empty only for the part of a log that was written before groups had one.</param>
/// <param name="FirstIndex">The index of its first entry.</param>
internal readonly record struct History(string GroupId, long FirstIndex);
