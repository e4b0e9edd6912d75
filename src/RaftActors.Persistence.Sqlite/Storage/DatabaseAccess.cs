using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// A plugin's access to its database. If the database cannot be opened, the next use tries again. So each caller learns
/// what is wrong, and nothing has to be restarted once the database is right.
/// </summary>
/// <param name="system">The actor system of the plugin.</param>
/// <param name="id">The path of the plugin's section.</param>
/// <param name="section">The plugin's section.</param>
/// <param name="defaultsPath">The path of the plugin's defaults in <c>reference.conf</c>.</param>
/// <param name="log">The log that gets a failure to open the database.</param>
internal sealed class DatabaseAccess(
    ActorSystem system, string id, Config section, string defaultsPath, ILoggingAdapter log)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly OpenDatabases _databases = SqlitePersistence.Get(system).Databases;
    private SqliteSettings? _settings;
    private Database? _database;
    private ICancelable? _watch;
    private TimeSpan _watched;

    /// <summary>The database. The first use opens it.</summary>
    /// <exception cref="SqliteDatabaseException">The database cannot be opened. The message says why.</exception>
    /// <exception cref="ConfigurationException">A setting is not usable. The message names its key.</exception>
    public Database Database
    {
        get
        {
            if (_database is { } open)
                return open;
            _settings ??= SqliteSettings.From(id, section, defaultsPath);
            return _database = _databases.Open(_settings);
        }
    }

    /// <summary>The time at which something is queued now, as the watchdog counts time: by its rounds.</summary>
    public QueueTime Now => new(this, _watched);

    /// <summary>
    /// Opens the database, and starts the watchdog's rounds. A failure to open it is logged.
    /// </summary>
    /// <param name="plugin">The plugin. It gets <see cref="Watch"/> in each round.</param>
    public void Start(IActorRef plugin)
    {
        try
        {
            _ = Database;
        }
        catch (Exception e)
        {
            log.Error(e, "{0}", e.Message);
        }
        // The scheduler times the rounds. No other clock decides what is overdue.
        _watch = system.Scheduler.ScheduleTellRepeatedlyCancelable(
            WatchInterval, WatchInterval, plugin, Watch.Instance, plugin);
    }

    /// <summary>
    /// A round of the watchdog: reports as failed what has waited for longer than <c>stall-timeout</c>.
    /// </summary>
    public void ReportOverdue()
    {
        _watched += WatchInterval;
        if (_database is not { } database)
            return;
        var timeout = _settings!.StallTimeout;
        var failure = new SqliteDatabaseException(database.Path, SqliteFault.Stalled,
            $"The database {database.Path} did not answer within {timeout.TotalSeconds} s; "
            + "what was to be written may still be written");
        database.Writer.ReportOverdue(new QueueTime(this, _watched - timeout), failure);
    }

    /// <summary>Answers a health check.</summary>
    public PersistenceHealthCheckResult CheckHealth()
    {
        try
        {
            return new PersistenceHealthCheckResult(PersistenceHealthStatus.Healthy, $"{Database.Path} is open");
        }
        catch (SqliteDatabaseException e) when (e.MayRecover)
        {
            return new PersistenceHealthCheckResult(PersistenceHealthStatus.Degraded, e.Message, e);
        }
        catch (Exception e)
        {
            return new PersistenceHealthCheckResult(PersistenceHealthStatus.Unhealthy, e.Message, e);
        }
    }

    /// <summary>Ends the watchdog's rounds, and releases the database.</summary>
    public void Stop()
    {
        _watch?.Cancel();
        if (_database is { } database)
            _databases.Release(database);
        _database = null;
    }

    /// <summary>
    /// Told to the plugin in each round of the watchdog. The plugin then calls <see cref="ReportOverdue"/>.
    /// </summary>
    internal sealed class Watch : INoSerializationVerificationNeeded
    {
        /// <summary>The message.</summary>
        public static readonly Watch Instance = new();
    }
}
