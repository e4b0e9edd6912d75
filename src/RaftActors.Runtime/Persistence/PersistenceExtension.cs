using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>The journals and snapshot stores of a system, each started when it is first needed.</summary>
public sealed class PersistenceExtension : IExtension
{
    private const string JournalFallback = "akka.persistence.journal-plugin-fallback";
    private const string SnapshotStoreFallback = "akka.persistence.snapshot-store-plugin-fallback";

    private readonly ActorSystemImpl _system;
    private readonly Config _config;
    private readonly ConcurrentDictionary<string, PersistencePlugin> _plugins = new();
    private readonly Lazy<IActorRef> _recoveryPermitter;
    private readonly Lazy<IStashOverflowStrategy> _stashOverflowStrategy;
    private int _instances;

    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = (ActorSystemImpl)system;
        _config = system.Settings.Config.GetConfig("akka.persistence") ?? throw ConfigurationException.NullOrEmptyConfig<PersistenceExtension>("akka.persistence");
        _recoveryPermitter = new(() => system.SystemActorOf(
            Props.Create(typeof(RecoveryPermitter), _config.GetInt("max-concurrent-recoveries", 50)), "recoveryPermitter"));
        _stashOverflowStrategy = new(() => StashOverflowStrategy(_config.GetString("internal-stash-overflow-strategy")));
    }

    public IStashOverflowStrategy DefaultInternalStashOverflowStrategy => _stashOverflowStrategy.Value;

    internal IActorRef RecoveryPermitter => _recoveryPermitter.Value;

    public IActorRef JournalFor(string? journalPluginId) => JournalPlugin(journalPluginId).Ref;

    public IActorRef SnapshotStoreFor(string? snapshotPluginId) => SnapshotStorePlugin(snapshotPluginId).Ref;

    public string PersistenceId(IActorRef actor) => actor.Path.ToStringWithoutAddress();

    internal PersistencePlugin JournalPlugin(string? id)
    {
        if (string.IsNullOrEmpty(id))
            id = _config.GetString("journal.plugin");
        if (string.IsNullOrEmpty(id))
            throw new ConfigurationException("No journal is configured: set akka.persistence.journal.plugin");
        return Plugin(id, JournalFallback);
    }

    internal PersistencePlugin SnapshotStorePlugin(string? id)
    {
        if (string.IsNullOrEmpty(id))
            id = _config.GetString("snapshot-store.plugin");
        return Plugin(string.IsNullOrEmpty(id) ? "akka.persistence.no-snapshot-store" : id, SnapshotStoreFallback);
    }

    /// <summary>What the extension knows of a plugin, for its own actor.</summary>
    internal PersistencePlugin PluginOf(IActorRef plugin) => _plugins[plugin.Path.Name];

    internal int NextInstanceId() => Interlocked.Increment(ref _instances);

    /// <summary>A random identifier of 32 hexadecimal digits, from the system's own source.</summary>
    internal string NextUuid() => $"{_system.Random.NextUInt64():x16}{_system.Random.NextUInt64():x16}";

    private PersistencePlugin Plugin(string path, string fallback) =>
        _plugins.TryGetValue(path, out var plugin) ? plugin : _plugins.GetOrAdd(path, Create(path, fallback));

    private PersistencePlugin Create(string path, string fallback)
    {
        var own = _system.Settings.Config.GetConfig(path) ?? throw new ConfigurationException($"There is no configuration for the persistence plugin {path}");
        return new PersistencePlugin(own.WithFallback(_system.Settings.Config.GetConfig(fallback)), config => Start(path, config));
    }

    private IActorRef Start(string path, Config config)
    {
        var type = TypeResolver.Resolve(config.GetString("class", ""), path + ".class");
        var props = type.GetConstructor([typeof(Config)]) is null ? Props.Create(type) : Props.Create(type, config);
        var dispatcher = config.GetString("plugin-dispatcher");
        return _system.SystemActorOf(string.IsNullOrEmpty(dispatcher) ? props : props.WithDispatcher(dispatcher), path);
    }

    private IStashOverflowStrategy StashOverflowStrategy(string? typeName)
    {
        if (string.IsNullOrEmpty(typeName))
            return ThrowOverflowExceptionStrategy.Instance;
        var type = TypeResolver.Resolve(typeName, "akka.persistence.internal-stash-overflow-strategy");
        return ((IStashOverflowStrategyConfigurator)Activator.CreateInstance(type)!).Create(_system.Settings.Config);
    }
}
