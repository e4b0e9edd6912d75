using Akka.Dispatch;

namespace RaftActors.TestKit.Time;

/// <summary>
/// Runs the actor systems of several processes, in place of threads and a clock. The world has the turns of actors that
/// have something to do, which its caller takes one after another, and a timeline of what is due later.
/// </summary>
/// <remarks>
/// <para>
/// Time stands still until there is nothing left to do. Then it jumps to the next thing that is due. So the order of
/// everything follows from the order of scheduling, or from the random draws, and a run can be repeated from its seed.
/// <see cref="BeginOutsideWork"/> announces work that is done elsewhere, such as on a journal's own threads. Time waits
/// for that work.
/// </para>
/// <para>
/// With random draws, the next turn is drawn among all that are possible, and a turn is one message. Without, turns are
/// taken in the order in which they became possible, and a turn is up to as many messages as on any dispatcher.
/// </para>
/// </remarks>
/// <param name="lots">Draws whose turn is next; <c>null</c> to take the turn that has waited longest.</param>
internal sealed class VirtualWorld(Random? lots = null)
{
    private static readonly TimeSpan OutsidePatience = TimeSpan.FromSeconds(30);
    private const int MaxTurnsWithoutTime = 20_000_000;

    private readonly object _lock = new();
    private readonly List<Turn> _ready = [];

    // The turns that have become possible since the last turn began.
    private readonly List<Turn> _arrived = [];
    private readonly PriorityQueue<Scheduled, (long Due, long Order)> _timeline = new();
    private long _order;
    private long _now;
    private int _outside;
    private int _processes;

    /// <summary>The virtual time since the beginning.</summary>
    public TimeSpan Now => new(Interlocked.Read(ref _now));

    /// <summary>How many turns have been taken.</summary>
    public long Turns { get; private set; }

    /// <summary>Called after every turn, with the process whose actor had it.</summary>
    public Action<VirtualProcess>? AfterTurn { get; set; }

    /// <summary>Whether a turn is one message.</summary>
    public bool DrawsLots => lots is not null;

    /// <summary>A number for a new process.</summary>
    public int NextProcess() => Interlocked.Increment(ref _processes);

