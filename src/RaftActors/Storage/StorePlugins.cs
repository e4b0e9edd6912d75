using System.Data.Common;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Storage;

/// <summary>
/// The journal and the snapshot store of a peer: the plugins' actors, and the plugins in the configuration.
/// </summary>
internal sealed class StorePlugins
{
    private const string Journals = "akka.persistence.journal.plugin";
    private const string SnapshotStores = "akka.persistence.snapshot-store.plugin";

    private const string JournalFallback = "akka.persistence.journal-plugin-fallback";
    private const string SnapshotFallback = "akka.persistence.snapshot-store-plugin-fallback";

    private static readonly string[] PlaceKeys =
        ["data source", "host", "server", "port", "database", "initial catalog"];

    private StorePlugins(params IReadOnlyList<IActorRef> actors) => Actors = actors;

    /// <summary>The actors of the plugins.</summary>
    public IReadOnlyList<IActorRef> Actors { get; }

    /// <summary>The journal that a peer's settings name.</summary>
    public static StorePlugin JournalOf(Config config, RaftSettings settings) =>
        Named(config, "raft.journal-plugin-id", settings.JournalPluginId, Journals, JournalFallback);

    /// <summary>The snapshot store that a peer's settings name.</summary>
    public static StorePlugin SnapshotStoreOf(Config config, RaftSettings settings) =>
        Named(config, "raft.snapshot-plugin-id", settings.SnapshotPluginId, SnapshotStores, SnapshotFallback);

    /// <summary>Describes the plugins that a peer's settings name, and where they store their data.</summary>
    public static string Describe(Config config, RaftSettings settings)
    {
        var (journal, snapshots) = (JournalOf(config, settings), SnapshotStoreOf(config, settings));
        return journal.Place == snapshots.Place
            ? $"{journal.Id} and {snapshots.Id}{journal.Place}"
            : $"{journal.Id}{journal.Place} and {snapshots.Id}{snapshots.Place}";
    }

    /// <summary>Checks that the plugins that a peer's settings name exist. Does not start them.</summary>
    /// <exception cref="ConfigurationException">
    /// A plugin does not exist, or its class cannot be loaded. The message says which key names it.
    /// </exception>
    public static void Check(ActorSystem system, RaftSettings settings)
    {
        // The extension adds the plugins of Akka.Persistence itself to the configuration.
        Persistence.Instance.Apply(system);
        var config = system.Settings.Config;
        var (journal, snapshots) = (JournalOf(config, settings), SnapshotStoreOf(config, settings));
        // If no snapshot store is named, Akka.NET uses one that stores nothing. For journals there is no such default.
        if (journal.Id.Length == 0)
            throw new ConfigurationException($"{Journals} names no journal.");
        CheckClass(config.GetConfig(journal.Id), journal.Key, journal.Id);
        if (snapshots.Id.Length > 0)
            CheckClass(config.GetConfig(snapshots.Id), snapshots.Key, snapshots.Id);
    }

    /// <summary>Starts the plugins that a peer's settings name, unless they are running.</summary>
    /// <exception cref="ConfigurationException">A plugin cannot be started.</exception>
    public static StorePlugins Start(ActorSystem system, RaftSettings settings)
    {
        var persistence = Persistence.Instance.Apply(system);
        return new StorePlugins(
            Start(settings.JournalPluginId, persistence.JournalFor),
            Start(settings.SnapshotPluginId, persistence.SnapshotStoreFor));
    }

    /// <summary>
    /// Whether a log event may say that a plugin failed: the actor above a plugin logs that. What an actor of a group
    /// logs is something else.
    /// </summary>
    public static bool MayHaveFailed(Error error) =>
        error.Cause is not null && typeof(SupervisorStrategy).IsAssignableFrom(error.LogClass)
        && !error.LogSource.Contains($"{RaftGroups.Path}/", StringComparison.Ordinal);

    /// <summary>Whether a log event says that one of the plugins failed.</summary>
    public bool HasFailed(Error error) =>
        MayHaveFailed(error) && Actors.Any(actor => IsPathOf(error.LogSource, actor));

    private static bool IsPathOf(string source, IActorRef actor) =>
        source.EndsWith(actor.Path.ToStringWithoutAddress(), StringComparison.Ordinal);

    private static IActorRef Start(string id, Func<string, IActorRef> start)
    {
        try
        {
            return start(id);
        }
        catch (Exception e)
        {
            throw new ConfigurationException($"The plugin {id} cannot be started: {e.GetBaseException().Message}", e);
        }
    }

    private static StorePlugin Named(Config config, string ownKey, string own, string defaultKey, string fallback)
    {
        var (key, id) = own.Length > 0 ? (ownKey, own) : (defaultKey, config.GetString(defaultKey, "") ?? "");
        var section = id.Length > 0 ? config.GetConfig(id) : null;
        string name = section?.GetString("class", "") ?? "";
        return new StorePlugin(key, id, name.Length > 0 ? TypeOf(name, out _) : null, fallback, Place(section));
    }

    private static void CheckClass(Config? section, string key, string id)
    {
        if (section is null || section.IsEmpty)
        {
            throw new ConfigurationException(
                $"{key} = {id}: there is no section {id}. Name a plugin's section, or include the file that has it.");
        }
        string name = section.GetString("class", "") ?? "";
        if (name.Length == 0)
            throw new ConfigurationException($"{id}.class is missing: {key} names this section as that of a plugin.");
        if (TypeOf(name, out string problem) is null)
        {
            throw new ConfigurationException(
                $"{id}.class = \"{name}\" cannot be loaded: {problem}. Add the plugin's package, or correct the name.");
        }
    }

    private static Type? TypeOf(string name, out string problem)
    {
        problem = "there is no such class";
        try
        {
            return Type.GetType(name, throwOnError: false);
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException or ArgumentException)
        {
            problem = e.Message;
            return null;
        }
    }

    // The part of a connection string that says where the database is. Other parts may be secret.
    private static string Place(Config? section)
    {
        if (section?.GetString("file", "") is { Length: > 0 } file)
            return $" ({file})";
        if (section?.GetString("connection-string", "") is not { Length: > 0 } connection)
            return "";
        try
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = connection };
            var places = PlaceKeys.Where(settings.ContainsKey).Select(key => settings[key]);
            return $" ({string.Join(' ', places)})";
        }
        catch (ArgumentException)
        {
            // The text is not a connection string. The plugin says so when it reads it.
            return "";
        }
    }
}
