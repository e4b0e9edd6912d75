using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.TestKit.Time;

/// <summary>Hands the mailboxes of an actor system to its cluster's <see cref="VirtualWorld"/>.</summary>
internal sealed class VirtualDispatcher : MessageDispatcher
{
    private readonly VirtualWorld _world;

    public VirtualDispatcher(MessageDispatcherConfigurator configurator, VirtualWorld world)
        : base(configurator)
    {
        _world = world;
        Id = configurator.Config.GetString("id", "virtual");
    }

    protected override void ExecuteTask(IRunnable run) => _world.Execute(run);

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes the dispatcher of a configuration section; named in <c>type</c>.</summary>
internal sealed class VirtualDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly VirtualDispatcher _dispatcher;

    public VirtualDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new VirtualDispatcher(this, VirtualWorld.Named(prerequisites.Settings.Config.GetString(ClusterConfig.WorldKey, "")));

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
