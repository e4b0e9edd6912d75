using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Runs what is to be done before a node goes down, phase after phase. The last phase terminates the actor system.</summary>
public sealed partial class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly Dictionary<string, ShutdownPhase> _phases;
    private readonly List<string> _order;
    private readonly Dictionary<string, List<(string Name, Func<Task<Done>> Task)>> _tasks = [];
    private readonly TaskCompletionSource<Done> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILoggingAdapter _log;
    private Reason? _reason;

    internal CoordinatedShutdown(ExtendedActorSystem system)
    {
        System = system;
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown") ?? ConfigurationFactory.Empty;
        _log = Logging.GetLogger(system, this);
        _phases = ShutdownPhase.FromConfig(config);
        _order = ShutdownPhase.Sort(_phases);
        if (system.Settings.CoordinatedShutdownTerminateActorSystem)
            AddTask(PhaseActorSystemTerminate, "terminate-system", TerminateSystem);
        if (config.GetBoolean("exit-clr"))
            AddTask(PhaseActorSystemTerminate, "exit-clr", () => ExitProcess(config.GetInt("exit-code")));
        if (config.GetBoolean("run-by-clr-shutdown-hook"))
            _ = new ProcessEndHook(this);
    }

    public ExtendedActorSystem System { get; }

    /// <summary>Null while the system is not going down.</summary>
    public Reason? ShutdownReason => _reason;

    /// <summary>Of all phases that have something to do.</summary>
    public TimeSpan TotalTimeout
    {
        get
        {
            lock (_tasks)
                return _tasks.Keys.Aggregate(TimeSpan.Zero, (total, phase) => total + Timeout(phase));
        }
    }

    public static CoordinatedShutdown Get(ActorSystem sys) => sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();

    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}]. All phases must be defined in configuration.", nameof(phase));

    /// <summary>The tasks of one phase run at the same time.</summary>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
            throw new ConfigurationException($"Unknown phase [{phase}], known phases [{string.Join(",", _phases.Keys)}]. All phases (along with their optional dependencies) must be defined in configuration.");
        lock (_tasks)
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                _tasks[phase] = tasks = [];
            tasks.Add((taskName, task));
        }
    }

    /// <summary>Runs once; whoever asks again gets the same task.</summary>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
            _ = RunPhases(fromPhase);
        return _finished.Task;
    }

    private async Task RunPhases(string? fromPhase)
    {
        try
        {
            foreach (var name in fromPhase is null ? _order : _order.SkipWhile(phase => phase != fromPhase))
                await RunPhase(name, _phases[name]).ConfigureAwait(false);
            _finished.SetResult(Done.Instance);
        }
        catch (Exception e)
        {
            _finished.SetException(e);
        }
    }

    private Task RunPhase(string name, ShutdownPhase phase)
    {
        (string Name, Func<Task<Done>> Task)[] tasks;
        lock (_tasks)
            tasks = _tasks.TryGetValue(name, out var added) ? [.. added] : [];
        if (tasks.Length == 0)
            return Task.CompletedTask;
        if (_log.IsDebugEnabled)
            _log.Debug("Performing phase [{0}] with [{1}] tasks: [{2}]", name, tasks.Length, string.Join(",", tasks.Select(task => task.Name)));
        var all = Task.WhenAll(tasks.Select(task => RunTask(name, phase, task.Name, task.Task)));
        return all.IsCompleted ? all : WithTimeout(name, phase, all);
    }

    private async Task RunTask(string phaseName, ShutdownPhase phase, string taskName, Func<Task<Done>> task)
    {
        try
        {
            await task().ConfigureAwait(false);
        }
        catch (Exception e) when (phase.Recover)
        {
            _log.Warning("Task [{0}] failed in phase [{1}]: {2}", taskName, phaseName, e.Message);
        }
    }

    private async Task WithTimeout(string name, ShutdownPhase phase, Task tasks)
    {
        var timedOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deadline = System.Scheduler.MonotonicClock + phase.Timeout;
        ICancelable timer;
        try
        {
            timer = System.Scheduler.Advanced.ScheduleOnceCancelable(phase.Timeout, () => timedOut.TrySetResult());
        }
        catch (SchedulerException)
        {
            // The system is gone, and the scheduler with it.
            await tasks.ConfigureAwait(false);
            return;
        }
        if (await Task.WhenAny(tasks, timedOut.Task).ConfigureAwait(false) == tasks)
        {
            timer.Cancel();
            await tasks.ConfigureAwait(false);
        }
        else if (System.Scheduler.MonotonicClock < deadline)
        {
            // What was pending went off with the end of the system, which is what the last phase waits for.
            await tasks.ConfigureAwait(false);
        }
        else if (phase.Recover)
        {
            _log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", name, phase.Timeout);
        }
        else
        {
            throw new TimeoutException($"Coordinated shutdown phase [{name}] timed out after {phase.Timeout}");
        }
    }

    private async Task<Done> TerminateSystem()
    {
        await ((Internal.ActorSystemImpl)System).FinalTerminate().ConfigureAwait(false);
        return Done.Instance;
    }

    private async Task<Done> ExitProcess(int exitCode)
    {
        if (System.Settings.CoordinatedShutdownTerminateActorSystem)
            await Task.WhenAny(System.WhenTerminated, Task.Delay(Timeout(PhaseActorSystemTerminate))).ConfigureAwait(false);
        if (_reason is not ClrExitReason)
            Environment.Exit(exitCode);
        return Done.Instance;
    }
}

public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new(system);
}
