using Akka.Configuration;

namespace RaftActors.Persistence.Sqlite;

/// <summary>The settings in a plugin's section of the configuration.</summary>
internal sealed record SqliteSettings(
    string Path, bool AutoInitialize, long WalSize, TimeSpan BusyTimeout, TimeSpan StallTimeout)
{
    public const long SmallestLog = 64 << 10;

    /// <summary>Reads a plugin's section, with the plugin's defaults behind it.</summary>
    /// <param name="id">The path of the section, for messages.</param>
    /// <param name="section">The section.</param>
    /// <param name="defaultsPath">The path of the plugin's defaults in <c>reference.conf</c>.</param>
    public static SqliteSettings From(string id, Config section, string defaultsPath)
    {
        var config = section.WithFallback(SqlitePersistence.DefaultConfig().GetConfig(defaultsPath));
        var file = config.GetString("file", "");
        if (string.IsNullOrEmpty(file))
            throw new ConfigurationException(
                $"{id}.file is not set: name the database file, for example file = \"data/journal.db\"");
        if (file == ":memory:" || file.StartsWith("file:", StringComparison.Ordinal))
            throw new ConfigurationException($"{id}.file = \"{file}\" does not name a file");
        var walSize = config.GetByteSize("wal-size", null) ?? 0;
        if (walSize < SmallestLog)
            throw new ConfigurationException($"{id}.wal-size = {config.GetString("wal-size")} is less than 64 KiB");
        return new SqliteSettings(
            System.IO.Path.GetFullPath(file),
            config.GetBoolean("auto-initialize"),
            walSize,
            Time(id, config, "busy-timeout"),
            Time(id, config, "stall-timeout"));
    }

    private static TimeSpan Time(string id, Config config, string key)
    {
        try
        {
            var time = config.GetTimeSpan(key, null, false);
            if (time.TotalMilliseconds <= int.MaxValue)
                return time;
        }
        catch (FormatException)
        {
            // The exception below names the key.
        }
        throw new ConfigurationException(
            $"{id}.{key} = {config.GetString(key)} is no time that can be waited for; use for example 5 s");
    }
}
