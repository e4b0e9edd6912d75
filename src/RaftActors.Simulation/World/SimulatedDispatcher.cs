using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.Simulation.World;

/// <summary>Has the actors of one process take their turns when its world says so.</summary>
internal sealed class SimulatedDispatcher : MessageDispatcher
{
    private readonly SimulatedProcess _process = SimulatedProcess.Current;

    public SimulatedDispatcher(MessageDispatcherConfigurator configurator)
        : base(configurator)
    {
        // Akka.NET takes Throughput + 1 messages a turn, unless a deadline that is past ends it after the first.
        Throughput = 1;
        ThroughputDeadlineTime = 0;
    }

    public override void Attach(ActorCell cell)
    {
        _process.Actors.Add(cell);
        base.Attach(cell);
    }

    public override void Detach(ActorCell cell)
    {
        _process.Actors.Remove(cell);
        base.Detach(cell);
    }

    protected override void ExecuteTask(IRunnable run) => _process.Ready(run);

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes the dispatcher of a configuration section; named in <c>type</c>.</summary>
internal sealed class SimulatedDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SimulatedDispatcher _dispatcher;

    public SimulatedDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new SimulatedDispatcher(this);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
