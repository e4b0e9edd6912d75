using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.TestKit.Time;

/// <summary>Runs the actors of one process when the <see cref="VirtualWorld"/> says so.</summary>
internal sealed class VirtualDispatcher : MessageDispatcher
{
    private readonly VirtualScheduler _scheduler;

    public VirtualDispatcher(MessageDispatcherConfigurator configurator, VirtualScheduler scheduler)
        : base(configurator)
    {
        _scheduler = scheduler;
        Id = configurator.Config.GetString("id", "virtual");
        if (!scheduler.Process.World.DrawsLots)
            return;
        // Akka.NET takes Throughput + 1 messages a turn. A deadline in the past ends the turn after the first message.
        Throughput = 1;
        ThroughputDeadlineTime = 0;
    }

    public override void Attach(ActorCell cell)
    {
        _scheduler.Process.Attach(cell);
        base.Attach(cell);
    }

    public override void Detach(ActorCell cell)
    {
        _scheduler.Process.Detach(cell);
        base.Detach(cell);
    }

    protected override void ExecuteTask(IRunnable run) => _scheduler.Process.Ready(run);

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes the dispatcher of a configuration section, whose <c>type</c> names this class.</summary>
internal sealed class VirtualDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly VirtualDispatcher _dispatcher;

    public VirtualDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new VirtualDispatcher(this, (VirtualScheduler)prerequisites.Scheduler);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
