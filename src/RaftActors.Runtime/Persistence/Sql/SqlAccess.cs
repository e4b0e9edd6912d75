using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence.Sql;

/// <summary>
/// A plugin's hold on its database. One that could not be opened is tried again when it is next needed, so that whoever needs it learns what is wrong with it, and
/// nothing has to be restarted once it is right.
/// </summary>
internal sealed class SqlAccess(ActorSystem system, Config plugin, ILoggingAdapter log)
{
    private SqlDatabase? _database;

    public SqlDatabase Database => _database ??= SqlDatabases.Of(system).Open(SqlSettings.From(plugin));

    public bool TryOpen()
    {
        try
        {
            return Database is not null;
        }
        catch (Exception e)
        {
            log.Error(e, "{0}", e.Message);
            return false;
        }
    }

    public void Release()
    {
        if (_database is { } database)
            SqlDatabases.Of(system).Release(database);
        _database = null;
    }
}
