using System.Collections.Concurrent;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>A thread of its own for each actor, for one that blocks.</summary>
internal sealed class ThreadDispatcher : MessageDispatcher
{
    private readonly BlockingCollection<IRunnable> _queue = [];

    public ThreadDispatcher(MessageDispatcherConfigurator configurator) : base(configurator)
    {
        var thread = new Thread(Work) { Name = Id, IsBackground = configurator.Config.GetString("background-threads", "on") is "on" or "true" or "yes" };
        thread.Start();
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (!_queue.IsAddingCompleted)
            _queue.Add(run);
    }

    protected override void Shutdown() => _queue.CompleteAdding();

    internal override void Detached() => Shutdown();

    private void Work()
    {
        foreach (var run in _queue.GetConsumingEnumerable())
            run.Run();
    }
}

internal sealed class PinnedDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
{
    public override MessageDispatcher Dispatcher() => new ThreadDispatcher(this);
}
