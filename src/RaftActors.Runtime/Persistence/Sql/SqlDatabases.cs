using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence.Sql;

/// <summary>The databases that a system has open. A journal and a snapshot store with the same file share one.</summary>
internal sealed class SqlDatabases(ExtendedActorSystem system) : IExtension
{
    private const string ThreadsKey = "raftactors.runtime.sql-writer-threads";

    private readonly Dictionary<string, (SqlDatabase Database, IActorRef Checkpointer, int Users)> _open = [];
    private int _opened;

    public static SqlDatabases Of(ActorSystem system) => system.WithExtension<SqlDatabases, Provider>();

    public SqlDatabase Open(SqlSettings settings)
    {
        lock (_open)
        {
            if (!_open.TryGetValue(settings.Path, out var entry))
            {
                var checkpointer = system.SystemActorOf(Props.Create(typeof(SqlCheckpointer)), $"sql-checkpointer-{++_opened}");
                try
                {
                    entry = (Open(settings, checkpointer), checkpointer, 0);
                }
                catch
                {
                    checkpointer.Tell(PoisonPill.Instance);
                    throw;
                }
            }
            _open[settings.Path] = entry with { Users = entry.Users + 1 };
            return entry.Database;
        }
    }

    /// <summary>The last one to release a database closes it, when all that was queued has been written.</summary>
    public void Release(SqlDatabase database)
    {
        lock (_open)
        {
            var entry = _open[database.Path];
            if (entry.Users > 1)
            {
                _open[database.Path] = entry with { Users = entry.Users - 1 };
                return;
            }
            _open.Remove(database.Path);
            entry.Checkpointer.Tell(PoisonPill.Instance);
            database.Close();
        }
    }

    private SqlDatabase Open(SqlSettings settings, IActorRef checkpointer)
    {
        SqlDatabase? database = null;
        return database = SqlDatabase.Open(
            settings.Path, settings.AutoInitialize, settings.WalSize, Threads(settings.Path), () => checkpointer.Tell(database!, ActorRefs.NoSender));
    }

    private Func<Action, ISqlWriterThread> Threads(string path)
    {
        var typeName = system.Settings.Config.GetString(ThreadsKey, "");
        if (typeName.Length == 0)
            return run => new SqlWriterThread("sql-writer " + Path.GetFileName(path), run);
        var threads = (ISqlWriterThreads)Activator.CreateInstance(TypeResolver.Resolve(typeName, ThreadsKey), system)!;
        return run => threads.Start(path, run);
    }

    private sealed class Provider : ExtensionIdProvider<SqlDatabases>
    {
        public override SqlDatabases CreateExtension(ExtendedActorSystem system) => new(system);
    }
}

/// <summary>Makes the checkpoints that a writer asks for, so that it need not make them itself.</summary>
internal sealed class SqlCheckpointer : UntypedActor
{
    protected override void OnReceive(object message) => ((SqlDatabase)message).Checkpoint();
}
