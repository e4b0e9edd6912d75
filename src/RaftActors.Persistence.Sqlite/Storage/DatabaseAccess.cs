using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>
/// A plugin's hold on its database. One that could not be opened is tried again when it is next needed: whoever needs
/// it learns what is wrong with it, and nothing has to be restarted once it is right.
/// </summary>
/// <param name="system">The actor system of the plugin.</param>
/// <param name="id">The path of the plugin's section.</param>
/// <param name="section">The plugin's section.</param>
/// <param name="defaultsPath">Where the plugin's defaults stand in <c>reference.conf</c>.</param>
/// <param name="log">Where it is said that the database cannot be opened.</param>
internal sealed class DatabaseAccess(
    ActorSystem system, string id, Config section, string defaultsPath, ILoggingAdapter log)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly OpenDatabases _databases = SqlitePersistence.Get(system).Databases;
    private SqliteSettings? _settings;
    private Database? _database;
    private TimeSpan _watched;

    /// <summary>The database, which is opened if need be.</summary>
    /// <exception cref="SqliteDatabaseException">It cannot be opened; the message says why.</exception>
    /// <exception cref="ConfigurationException">The settings make no sense; the message says which.</exception>
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

    /// <summary>When what is queued now was queued, for the watchdog: how often that came round.</summary>
    public QueueTime Now => new(this, _watched);

    /// <summary>Has the watchdog come round, by timers of the scheduler: no other clock says what is overdue.</summary>
    public ICancelable StartWatch(IActorRef plugin, object watch) =>
        system.Scheduler.ScheduleTellRepeatedlyCancelable(WatchInterval, WatchInterval, plugin, watch, plugin);

    /// <summary>Opens the database; what is wrong with it is logged.</summary>
    public void TryOpen()
    {
        try
        {
            _ = Database;
        }
        catch (Exception e)
        {
            log.Error(e, "{0}", e.Message);
        }
    }

    /// <summary>Reports what has waited for longer than <c>stall-timeout</c> as failed.</summary>
    public void ReportOverdue()
    {
        _watched += WatchInterval;
        if (_database is not { } database)
            return;
        var timeout = _settings!.StallTimeout;
        var failure = new SqliteDatabaseException(database.Path, SqliteFault.Stalled,
            $"The database {database.Path} did not answer within {timeout.TotalSeconds} s; "
            + "what was to be written may still be");
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

    /// <summary>Lets go of the database.</summary>
    public void Release()
    {
        if (_database is { } database)
            _databases.Release(database);
        _database = null;
    }
}
