using System.Collections.Concurrent;
using Akka.Configuration;
using Akka.Dispatch;

namespace RaftActors.Microbench;

/// <summary>Runs mailboxes when it is told to, on the thread that tells it: what a message costs without a hop between threads.</summary>
internal sealed class ManualDispatcher(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
{
    private readonly ConcurrentQueue<IRunnable> _due = new();

    /// <summary>The settings of a dispatcher of this kind.</summary>
    public static string Settings { get; } = $"manual-dispatcher {{ type = \"{typeof(ManualDispatcherConfigurator).AssemblyQualifiedName}\", throughput = 1000 }}\n";

    /// <summary>Runs what is due until nothing is.</summary>
    public void RunAll()
    {
        while (_due.TryDequeue(out var run))
            run.Run();
    }

    protected override void ExecuteTask(IRunnable run) => _due.Enqueue(run);

    protected override void Shutdown()
    {
    }
}

/// <summary>Makes it.</summary>
internal sealed class ManualDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly ManualDispatcher _dispatcher;

    public ManualDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new ManualDispatcher(this);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
