using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Dispatch;

public interface IDispatcherPrerequisites
{
    EventStream EventStream { get; }

    IScheduler Scheduler { get; }

    Settings Settings { get; }
}

public sealed class DefaultDispatcherPrerequisites : IDispatcherPrerequisites
{
    internal DefaultDispatcherPrerequisites(EventStream eventStream, IScheduler scheduler, Settings settings)
    {
        EventStream = eventStream;
        Scheduler = scheduler;
        Settings = settings;
    }

    public EventStream EventStream { get; }

    public IScheduler Scheduler { get; }

    public Settings Settings { get; }
}

/// <summary>Makes the dispatcher that a section of the configuration describes; named by the section's <c>type</c>.</summary>
public abstract class MessageDispatcherConfigurator
{
    protected MessageDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    {
        Config = config;
        Prerequisites = prerequisites;
    }

    public Config Config { get; }

    public IDispatcherPrerequisites Prerequisites { get; }

    /// <summary>May answer the same dispatcher every time.</summary>
    public abstract MessageDispatcher Dispatcher();
}

/// <summary>Where and when mailboxes run.</summary>
public abstract class MessageDispatcher
{
    protected MessageDispatcher(MessageDispatcherConfigurator configurator)
    {
        Configurator = configurator;
        var config = configurator.Config;
        Id = config.GetString("id", "unknown");
        Throughput = Math.Max(1, config.GetInt("throughput", 30));
        ThroughputDeadlineTime = config.GetTimeSpan("throughput-deadline-time", TimeSpan.Zero).Ticks;
    }

    public MessageDispatcherConfigurator Configurator { get; }

    public string Id { get; protected set; }

    /// <summary>How many messages an actor may handle before another gets its turn.</summary>
    public int Throughput { get; protected set; }

    /// <summary>How long, in ticks, an actor may handle messages before another gets its turn; 0 for no limit.</summary>
    public long? ThroughputDeadlineTime { get; protected set; }

    public void Schedule(Action run) => ExecuteTask(new ActionRunnable(run));

    public void Schedule(IRunnable run) => ExecuteTask(run);

    protected abstract void ExecuteTask(IRunnable run);

    protected abstract void Shutdown();

    internal void Execute(IRunnable run) => ExecuteTask(run);

    /// <summary>For a mailbox whose turn is over but which has more to do.</summary>
    internal virtual void ExecuteAgain(IRunnable run) => ExecuteTask(run);

    internal void Close() => Shutdown();

    /// <summary>An actor of this dispatcher is gone.</summary>
    internal virtual void Detached()
    {
    }
}
