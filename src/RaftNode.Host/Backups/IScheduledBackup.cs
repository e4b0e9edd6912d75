namespace RaftNode.Host.Backups;

/// <summary>What <see cref="BackupSchedule"/> does when a backup is due.</summary>
internal interface IScheduledBackup
{
    /// <summary>Finds the latest backup of the group in the directory, whichever node wrote it.</summary>
    /// <returns>When the latest backup was taken; <c>null</c> if there is none.</returns>
    Task<DateTimeOffset?> FindLatestAsync();

    /// <summary>Writes a backup.</summary>
    /// <param name="cancellation">Ends the writing.</param>
    /// <returns>The backup; <c>null</c> if nothing was written because this node does not lead.</returns>
    Task<WrittenBackup?> WriteAsync(CancellationToken cancellation);
}
