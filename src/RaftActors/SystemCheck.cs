using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Persistence.Snapshot;
using RaftActors.Storage;

namespace RaftActors;

/// <summary>
/// Finds settings, the host's own or defaults, that make consensus in this actor system unsafe or slow. The check reads
/// the effective configuration and the setups of the actor system and nothing else.
/// </summary>
internal sealed class SystemCheck
{
    private const string RetryGate = "akka.remote.retry-gate-closed-for";
    private const string FailureDetector = "akka.remote.transport-failure-detector.acceptable-heartbeat-pause";
    private const string AllowVolatile = "or set raft.allow-volatile = on where that is meant, as in a test.";

    private readonly List<SettingProblem> _problems = [];
    private readonly ActorSystemSetup _setups;
    private readonly Config _config;
    private readonly RaftSettings _settings;
    private readonly StorePlugin _journal;
    private readonly StorePlugin _snapshots;

    private SystemCheck(Settings system, RaftSettings settings)
    {
        _setups = system.Setup;
        _config = system.Config;
        _settings = settings;
        _journal = StorePlugins.JournalOf(_config, settings);
        _snapshots = StorePlugins.SnapshotStoreOf(_config, settings);
    }

    /// <summary>What to do about settings of remoting, for messages.</summary>
    public const string RemotingAdvice = "Remoting reads its settings when the actor system starts: write it in the"
        + " configuration that ActorSystem.Create is given, or put .WithFallback(Raft.DefaultConfig()) behind that"
        + " configuration.";

    /// <summary>Whether an actor system has remoting.</summary>
    public static bool HasRemoting(ExtendedActorSystem system) => system.Provider.DefaultAddress.Host is not null;

    /// <summary>All problems of an actor system for a peer with these settings.</summary>
    public static IReadOnlyList<SettingProblem> Problems(ExtendedActorSystem system, RaftSettings settings)
    {
        // The extension adds the defaults of Akka.Persistence to the configuration.
        Persistence.Instance.Apply(system);
        var check = new SystemCheck(system.Settings, settings);
        check.CheckJournal();
        check.CheckSnapshotStore();
        check.CheckBusyTimeout(check._journal);
        check.CheckBusyTimeout(check._snapshots);
        check.CheckBreaker(check._journal);
        check.CheckBreaker(check._snapshots);
        check.CheckCommands();
        if (HasRemoting(system))
            check.CheckRemoting();
        return check._problems;
    }

    private void CheckJournal()
    {
        if (IsVolatile(_journal))
        {
            Refuse(_journal,
                "What this node acknowledges is gone when its process ends. The group then counts its disk as lost.",
                $"Name a journal that is durable, {AllowVolatile}");
        }
        if (IsSqlOnSqlite(_journal) && Text(_journal, "read-isolation-level") is var level and not "read-uncommitted")
        {
            Add($"{_journal.Id}.read-isolation-level", level ?? "unspecified",
                "On SQLite a recovery waits for every write that is under way.",
                "Set it to read-uncommitted.");
        }
    }

    private void CheckSnapshotStore()
    {
        if (IsVolatile(_snapshots))
        {
            Refuse(_snapshots,
                _snapshots.Type == typeof(LocalSnapshotStore)
                    ? "Its files are not flushed to the disk, and the events that a snapshot replaces are deleted."
                    : "Its snapshots are gone when the process ends, and the events that they replace are deleted.",
                $"Name a snapshot store that is durable, {AllowVolatile}");
        }
        if (_snapshots.Type is null || _snapshots.Type == typeof(NoSnapshotStore))
        {
            Add(_snapshots.Key, _snapshots.Id,
                "No snapshot is ever stored: the journal and the log in memory grow without end.",
                "Name a snapshot store.");
        }
        if (_snapshots.Section(_config).GetBoolean("snapshot-is-optional", false))
        {
            Add($"{_snapshots.Id}.snapshot-is-optional", "on",
                "A snapshot that cannot be loaded is ignored, and a peer would start from a state that never existed.",
                "Set it off: RaftActors itself goes back to an older snapshot when one is damaged.");
        }
        if (IsSqlOnSqlite(_journal) && _journal.Place.Length > 0 && _journal.Place == _snapshots.Place)
        {
            Add($"{_snapshots.Id}.connection-string", _journal.Place.Trim(' ', '(', ')'),
                "The journal and the snapshot store of Akka.Persistence.Sql share one SQLite database:"
                + " an event waits for each chunk of a snapshot, in steps of 150 ms.",
                "Give the snapshot store a database of its own.");
        }
    }

