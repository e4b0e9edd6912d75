using Akka.Dispatch;
using RaftActors.Simulation.Checks;

namespace RaftActors.Simulation.World;

/// <summary>
/// The one thread on which everything runs, and the one clock. A step is either one turn of one actor, drawn by lot among all that have something to do, or, when none has, a jump to what is due next.
/// An actor's turn is one message, and takes no time.
/// </summary>
internal sealed class SimulatedWorld(Random lots)
{
    // A moment has a few hundred turns.
    private const int MostTurnsAtOnce = 100_000;

    private readonly List<Turn> _ready = [];

    // What became ready in the present turn.
    private readonly List<Turn> _arrived = [];
    private readonly PriorityQueue<Action, (long Due, long Order)> _timeline = new();
    private long _now;
    private long _order;
    private long _turnsBefore;
    private int _processes;

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now => new(_now);

    /// <summary>The number of the next process.</summary>
    public int NextProcess() => ++_processes;

    /// <summary>How many turns actors have had.</summary>
    public long Turns { get; private set; }

    /// <summary>Called after every turn, with the process whose actor had it.</summary>
    public Action<SimulatedProcess>? AfterTurn { get; set; }

    /// <summary>The first violation that was found in the middle of an actor's turn, where an exception is the actor's failure and goes no further.</summary>
    public SimulationViolation? Violation { get; private set; }

    /// <summary>Checks something in the middle of an actor's turn.</summary>
    public void Check(Action check)
    {
        try
        {
            check();
        }
        catch (SimulationViolation violation)
        {
            Violation ??= violation;
            throw;
        }
    }

    /// <summary>An actor of a process has something to do.</summary>
    public void Ready(SimulatedProcess process, IRunnable work) => _arrived.Add(new Turn(process, process.Actors.Of(work), work));

    /// <summary>Has an action run at a later virtual time.</summary>
    public void Schedule(TimeSpan delay, Action action) => _timeline.Enqueue(action, (_now + Math.Max(0, delay.Ticks), _order++));

    /// <summary>A process is gone: nothing of it ever runs again.</summary>
    public void Forget(SimulatedProcess process)
    {
        _ready.RemoveAll(turn => turn.Process == process);
        _arrived.RemoveAll(turn => turn.Process == process);
    }

    /// <summary>Does the next thing, unless that is later than a limit: then time stops at the limit.</summary>
    /// <returns>Whether there was something to do.</returns>
    public bool Step(TimeSpan limit)
    {
        TakeArrived();
        if (_ready.Count > 0)
        {
            RunOne();
            return true;
        }
        if (!_timeline.TryPeek(out var action, out var at) || at.Due > limit.Ticks)
        {
            if (limit.Ticks > _now)
                (_now, _turnsBefore) = (limit.Ticks, Turns);
            return false;
        }
        _timeline.Dequeue();
        if (at.Due > _now)
            (_now, _turnsBefore) = (at.Due, Turns);
        action();
        if (Violation is not null)
            throw Violation;
        return true;
    }

    private void TakeArrived()
    {
        if (_arrived.Count > 1)
            _arrived.Sort(static (one, other) => (one.Process.Number, one.Actor).CompareTo((other.Process.Number, other.Actor)));
        _ready.AddRange(_arrived);
        _arrived.Clear();
    }

    private void RunOne()
    {
        int drawn = _ready.Count == 1 ? 0 : lots.Next(_ready.Count);
        var (process, _, work) = _ready[drawn];
        _ready[drawn] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (++Turns - _turnsBefore > MostTurnsAtOnce)
            throw new SimulationViolation("time passes", $"Actors have had {MostTurnsAtOnce} turns at {Now}, the last one of {process.Node}: they tell each other something over and over.");
        process.Run(work);
        if (Violation is not null)
            throw Violation;
        AfterTurn?.Invoke(process);
    }

    private readonly record struct Turn(SimulatedProcess Process, int Actor, IRunnable Work);
}
