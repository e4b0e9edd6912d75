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
    private readonly ConcurrentDictionary<string, Lazy<PersistencePlugin>> _plugins = new();
    private readonly ConcurrentDictionary<string, Config> _configs = new();
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

    /// <summary>The configuration of a plugin, for its own actor; that is created while <see cref="Plugin"/> still runs.</summary>
    internal Config ConfigOf(IActorRef plugin) => _configs[plugin.Path.Name];

    internal PersistencePlugin PluginOf(IActorRef plugin) => _plugins[plugin.Path.Name].Value;

    internal int NextInstanceId() => Interlocked.Increment(ref _instances);

    /// <summary>A random identifier of 32 hexadecimal digits, from the system's own source.</summary>
    internal string NextUuid() => $"{_system.Random.NextUInt64():x16}{_system.Random.NextUInt64():x16}";

    private PersistencePlugin Plugin(string path, string fallback) =>
        _plugins.GetOrAdd(path, static (id, state) => new(() => state.Extension.Start(id, state.Fallback)), (Extension: this, Fallback: fallback)).Value;

    private PersistencePlugin Start(string path, string fallback)
    {
        var own = _system.Settings.Config.GetConfig(path) ?? throw new ConfigurationException($"There is no configuration for the persistence plugin {path}");
        var config = own.WithFallback(_system.Settings.Config.GetConfig(fallback));
        var typeName = config.GetString("class");
        if (string.IsNullOrEmpty(typeName))
            throw new ConfigurationException($"{path}.class is not set");
        var type = TypeResolver.TryResolve(typeName) ?? throw new ConfigurationException($"{path}.class = {typeName}: there is no such type");
        _configs[path] = config;
        var props = type.GetConstructor([typeof(Config)]) is null ? Props.Create(type) : Props.Create(type, config);
        var dispatcher = config.GetString("plugin-dispatcher");
        return new PersistencePlugin(_system.SystemActorOf(string.IsNullOrEmpty(dispatcher) ? props : props.WithDispatcher(dispatcher), path), config);
    }

    private IStashOverflowStrategy StashOverflowStrategy(string? typeName)
    {
        if (string.IsNullOrEmpty(typeName))
            return ThrowOverflowExceptionStrategy.Instance;
        var type = TypeResolver.TryResolve(typeName)
            ?? throw new ConfigurationException($"akka.persistence.internal-stash-overflow-strategy = {typeName}: there is no such type");
        return ((IStashOverflowStrategyConfigurator)Activator.CreateInstance(type)!).Create(_system.Settings.Config);
    }
}
