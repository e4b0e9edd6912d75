using Akka.Configuration;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.backups</c>.</summary>
internal sealed record BackupSettings
{
    private const string EveryKey = "raftnode.backups.every";

    private static readonly TimeSpan LeastEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostEvery = TimeSpan.FromDays(366);

    /// <summary>The full path of the directory in which the node writes backups.</summary>
    public required string Directory { get; init; }

    /// <summary>The time from one backup to the next.</summary>
    public required TimeSpan Every { get; init; }

    /// <summary>How many backups are kept.</summary>
    public required int Keep { get; init; }

    /// <summary>How long the node waits after a backup that failed.</summary>
    public required TimeSpan Retry { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <returns>The settings; <c>null</c> if no backups are written by schedule.</returns>
    /// <exception cref="RaftActors.SettingException">A value is not usable. The message names its key.</exception>
    public static BackupSettings? From(Config config)
    {
        var directory = config.GetString("raftnode.backups.directory", "") ?? "";
        var settings = new BackupSettings
        {
            Directory = directory.Length > 0 ? Path.GetFullPath(directory) : "",
            Every = HoconValues.Duration(config, EveryKey, LeastEvery, MostEvery, "from 1 s to 366 days"),
            Keep = HoconValues.Count(config, "raftnode.backups.keep", 1, 1_000_000),
            Retry = HoconValues.Duration(config, "raftnode.backups.retry"),
        };
        return directory.Length > 0 ? settings : null;
    }
}
