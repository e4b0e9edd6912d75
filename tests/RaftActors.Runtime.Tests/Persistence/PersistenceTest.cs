using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace RaftActors.Runtime.Tests.Persistence;

/// <summary>An actor system with a journal and a snapshot store, and persistent actors that do what a test tells them.</summary>
public abstract class PersistenceTest : IDisposable
{
    protected const string Memory = "inmem";
    protected const string Sql = "sql";

    private readonly List<ActorSystem> _systems = [];
    private readonly TemporaryDirectory _directory = new();

    protected string DatabasePath => _directory / "journal.db";

    public void Dispose()
    {
        foreach (var system in _systems)
            system.Terminate().Wait(TimeSpan.FromSeconds(30));
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected ActorSystem Start(string plugin, string more = "", string? databasePath = null)
    {
        Config config = $$"""
            akka {
              loglevel = OFF, stdout-loglevel = OFF
              persistence {
                journal.plugin = "akka.persistence.journal.{{plugin}}"
                snapshot-store.plugin = "akka.persistence.snapshot-store.{{(plugin == Sql ? Sql : Memory)}}"
                journal.sql { connection-string = "Data Source={{databasePath ?? DatabasePath}}", provider-name = SQLite.MS, wal-size = 1 MiB }
                snapshot-store.sql = ${akka.persistence.journal.sql}
                journal.controlled.class = "{{typeof(ControlledJournal).AssemblyQualifiedName}}"
              }
            }
            """;
        // Where both have the same key: the section of the snapshot store has its own class from the reference configuration.
        var system = ActorSystem.Create("test", ((Config)more).WithFallback(config));
        _systems.Add(system);
        return system;
    }

    internal static Subject Subject(ActorSystem system, string id = "a", Recovery? recovery = null) => Tests.Persistence.Subject.Start(system, id, recovery);

    protected static async Task<T> Within<T>(Task<T> task) => await task.WaitAsync(TimeSpan.FromSeconds(20));

    protected static async Task Within(Task task) => await task.WaitAsync(TimeSpan.FromSeconds(20));
}
