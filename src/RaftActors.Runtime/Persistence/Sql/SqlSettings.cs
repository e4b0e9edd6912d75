using Akka.Configuration;
using Microsoft.Data.Sqlite;

namespace Akka.Persistence.Sql;

/// <summary>What the section of a SQL plugin says, with the keys of Akka.Persistence.Sql; <c>wal-size</c> is our own.</summary>
internal sealed record SqlSettings(string Path, bool AutoInitialize, long WalSize)
{
    public static SqlSettings From(Config plugin)
    {
        var provider = plugin.GetString("provider-name", "");
        if (!provider.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase))
            throw new ConfigurationException($"provider-name = \"{provider}\" of a SQL persistence plugin is not supported: use SQLite.MS");
        var mapping = plugin.GetString("table-mapping", "default");
        if (mapping != "default")
            throw new ConfigurationException($"table-mapping = {mapping} of a SQL persistence plugin is not supported: use default");
        return new SqlSettings(
            PathOf(plugin.GetString("connection-string", "")),
            plugin.GetBoolean("auto-initialize", true),
            plugin.GetByteSize("wal-size", 32 << 20) ?? 32 << 20);
    }

    private static string PathOf(string connectionString)
    {
        if (connectionString.Length == 0)
            throw new ConfigurationException("The connection-string of a SQL persistence plugin is not set: use \"Data Source=path/of/the/file\"");
        SqliteConnectionStringBuilder parsed;
        try
        {
            parsed = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (Exception e)
        {
            throw new ConfigurationException($"connection-string = \"{connectionString}\" of a SQL persistence plugin: {e.Message}", e);
        }
        var path = parsed.DataSource;
        if (path.Length == 0 || path == ":memory:" || parsed.Mode == SqliteOpenMode.Memory || path.StartsWith("file:", StringComparison.Ordinal))
            throw new ConfigurationException($"connection-string = \"{connectionString}\" of a SQL persistence plugin does not name a file");
        return System.IO.Path.GetFullPath(path);
    }
}
