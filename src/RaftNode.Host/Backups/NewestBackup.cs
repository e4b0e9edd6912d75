using RaftActors.Backups;

namespace RaftNode.Host.Backups;

/// <summary>Finds the newest undamaged backup in a directory.</summary>
/// <remarks>
/// The order is that of the group's log: a history of the group that began later comes first, then the higher term,
/// then the higher index. No clock decides.
/// </remarks>
internal static class NewestBackup
{
    /// <summary>Finds the backup. Reads the whole file, as a restore does.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="group">
    /// The name of the group whose backup is wanted, if the directory has backups of several groups; <c>null</c> if
    /// the name is not known.
    /// </param>
    /// <param name="skipped">Called with a sentence for each file that is newer, or may be, and cannot be used.</param>
    /// <exception cref="BackupException">There is no such backup, or nobody can say which it is.</exception>
    /// <exception cref="IOException">The directory does not exist, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory must not be read.</exception>
    public static (string File, NodeBackupFile Backup) Find(string directory, string? group, Action<string> skipped)
    {
        var all = new List<(string File, BackupSummary Summary)>();
        foreach (var file in Directory.EnumerateFiles(directory, $"*{BackupName.Extension}").Order())
        {
            if (Try(() => NodeBackupFile.ReadSummary(file), skipped) is { } summary)
                all.Add((file, summary));
        }
        foreach (var (file, _) in InOrder(OfOneGroup(all, directory, group), directory))
        {
            if (Try(() => NodeBackupFile.Open(file), skipped) is { } backup)
                return (file, backup);
        }
        throw new BackupException($"{directory} has no undamaged backup.");
    }

    private static T? Try<T>(Func<T> read, Action<string> skipped)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
        {
            skipped(e.Message);
            return null;
        }
    }

    private static List<(string File, BackupSummary Summary)> OfOneGroup(
        List<(string File, BackupSummary Summary)> all, string directory, string? group)
    {
        var groups = all.Select(static each => each.Summary.Group).Distinct().Order().ToList();
        if (groups.Count <= 1)
            return all;
        if (group is null || !groups.Contains(group))
        {
            throw new BackupException($"{directory} has backups of several groups: {string.Join(", ", groups)}. Give "
                + "the file, or one of these names as --group.");
        }
        return [.. all.Where(each => each.Summary.Group == group)];
    }

    private static IEnumerable<(string File, BackupSummary Summary)> InOrder(
        List<(string File, BackupSummary Summary)> all, string directory)
    {
        // The latest history is the one that no other is a continuation of.
        var latest = all.Select(static each => each.Summary)
            .Where(one => !all.Exists(other => other.Summary.FormerGroupIds.Contains(one.GroupId)))
            .DistinctBy(static one => one.GroupId)
            .ToList();
        if (latest.Count > 1)
        {
            var identities = string.Join(", ", latest.Select(static one => one.GroupId).Order());
            throw new BackupException($"{directory} has backups of clusters that have nothing to do with each other, "
                + $"or that were restored from one backup: their identities are {identities}. Give the file: raftnode "
                + "inspect FILE shows its identity.");
        }
        return all.OrderByDescending(each => Place(each.Summary.GroupId, latest))
            .ThenByDescending(static each => (each.Summary.Term, each.Summary.Index, each.Summary.TakenAt));
    }

    // The place of a history in the sequence of histories that led to the latest one.
    private static int Place(string groupId, List<BackupSummary> latest)
    {
        var formers = latest[0].FormerGroupIds;
        var place = formers.ToList().LastIndexOf(groupId);
        return groupId == latest[0].GroupId ? formers.Count : place;
    }
}
