using System.Data.Common;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Storage;

/// <summary>
/// The journal and the snapshot store of a peer: the actors of the two plugins, and how the configuration names them.
/// </summary>
internal sealed class StorePlugins
{
    private const string Journals = "akka.persistence.journal.plugin";
    private const string SnapshotStores = "akka.persistence.snapshot-store.plugin";

    private static readonly string[] PlaceKeys =
        ["data source", "host", "server", "port", "database", "initial catalog"];

    private StorePlugins(params IReadOnlyList<IActorRef> actors) => Actors = actors;

    /// <summary>The actors of the plugins.</summary>
    public IReadOnlyList<IActorRef> Actors { get; }

    /// <summary>Which plugins a peer's settings name, and where they keep what they store.</summary>
    public static string Describe(Config config, RaftSettings settings)
    {
        string journal = IdOf(config, settings.JournalPluginId, Journals);
        string snapshots = IdOf(config, settings.SnapshotPluginId, SnapshotStores);
        var (events, states) = (Place(config, journal), Place(config, snapshots));
        return events == states ? $"{journal} and {snapshots}{events}" : $"{journal}{events} and {snapshots}{states}";
    }

    /// <summary>Makes sure that the plugins exist that a peer's settings name, without starting them.</summary>
    /// <exception cref="ConfigurationException">
    /// One does not exist, or its class cannot be loaded; the message says which key names it.
    /// </exception>
    public static void Check(ActorSystem system, RaftSettings settings)
    {
        // The extension adds the plugins that Akka.Persistence has itself to the configuration.
        Persistence.Instance.Apply(system);
        Check(system.Settings.Config, "raft.journal-plugin-id", settings.JournalPluginId, Journals);
        Check(system.Settings.Config, "raft.snapshot-plugin-id", settings.SnapshotPluginId, SnapshotStores);
    }

    /// <summary>Starts the plugins that a peer's settings name, unless they run.</summary>
    /// <exception cref="ConfigurationException">One cannot be started.</exception>
    public static StorePlugins Start(ActorSystem system, RaftSettings settings)
    {
        var persistence = Persistence.Instance.Apply(system);
        return new StorePlugins(
            Start(settings.JournalPluginId, persistence.JournalFor),
            Start(settings.SnapshotPluginId, persistence.SnapshotStoreFor));
    }

    /// <summary>Whether a log event says that one of the plugins failed. The actor above a plugin says so.</summary>
    public bool HasFailed(Error error) =>
        error.Cause is not null && typeof(SupervisorStrategy).IsAssignableFrom(error.LogClass)
        && Actors.Any(actor => IsPathOf(error.LogSource, actor));

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

    private static string IdOf(Config config, string own, string defaultKey) =>
        own.Length > 0 ? own : config.GetString(defaultKey, "") ?? "";

    private static void Check(Config config, string ownKey, string own, string defaultKey)
    {
        var (key, id) = (own.Length > 0 ? ownKey : defaultKey, IdOf(config, own, defaultKey));
        if (id.Length > 0)
            CheckClass(config.GetConfig(id), key, id);
        else if (defaultKey == Journals)
            // Akka.NET has a snapshot store for who names none, which stores nothing. It has no such journal.
            throw new ConfigurationException($"{defaultKey} names no journal.");
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
        Type? type;
        string problem = "there is no such class";
        try
        {
            type = Type.GetType(name, throwOnError: false);
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException or ArgumentException)
        {
            (type, problem) = (null, e.Message);
        }
        if (type is null)
        {
            throw new ConfigurationException(
                $"{id}.class = \"{name}\" cannot be loaded: {problem}. Add the plugin's package, or correct the name.");
        }
    }

    // What of a connection string says where the database is. The rest may be secret.
    private static string Place(Config config, string id)
    {
        var section = id.Length > 0 ? config.GetConfig(id) : null;
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
            // It is none; the plugin says so when it reads it.
            return "";
        }
    }
}
