using Akka.Dispatch;

namespace RaftActors.TestKit.Time;

/// <summary>
/// What the actor systems of several processes run on instead of threads and a clock: the turns of actors that have
/// something to do, taken one after another by whoever drives the world, and a timeline of what is due later.
/// </summary>
/// <remarks>
/// <para>
/// Time stands still until there is nothing left to do, then jumps to the next thing that is due. So the order of
/// everything
/// follows from the order in which it was scheduled, or from the lots, and a run can be repeated from its seed. Work
/// that is
/// done elsewhere (a journal's own threads) is announced with <see cref="BeginOutsideWork"/>: time waits for it.
/// </para>
/// <para>
/// With lots the next turn is drawn among all that are possible, and a turn is one message. Without, turns are taken in
/// the
/// order in which they came to be possible, and a turn is up to as many messages as on any dispatcher.
/// </para>
/// </remarks>
/// <param name="lots">Draws whose turn is next; <c>null</c> for whoever waits longest.</param>
internal sealed class VirtualWorld(Random? lots = null)
{
    private static readonly TimeSpan OutsidePatience = TimeSpan.FromSeconds(30);
    private const int MaxTurnsWithoutTime = 20_000_000;

    private readonly object _lock = new();
    private readonly List<Turn> _ready = [];

    // What has become possible since the last turn began.
    private readonly List<Turn> _arrived = [];
    private readonly PriorityQueue<Scheduled, (long Due, long Order)> _timeline = new();
    private long _order;
    private long _now;
    private int _outside;
    private int _processes;

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now => new(Interlocked.Read(ref _now));

    /// <summary>How many turns actors have had.</summary>
    public long Turns { get; private set; }

    /// <summary>Called after every turn, with the process whose actor had it.</summary>
    public Action<VirtualProcess>? AfterTurn { get; set; }

    /// <summary>Whether a turn is one message.</summary>
    public bool DrawsLots => lots is not null;

    /// <summary>A number for a process that is made.</summary>
    public int NextProcess() => Interlocked.Increment(ref _processes);

    /// <summary>An actor has something to do. May be called on any thread.</summary>
    /// <param name="process">Its process.</param>
    /// <param name="actor">The number of the actor in its process.</param>
    /// <param name="work">Its turn.</param>
    public void Ready(VirtualProcess process, int actor, IRunnable work)
    {
        lock (_lock)
        {
            _arrived.Add(new Turn(process, actor, work));
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>A process is gone: nothing of it ever runs again.</summary>
    public void Forget(VirtualProcess process)
    {
        lock (_lock)
        {
            _ready.RemoveAll(turn => turn.Process == process);
            _arrived.RemoveAll(turn => turn.Process == process);
            // Its timers would keep its whole actor system in memory until they are due.
            var others = _timeline.UnorderedItems.Where(item => item.Element.Process != process).ToList();
            _timeline.Clear();
            _timeline.EnqueueRange(others);
        }
    }

    /// <summary>
    /// Announces that something outside will, in the end, have an actor told something, and then call
    /// <see cref="EndOutsideWork"/>.
    /// </summary>
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

    /// <summary>
    /// Has an action run at a later virtual time. What is due at the same time runs in the order in which it was
    /// scheduled.
    /// </summary>
    /// <param name="delay">How much later.</param>
    /// <param name="action">The action.</param>
    /// <param name="process">
    /// The process that is to do it, unless the process is gone by then; <c>null</c> for none.
    /// </param>
    public void Schedule(TimeSpan delay, Action action, VirtualProcess? process = null)
    {
        lock (_lock)
            _timeline.Enqueue(new Scheduled(action, process), (_now + Math.Max(0, delay.Ticks), _order++));
    }

    /// <summary>
    /// Does the next thing: a turn, or what is due next, unless that is later than a limit: then time stops at the
    /// limit.
    /// </summary>
    /// <returns>Whether there was something to do.</returns>
    public bool Step(TimeSpan limit)
    {
        if (!TakeTurn(null, out var turn))
            return Jump(limit);
        Run(turn);
        return true;
    }

    /// <summary>Runs all that can be done without time passing.</summary>
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

    /// <summary>Runs actors until a task is done that waits for them; time stands still meanwhile.</summary>
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
    /// Comes to rest, then jumps to what is due next, unless that is later than a limit, and comes to rest again.
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
        next.Action();
        return true;
    }

    // As on any dispatcher there is no synchronization context, whatever a test runner has on its threads: a task that
    // an actor completes goes on at once and not on another thread.
    private void Run(Turn turn)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Turns++;
            turn.Process.Run(turn.Actor, turn.Work);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
        AfterTurn?.Invoke(turn.Process);
    }

    private void Pulse()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }

    // Waits for a turn as long as something outside may still bring one: until a task is done, or else until all
    // outside work is.
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
        /// <summary>Its place among those that became possible at once.</summary>
        public (int Process, int Actor) Place => (Process.Number, Actor);
    }
}
