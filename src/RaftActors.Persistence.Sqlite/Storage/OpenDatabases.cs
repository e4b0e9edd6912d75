using Akka.Actor;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>The databases that an actor system has open. Plugins with the same file share one.</summary>
internal sealed class OpenDatabases(ExtendedActorSystem system)
{
    private readonly Dictionary<string, (Database Database, IActorRef Checkpointer, int Users)> _open = [];
    private int _opened;

    public Database Open(SqliteSettings settings)
    {
        lock (_open)
        {
            if (!_open.TryGetValue(settings.Path, out var entry))
            {
                var checkpointer = system.SystemActorOf(
                    Props.Create<Checkpointer>(), $"raft-sqlite-checkpointer-{++_opened}");
                try
                {
                    entry = (Open(settings, checkpointer), checkpointer, 0);
                }
                catch
                {
                    system.Stop(checkpointer);
                    throw;
                }
            }
            _open[settings.Path] = entry with { Users = entry.Users + 1 };
            return entry.Database;
        }
    }

    /// <summary>Releases a database. The last release writes what is queued and closes the database.</summary>
    public void Release(Database database)
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
            system.Stop(entry.Checkpointer);
            database.Close();
        }
    }

    private static Database Open(SqliteSettings settings, IActorRef checkpointer)
    {
        Database? database = null;
        return database = Database.Open(
            settings,
            run => new WriterThread("raft-sqlite " + Path.GetFileName(settings.Path), run),
            () => checkpointer.Tell(database!, ActorRefs.NoSender));
    }

    /// <summary>Makes the checkpoints that a writer asks for, so that the writer need not make them.</summary>
    private sealed class Checkpointer : UntypedActor
    {
        protected override void OnReceive(object message) => ((Database)message).Checkpoint();
    }
}
