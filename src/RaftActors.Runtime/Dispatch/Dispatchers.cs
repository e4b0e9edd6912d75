using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The dispatchers of a system, by the path of the section that describes them.</summary>
public sealed class Dispatchers
{
    public static readonly string DefaultDispatcherId = "akka.actor.default-dispatcher";

    internal static readonly string InternalDispatcherId = "akka.actor.internal-dispatcher";

    private readonly ActorSystem _system;
    private readonly IDispatcherPrerequisites _prerequisites;
    private readonly ConcurrentDictionary<string, MessageDispatcherConfigurator> _configurators = new();

    internal Dispatchers(ActorSystem system, IDispatcherPrerequisites prerequisites)
    {
        _system = system;
        _prerequisites = prerequisites;
        DefaultDispatcherConfig = Section(DefaultDispatcherId);
    }

    public Config DefaultDispatcherConfig { get; }

    public IDispatcherPrerequisites Prerequisites => _prerequisites;

    public MessageDispatcher DefaultGlobalDispatcher => Lookup(DefaultDispatcherId);

    public bool HasDispatcher(string id) => _configurators.ContainsKey(id) || _system.Settings.Config.HasPath(id);

    public MessageDispatcher Lookup(string dispatcherName)
    {
        if (!_configurators.TryGetValue(dispatcherName, out var configurator))
        {
            if (!_system.Settings.Config.HasPath(dispatcherName))
                throw new ConfigurationException($"Dispatcher [{dispatcherName}] not configured");
            configurator = _configurators.GetOrAdd(dispatcherName, Configure);
        }
        return configurator.Dispatcher();
    }

    /// <summary>False if the name is taken.</summary>
    public bool RegisterConfigurator(string id, MessageDispatcherConfigurator configurator) => _configurators.TryAdd(id, configurator);

    internal void Shutdown()
    {
        // A pinned thread ends with its actor.
        foreach (var configurator in _configurators.Values.Where(c => c is not PinnedDispatcherConfigurator))
            configurator.Dispatcher().Close();
    }

    private Config Section(string path) =>
        ConfigurationFactory.ParseString($"id = \"{path}\"").WithFallback(_system.Settings.Config.GetConfig(path) ?? ConfigurationFactory.Empty);

    private MessageDispatcherConfigurator Configure(string id)
    {
        var section = Section(id);
        if (id != DefaultDispatcherId)
            section = section.WithFallback(DefaultDispatcherConfig);
        var type = section.GetString("type", "Dispatcher");
        switch (type)
        {
            // What Akka.NET calls an executor is always the runtime's pool here.
            case "Dispatcher" or "TaskDispatcher" or "ForkJoinDispatcher" or "ChannelExecutor":
                return new ThreadPoolDispatcherConfigurator(section, _prerequisites);
            case "PinnedDispatcher":
                return new PinnedDispatcherConfigurator(section, _prerequisites);
            default:
                return (MessageDispatcherConfigurator)Activator.CreateInstance(TypeResolver.Resolve(type, $"{id}.type"), section, _prerequisites)!;
        }
    }
}
