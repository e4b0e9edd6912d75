using System.Data.Common;
using System.Runtime.CompilerServices;
using Akka.Configuration;
using Npgsql;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>Where one of a node's two plugins, journal or snapshot store, stores its data.</summary>
/// <param name="PluginId">The path of the plugin's section in the configuration.</param>
/// <param name="File">The full path of the SQLite database; <c>null</c> if there is none.</param>
/// <param name="Provider">
/// The name of the kind of database in Akka.Persistence.Sql; <c>null</c> for another plugin.
/// </param>
/// <param name="ConnectionString">
/// The connection string of Akka.Persistence.Sql; <c>null</c> for another plugin.
/// </param>
internal sealed record StorePlace(string PluginId, string? File, string? Provider, string? ConnectionString)
{
    /// <summary>
    /// The environment variable whose connection string replaces that of a PostgreSQL database in the file.
    /// </summary>
    public const string PostgresqlVariable = "RAFTNODE_POSTGRESQL";

    /// <summary>The file in which the plugins store their data if the configuration does not say it.</summary>
    public const string DefaultFile = "raft.db";

    private const string SqlPlugins = "Akka.Persistence.Sql.";
    private const string SqlitePlugins = "RaftActors.Persistence.Sqlite.";
    private const string DataSource = "Data Source";

    /// <summary>Whether the data is in a PostgreSQL database.</summary>
    public bool IsPostgresql => Provider?.StartsWith("PostgreSQL", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether Akka.Persistence.Sql stores the data in a SQLite database.</summary>
    public bool IsSqlOnSqlite => Provider is not null && File is not null;

    /// <summary>Reads a plugin's section.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="key">The key that names the plugin.</param>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="directory">The node's data directory. Relative paths of databases are relative to it.</param>
    /// <exception cref="NodeStartException">The section does not exist or is not usable.</exception>
    public static StorePlace Read(Config config, string key, string pluginId, string directory)
    {
        if (pluginId.Length == 0)
            throw new SettingException(key, $"{key} names no plugin");
        if (!config.HasPath(pluginId))
            throw new SettingException(key, $"{key} = {pluginId}: there is no section {pluginId}");
        var section = config.GetConfig(pluginId);
        var type = section.GetString("class", "") ?? "";
        if (type.StartsWith(SqlitePlugins, StringComparison.Ordinal))
            return new StorePlace(pluginId, InDirectory(directory, section.GetString("file", "")), null, null);
        if (!type.StartsWith(SqlPlugins, StringComparison.Ordinal))
            return new StorePlace(pluginId, null, null, null);
        var provider = section.GetString("provider-name", "") ?? "";
        var given = section.GetString("connection-string", "") ?? "";
        if (!provider.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase))
            return new StorePlace(pluginId, null, provider, given);
        var connection = Parse(given, $"{pluginId}.connection-string");
        var file = InDirectory(directory, connection.TryGetValue(DataSource, out var source) ? (string)source : "");
        return new StorePlace(pluginId, file, provider, Join(given, DataSource, file));
    }

    /// <summary>Whether the data is in a file of a directory.</summary>
    public bool IsIn(string directory) =>
        File?.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal) == true;

    /// <summary>
    /// The place with the connection string in the environment, if the data is in a PostgreSQL database.
    /// </summary>
    public StorePlace WithEnvironment()
    {
        var given = IsPostgresql ? Environment.GetEnvironmentVariable(PostgresqlVariable) : null;
        if (!string.IsNullOrEmpty(given))
            return CheckPostgresql(given,
                $"the environment variable {PostgresqlVariable}") with { ConnectionString = given };
        // An empty connection string may mean that of the journal.
        return IsPostgresql && ConnectionString!.Length > 0
            ? CheckPostgresql(ConnectionString, $"{PluginId}.connection-string")
            : this;
    }

    /// <summary>The same plugin with another SQLite database.</summary>
    public StorePlace At(string file) => this with
    {
        File = file,
        ConnectionString = IsSqlOnSqlite ? Join(ConnectionString!, DataSource, file) : ConnectionString,
    };

    /// <summary>The same place, opened for reading only, as far as the plugin has a setting for that.</summary>
    public StorePlace ReadOnly() => this switch
    {
        { IsSqlOnSqlite: true } => this with { ConnectionString = Join(ConnectionString!, "Mode", "ReadOnly") },
        { IsPostgresql: true } =>
            this with { ConnectionString = Join(ConnectionString!, "Options", "-c default_transaction_read_only=on") },
        _ => this,
    };

    /// <summary>The settings with which the plugin uses this place.</summary>
    public string Settings()
    {
        if (Provider is not null)
            return $"{PluginId}.connection-string = {Quote(ConnectionString!)}\n";
        return File is not null ? $"{PluginId}.file = {Quote(File)}\n" : "";
    }

    /// <summary>Describes the place, for messages.</summary>
    public override string ToString()
    {
        if (File is not null || Provider is null)
            return File ?? PluginId;
        // Not the whole string, because it may contain a password.
        var connection = Parse(ConnectionString!, $"{PluginId}.connection-string");
        string[] shown = ["Host", "Port", "Database"];
        var parts = shown.Where(connection.ContainsKey).Select(part => $"{part}={connection[part]}");
        return $"{Provider} at {string.Join(';', parts)}";
    }

    /// <summary>A text as a quoted string of HOCON.</summary>
    public static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static string InDirectory(string directory, string? file) =>
        Path.GetFullPath(Path.Combine(directory, string.IsNullOrEmpty(file) ? DefaultFile : file));

    private static string Join(string connection, string key, string value) =>
        new DbConnectionStringBuilder { ConnectionString = connection, [key] = value }.ConnectionString;

    // A separate method, because the library that it uses is loaded when it is compiled. Its messages contain no
    // password.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private StorePlace CheckPostgresql(string text, string key)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
            return this;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException
            or InvalidCastException)
        {
            throw new SettingException(
                key,
                $"{key} is not a connection string of PostgreSQL: {e.Message} It has the form Host=...;Database=...",
                e);
        }
    }

    private static DbConnectionStringBuilder Parse(string text, string key)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException e)
        {
            throw new SettingException(key, $"{key} is not a connection string: {e.Message}", e);
        }
    }
}