    // A connection string of Microsoft.Data.Sqlite has no place for it.
    private void CheckBusyTimeout(StorePlugin plugin)
    {
        bool isInString = Text(plugin, "connection-string")?.Replace(" ", "", StringComparison.Ordinal)
            .Contains("BusyTimeout=", StringComparison.OrdinalIgnoreCase) == true;
        if (!IsSqlOnSqlite(plugin) || isInString || SetsUpConnections(plugin))
            return;
        Add($"{plugin.Id}.connection-string", plugin.Place.Trim(' ', '(', ')'),
            "Nothing sets busy_timeout: a connection of Akka.Persistence.Sql that finds the SQLite database locked asks"
            + " again only every 150 ms.",
            "Execute PRAGMA busy_timeout = 5000 on each connection that is opened, by an interceptor in a"
            + " MultiDataOptionsSetup.");
    }

    private void CheckBreaker(StorePlugin plugin)
    {
        bool hasBreaker = plugin.Type?.IsAssignableTo(typeof(AsyncWriteJournal)) == true
            || plugin.Type?.IsAssignableTo(typeof(SnapshotStore)) == true;
        if (!hasBreaker || IsVolatile(plugin))
            return;
        var section = plugin.Section(_config);
        var reset = section.GetTimeSpan("circuit-breaker.reset-timeout", TimeSpan.Zero);
        bool opens = section.GetInt("circuit-breaker.max-failures", 0) < 1000;
        if (!opens || reset <= _settings.RestartBackoffMax)
            return;
        Add($"{plugin.Id}.circuit-breaker.reset-timeout", RaftSettings.Text(reset),
            "After circuit-breaker.max-failures failures the plugin refuses everything for that long, even the start"
            + $" of a peer. By then the peer is started every {RaftSettings.Text(_settings.RestartBackoffMax)}"
            + " (raft.restart-backoff.max).",
            "Set it to at most that time.");
    }

    private void CheckCommands()
    {
        if (_config.GetBoolean(PolymorphicTypes.AllowJson, false))
        {
            Add(PolymorphicTypes.AllowJson, "on",
                "A command that Akka.NET's JSON serializer writes may be read back with other types or values, on any"
                + " node that applies it.",
                "Give the types of commands a serializer of their own, and set it off.");
        }
        string types = string.Join(", ", _config.Texts(PolymorphicTypes.ListOfTypes));
        if (types.Length > 0)
        {
            Add(PolymorphicTypes.ListOfTypes, types,
                "Hyperion matches fields by their position: after a change of such a type, commands in the log are"
                + " misread.",
                "Give these types a serializer with names or numbers of fields.");
        }
    }

    private void CheckRemoting()
    {
        var gate = _config.GetTimeSpan(RetryGate, TimeSpan.FromSeconds(5));
        if (gate > _settings.ElectionTimeoutMax)
        {
            Add(RetryGate, RaftSettings.Text(gate),
                "After a lost connection a node hears nothing from the other for that long. That is longer than an "
                    + $"election timeout ({RaftSettings.Text(_settings.ElectionTimeoutMax)}): a node that comes back "
                    + "costs elections.",
                $"Set it to 200 ms. {RemotingAdvice}");
        }
        var pause = _config.GetTimeSpan(FailureDetector, TimeSpan.FromSeconds(120));
        if (pause > 10 * _settings.ElectionTimeoutMax)
        {
            Add(FailureDetector, RaftSettings.Text(pause),
                "A connection to a node that lost power is kept for that long. What is sent on it meanwhile is lost,"
                + " also when the node is back.",
                $"Set it to 3 s. {RemotingAdvice}");
        }
    }

    private bool IsSqlOnSqlite(StorePlugin plugin) => plugin.Type?.Name is "SqlWriteJournal" or "SqlSnapshotStore"
        && Text(plugin, "provider-name")?.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase) == true;

    // Whether the host has given Akka.Persistence.Sql options for its connections. Nobody can see what they do. The
    // types are found by name, because a host that does not use that package need not have it.
    private bool SetsUpConnections(StorePlugin plugin) =>
        Array.Exists(["DataOptionsSetup", "MultiDataOptionsSetup"], name =>
            plugin.Type?.Assembly.GetType($"Akka.Persistence.Sql.Config.{name}") is { } type
            && new Func<bool>(Has<Setup>).Method.GetGenericMethodDefinition().MakeGenericMethod(type)
                .Invoke(this, null) is true);

    private bool Has<T>()
        where T : Setup => _setups.Get<T>().HasValue;

    private static bool IsVolatile(StorePlugin plugin) =>
        plugin.Type?.IsAssignableTo(typeof(MemoryJournal)) == true
        || plugin.Type?.IsAssignableTo(typeof(SharedMemoryJournal)) == true
        || plugin.Type == typeof(MemorySnapshotStore)
        || plugin.Type == typeof(LocalSnapshotStore);

    private string? Text(StorePlugin plugin, string key) => plugin.Section(_config).GetString(key, null);

    private void Add(string key, string value, string consequence, string advice) =>
        _problems.Add(new SettingProblem(key, value, consequence, advice));

    private void Refuse(StorePlugin plugin, string consequence, string advice)
    {
        var problem = new SettingProblem(plugin.Key, plugin.Id, consequence, advice);
        _problems.Add(problem with { IsRefused = !_settings.AllowVolatile });
    }
}
