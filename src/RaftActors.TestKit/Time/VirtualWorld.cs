using System.Collections.Concurrent;
using Akka.Dispatch;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit.Time;

/// <summary>
/// What a cluster's actor systems run on instead of threads and a clock: a queue of mailboxes that have something to do, run one after another by whoever drives the
/// cluster, and a timeline of what is due later.
/// </summary>
/// <remarks>
/// Time stands still until there is nothing left to do, then jumps to the next thing that is due. So the order of everything follows from the order in which it was
/// scheduled, and a run can be repeated from its seed. Work that is done elsewhere (a journal's own threads) is announced with <see cref="BeginOutsideWork"/>: time waits for it.
/// </remarks>
internal sealed class VirtualWorld : IDisposable
{
    private static readonly ConcurrentDictionary<string, VirtualWorld> Worlds = new(StringComparer.Ordinal);
    private static readonly TimeSpan OutsidePatience = TimeSpan.FromSeconds(30);
    private const int MaxRunsWithoutTime = 20_000_000;

    private readonly object _lock = new();
    private readonly Queue<IRunnable> _ready = new();
    private readonly PriorityQueue<Action, (long Due, long Order)> _timeline = new();
    private long _order;
    private long _now;
    private int _outside;

    /// <summary>What an actor system's configuration names to find this world: dispatchers and schedulers are built from configuration alone.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The disks of the cluster's peers, by member id.</summary>
    public Dictionary<string, PeerDisk> Disks { get; } = new(StringComparer.Ordinal);

    public VirtualWorld() => Worlds[Id] = this;

    public static VirtualWorld Named(string id) =>
        Worlds.TryGetValue(id, out var world) ? world : throw new InvalidOperationException("The cluster of this actor system was disposed.");

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now => new(Interlocked.Read(ref _now));

    public void Dispose() => Worlds.TryRemove(Id, out _);

    /// <summary>Has a mailbox run, by whoever drives. May be called on any thread.</summary>
    public void Execute(IRunnable work)
    {
        lock (_lock)
        {
            _ready.Enqueue(work);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Announces that something outside will, in the end, have an actor told something, and then call <see cref="EndOutsideWork"/>.</summary>
    public void BeginOutsideWork()
    {
        lock (_lock)
            _outside++;
    }

    /// <summary>What was announced has come.</summary>
    public void EndOutsideWork()
    {
        lock (_lock)
        {
            _outside--;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Has an action run at a later virtual time; what is due at the same time runs in the order in which it was scheduled.</summary>
    public void Schedule(TimeSpan delay, Action action)
    {
        lock (_lock)
            _timeline.Enqueue(action, (_now + Math.Max(0, delay.Ticks), _order++));
    }

    /// <summary>Runs all that can be done without time passing.</summary>
    public void Settle()
    {
        for (int runs = 0; runs < MaxRunsWithoutTime; runs++)
        {
            if (!TakeReady(null, out var work))
                return;
            Run(work);
        }
        throw new RaftClusterException($"The actors did not come to rest within {MaxRunsWithoutTime} runs of a mailbox at virtual time {Now}: they tell each other something without end.");
    }

    /// <summary>Runs actors until a task is done that waits for them; time stands still meanwhile.</summary>
    public void SettleUntil(Task task)
    {
        task.ContinueWith(_ => Pulse(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (!task.IsCompleted)
        {
            if (TakeReady(task, out var work))
                Run(work);
        }
        task.GetAwaiter().GetResult();
    }

    /// <summary>Comes to rest, then jumps to what is due next and runs it, unless that is later than a limit: then time stops at the limit.</summary>
    /// <returns>Whether something was run.</returns>
    public bool Step(TimeSpan limit)
    {
        Settle();
        Action? action;
        lock (_lock)
        {
            if (!_timeline.TryPeek(out action, out var at) || at.Due > limit.Ticks)
            {
                _now = Math.Max(_now, limit.Ticks);
                return false;
            }
            _timeline.Dequeue();
            _now = Math.Max(_now, at.Due);
        }
        action();
        Settle();
        return true;
    }

    // As on any dispatcher there is no synchronization context, whatever a test runner has on its threads: a task that an actor completes goes on at once and not on another thread.
    private static void Run(IRunnable work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work.Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Pulse()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }

    // Waits for work as long as something outside may still bring some: until a task is done, or else until all outside work is.
    private bool TakeReady(Task? task, out IRunnable work)
    {
        lock (_lock)
        {
            while (!_ready.TryDequeue(out work!))
            {
                if (task?.IsCompleted ?? _outside == 0)
                    return false;
                if (!Monitor.Wait(_lock, OutsidePatience))
                    throw new RaftClusterException($"Nothing happened for {OutsidePatience.TotalSeconds:0} s of real time at virtual time {Now}, while {_outside} answers of a journal are outstanding.");
            }
            return true;
        }
    }
}
