namespace RaftActors.Backups;

/// <summary>What the head of a backup file says. The rest of the file was not read.</summary>
public sealed record BackupSummary
{
    /// <summary>The name of the group that was backed up.</summary>
    public required string Group { get; init; }

    /// <summary>The identity of the group that was backed up; empty if the group had none.</summary>
    public required string GroupId { get; init; }

    /// <summary>
    /// The identities that the group had before, oldest first. Each restore and each recovery ended one of them.
    /// </summary>
    public required IReadOnlyList<string> FormerGroupIds { get; init; }

    /// <summary>The index of the last entry that the backup includes.</summary>
    public required long Index { get; init; }

    /// <summary>The term of that entry.</summary>
    public required long Term { get; init; }

    /// <summary>When the backup was taken, by the clock of the node that took it.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public required long Length { get; init; }
}
