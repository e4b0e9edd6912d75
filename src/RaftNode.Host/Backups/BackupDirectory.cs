using Akka.Event;
using RaftActors.Backups;

namespace RaftNode.Host.Backups;

/// <summary>The directory in which a member of a group writes backups by schedule.</summary>
/// <remarks>
/// Other members may write backups to the same directory, and other files may be there. Only two kinds of files are
/// deleted: backups of this group, once there are more than are kept; and what this member left incomplete. A file of
/// either kind has the name that a schedule gives, and the content of a backup: see <see cref="IsOwn"/>.
/// </remarks>
/// <param name="path">The path of the directory.</param>
/// <param name="group">The name of the group.</param>
/// <param name="member">The member that writes.</param>
/// <param name="keep">How many backups of the group are kept.</param>
/// <param name="log">Where the directory says which files are not what their names promise.</param>
internal sealed class BackupDirectory(string path, string group, string member, int keep, ILoggingAdapter log)
{
    // The files that the log has named already.
    private readonly HashSet<string> _named = [];

    /// <summary>Finds the latest backup of the group.</summary>
    /// <param name="groupId">The identity of the group.</param>
    /// <returns>When the latest backup was taken; <c>null</c> if there is none.</returns>
    /// <exception cref="IOException">The directory does not exist, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory must not be read.</exception>
    public DateTimeOffset? LatestTakenAt(string groupId) =>
        Own(groupId).Select(static own => (DateTimeOffset?)own.Summary.TakenAt).FirstOrDefault();

    /// <summary>Writes a backup, and then deletes the oldest backups of the group if there are too many.</summary>
    /// <param name="takenAt">When the backup was taken.</param>
    /// <param name="index">The index of the last entry that the backup includes.</param>
    /// <param name="write">Writes the backup to a stream.</param>
    /// <exception cref="IOException">The backup cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The backup must not be written.</exception>
    /// <exception cref="BackupException">What was written is not an undamaged backup.</exception>
    public async Task<WrittenBackup> WriteAsync(DateTimeOffset takenAt, long index, Func<Stream, Task> write)
    {
        EnsureExists();
        DeleteIncomplete();
        var file = Path.Combine(path, new BackupName(group, takenAt, index, member).ToString());
        if (File.Exists(file))
            throw new IOException($"{file} exists already. Move that file away.");
        var backup = await DurableFile.WriteAsync(file, file + BackupName.Partial, replaces: false, write);
        var summary = backup.Summary;
        var deleted = DeleteOld(summary.GroupId, file, out var problem);
        return new WrittenBackup(file, summary.Index, summary.TakenAt, summary.Length, deleted, problem);
    }

    private void EnsureExists()
    {
        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"The directory {path} does not exist. Make the directory, or mount the volume that it is on.");
        }
    }

    // The latest is the first. Of two backups at the same entry the clock decides, and nothing depends on it.
    private IEnumerable<(string File, BackupSummary Summary)> Own(string groupId)
    {
        EnsureExists();
        return Directory.EnumerateFiles(path, $"{group}-*{BackupName.Extension}")
            .Where(file => BackupName.Parse(Path.GetFileName(file))?.Group == group)
            .Select(file => (File: file, Summary: Read(file)))
            .Where(own => own.Summary is { } summary && IsOwn(summary, groupId))
            .Select(static own => (own.File, own.Summary!))
            .OrderByDescending(static own => (own.Item2.Term, own.Item2.Index, own.Item2.TakenAt));
    }

    // Another cluster, or this cluster before a restore, may have used the same name.
    private bool IsOwn(BackupSummary summary, string groupId) => summary.Group == group && summary.GroupId == groupId;

    private BackupSummary? Read(string file)
    {
        try
        {
            return NodeBackupFile.ReadSummary(file);
        }
        catch (FileNotFoundException)
        {
            // Another node has deleted it meanwhile.
            return null;
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
        {
            if (_named.Add(file))
                log.Warning("{0} is not counted as a backup, and is never deleted: {1}", file, e.Message);
            return null;
        }
    }

    private List<string> DeleteOld(string groupId, string written, out string? problem)
    {
        var deleted = new List<string>();
        problem = null;
        try
        {
            // The new backup is among those that are kept, whatever its place is.
            foreach (var (file, _) in Own(groupId).Where(own => own.File != written).Skip(keep - 1).ToList())
            {
                File.Delete(file);
                deleted.Add(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"Old backups are not deleted: {e.Message}";
        }
        return deleted;
    }

    // A node that was killed cannot delete what it had begun to write.
    private void DeleteIncomplete()
    {
        foreach (var file in Directory.EnumerateFiles(path, $"{group}-*{BackupName.Partial}"))
        {
            if (BackupName.ParsePartial(Path.GetFileName(file)) is not { } name || name.Group != group
                || name.Member != member)
                continue;
            if (NodeBackupFile.BeginsLikeOne(file))
                File.Delete(file);
            else if (_named.Add(file))
                log.Warning("{0} is not deleted: it does not begin like a backup.", file);
        }
    }
}

/// <summary>A backup that was written and verified.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="Index">The index of the last entry that the backup includes; of several groups the sum.</param>
/// <param name="TakenAt">When the backup was taken.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Deleted">The old backups that were deleted.</param>
/// <param name="Problem">Why old backups were not deleted; <c>null</c> if they were.</param>
internal sealed record WrittenBackup(
    string File, long Index, DateTimeOffset TakenAt, long Bytes, IReadOnlyList<string> Deleted, string? Problem);
