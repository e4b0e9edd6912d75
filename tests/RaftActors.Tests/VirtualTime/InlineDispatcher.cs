using Akka.Configuration;
using Akka.Dispatch;
using RaftActors.TestKit;
using RaftActors.TestKit.Time;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// Hands the mailboxes of an actor system to its <see cref="VirtualWorld"/>, and drives that world on the thread that
/// told an actor something: when a <c>Tell</c> of a spec returns, all that follows from it without time passing has
/// been done.
/// </summary>
internal sealed class InlineDispatcher : MessageDispatcher
{
    [ThreadStatic]
    private static VirtualWorld? _driven;

    private readonly VirtualWorld _world;

    public InlineDispatcher(MessageDispatcherConfigurator configurator, VirtualWorld world)
        : base(configurator)
    {
        _world = world;
        Id = configurator.Config.GetString("id", "inline");
    }

    /// <summary>
    /// Drives a world, unless this thread already does: what an actor tells another waits for its turn.
    /// </summary>
    public static void Drive(VirtualWorld world, Action drive)
    {
        if (_driven == world)
            return;
        lock (world)
        {
            _driven = world;
            try
            {
                drive();
            }
            finally
            {
                _driven = null;
            }
        }
    }

    protected override void ExecuteTask(IRunnable run)
    {
        _world.Execute(run);
        Drive(_world, _world.Settle);
    }

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes the dispatcher of a configuration section; named in <c>type</c>.</summary>
internal sealed class InlineDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly InlineDispatcher _dispatcher;

    public InlineDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new InlineDispatcher(
            this, VirtualWorld.Named(prerequisites.Settings.Config.GetString(ClusterConfig.WorldKey, "")));

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