    /// <summary>Called when an actor has something to do. Any thread may call it.</summary>
    /// <param name="process">The process of the actor.</param>
    /// <param name="actor">The number of the actor in its process.</param>
    /// <param name="work">The work of the turn.</param>
    public void Ready(VirtualProcess process, int actor, IRunnable work)
    {
        lock (_lock)
        {
            _arrived.Add(new Turn(process, actor, work));
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Called when a process is gone. Nothing of the process ever runs again.</summary>
    public void Forget(VirtualProcess process)
    {
        lock (_lock)
        {
            _ready.RemoveAll(turn => turn.Process == process);
            _arrived.RemoveAll(turn => turn.Process == process);
            // The timers of the process would keep its whole actor system in memory until they are due.
            var others = _timeline.UnorderedItems.Where(item => item.Element.Process != process).ToList();
            _timeline.Clear();
            _timeline.EnqueueRange(others);
        }
    }

    /// <summary>
    /// Announces work outside that will send an actor a message and then call <see cref="EndOutsideWork"/>.
    /// </summary>
    public void BeginOutsideWork()
    {
        lock (_lock)
            _outside++;
    }

    /// <summary>Ends work that <see cref="BeginOutsideWork"/> announced.</summary>
    public void EndOutsideWork()
    {
        lock (_lock)
        {
            _outside--;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>
    /// Runs an action at a later virtual time. Actions that are due at the same time run in the order in which they
    /// were scheduled.
    /// </summary>
    /// <param name="delay">How much later the action is due.</param>
    /// <param name="action">The action.</param>
    /// <param name="process">
    /// The process that runs the action, unless the process is gone by then; <c>null</c> for none.
    /// </param>
    public void Schedule(TimeSpan delay, Action action, VirtualProcess? process = null)
    {
        lock (_lock)
            _timeline.Enqueue(new Scheduled(action, process), (_now + Math.Max(0, delay.Ticks), _order++));
    }

    /// <summary>
    /// Does the next thing: takes a turn, or does what is due next. If that is due after a limit, time stops at the
    /// limit instead.
    /// </summary>
    /// <returns>Whether there was something to do.</returns>
    public bool Step(TimeSpan limit)
    {
        if (!TakeTurn(null, out var turn))
            return Jump(limit);
        Run(turn);
        return true;
    }

    /// <summary>Does everything that can be done without time passing.</summary>
    public void Settle()
    {
        for (int turns = 0; turns < MaxTurnsWithoutTime; turns++)
        {
            if (!TakeTurn(null, out var turn))
                return;
            Run(turn);
        }
        throw new RaftClusterException(
            $"The actors did not come to rest within {MaxTurnsWithoutTime} turns at virtual time {Now}: they tell each "
            + "other something without end.");
    }

    /// <summary>Runs actors until a task is done. Time stands still meanwhile.</summary>
    public void SettleUntil(Task task)
    {
        task.ContinueWith(_ => Pulse(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        while (!task.IsCompleted)
        {
            if (TakeTurn(task, out var turn))
                Run(turn);
        }
        task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Comes to rest, jumps to what is due next, and comes to rest again. If nothing is due before a limit, time stops
    /// at the limit instead.
    /// </summary>
    /// <returns>Whether something was due.</returns>
    public bool StepToRest(TimeSpan limit)
    {
        Settle();
        if (!Jump(limit))
            return false;
        Settle();
        return true;
    }

    private bool Jump(TimeSpan limit)
    {
        Scheduled next;
        lock (_lock)
        {
            bool isDue = _timeline.TryPeek(out next, out var at) && at.Due <= limit.Ticks;
            _now = Math.Max(_now, isDue ? at.Due : limit.Ticks);
            if (!isDue)
                return false;
            _timeline.Dequeue();
        }
        using (new WithoutContext())
            next.Action();
        return true;
    }

    private void Run(Turn turn)
    {
        using (new WithoutContext())
        {
            Turns++;
            turn.Process.Run(turn.Actor, turn.Work);
        }
        AfterTurn?.Invoke(turn.Process);
    }

    // As on any dispatcher, there is no synchronization context, whatever a test runner has set on its threads. So code
    // that awaits a task continues at once when an actor or a timer completes the task, and not on another thread.
    private readonly ref struct WithoutContext
    {
        private readonly SynchronizationContext? _context = SynchronizationContext.Current;

        public WithoutContext() => SynchronizationContext.SetSynchronizationContext(null);

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_context);
    }

    private void Pulse()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }

    // Waits for a turn as long as work outside may still bring one: until the task is done or, without a task, until
    // all outside work is done.
    private bool TakeTurn(Task? task, out Turn turn)
    {
        lock (_lock)
        {
            while (!TryTake(out turn))
            {
                if (task?.IsCompleted ?? _outside == 0)
                    return false;
                if (!Monitor.Wait(_lock, OutsidePatience))
                {
                    throw new RaftClusterException(
                        $"Nothing happened for {OutsidePatience.TotalSeconds:0} s of real time at virtual time {Now}, "
                        + $"while {_outside} answers of a journal are outstanding.");
                }
            }
            return true;
        }
    }

    private bool TryTake(out Turn turn)
    {
        if (DrawsLots && _arrived.Count > 1)
            _arrived.Sort(static (one, other) => one.Place.CompareTo(other.Place));
        _ready.AddRange(_arrived);
        _arrived.Clear();
        turn = default;
        if (_ready.Count == 0)
            return false;
        if (lots is null)
        {
            turn = _ready[0];
            _ready.RemoveAt(0);
            return true;
        }
        int drawn = _ready.Count == 1 ? 0 : lots.Next(_ready.Count);
        turn = _ready[drawn];
        _ready[drawn] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        return true;
    }

    private readonly record struct Scheduled(Action Action, VirtualProcess? Process);

    private readonly record struct Turn(VirtualProcess Process, int Actor, IRunnable Work)
    {
        /// <summary>The order of turns that became possible at the same time.</summary>
        public (int Process, int Actor) Place => (Process.Number, Actor);
    }
}
