using System.Runtime.InteropServices;

namespace RaftActors.Linearizability;

/// <summary>Searches for an order of the operations of one part of a history that the model allows.</summary>
/// <remarks>
/// <para>
/// The search is depth first, without recursion. Every operation that was called before the first remaining return may
/// be the next one (Wing and Gong). A situation that led nowhere is not looked at twice (Lowe's memoisation).
/// </para>
/// <para>
/// Two rules keep the number of situations small. First, an answered operation that changes nothing takes its place as
/// soon as its answer fits: moved to the front of any order, its answer stays right, and so do all others. Second,
/// operations of unknown outcome are optional: of two situations that differ only in these, the one that used fewer is
/// at least as good. So the memory keeps, for each situation, only the smallest sets of used operations.
/// </para>
/// </remarks>
internal sealed class Search<TState, TInput, TOutput>
    where TState : notnull
    where TInput : notnull
{
    private readonly SequentialModel<TState, TInput, TOutput> _model;
    private readonly PartHistory<TInput, TOutput> _history;
    private readonly int _limit;
    private readonly bool[] _observations;
    private readonly Dictionary<Situation, List<UsedUnknown>> _seen = [];
    private readonly Dictionary<TState, int> _stateNumbers = [];
    private readonly Stack<Step> _steps = [];
    private readonly List<int> _left = [];
    private TState _state;
    private UsedUnknown _used;
    private int _situations;

    public Search(SequentialModel<TState, TInput, TOutput> model, PartHistory<TInput, TOutput> history, int limit)
    {
        (_model, _history, _limit, _state) = (model, history, limit, model.Initial);
        _used = new UsedUnknown(new int[history.Unknown.Length]);
        _observations = [.. history.Completed.Select(o => model.IsObservation(o.Input, o.Output!))];
    }

    /// <summary>
    /// The number, among the completed operations, of the operation whose return no order came past. When there is no
    /// order, the verdict is about this operation.
    /// </summary>
    public int Obstacle { get; private set; } = -1;

    /// <summary>The order that was found, or as far as the search has come.</summary>
    public IEnumerable<Operation<TInput, TOutput>> Order => _steps.Reverse().Select(step => step.Operation);

    /// <summary>The state after <see cref="Order"/>.</summary>
    public TState State => _state;

    /// <summary>Runs the search to its end or limit.</summary>
    public Verdict Run()
    {
        var furthest = 0;
        // What is tried next. A positive number is the entry of a completed operation's call. A negative number is a
        // class of operations of unknown outcome.
        var candidate = _history.First;
        var fresh = true;
        while (_history.First != 0)
        {
            var firstReturn = FirstReturn();
            if (_history.Position(firstReturn) > furthest)
            {
                furthest = _history.Position(firstReturn);
                Obstacle = PartHistory<TInput, TOutput>.OperationOf(firstReturn);
            }
            if (fresh)
            {
                if (TakeObservation(firstReturn))
                {
                    candidate = _history.First;
                    continue;
                }
                if (++_situations > _limit)
                    return Verdict.Undecided;
            }
            fresh = (!fresh || IsNew(firstReturn)) && TryStep(candidate, firstReturn);
            if (fresh)
            {
                candidate = _history.First;
                continue;
            }
            if (!GoBack(out candidate))
                return Verdict.NotLinearizable;
        }
        return Verdict.Linearizable;
    }

    private int FirstReturn()
    {
        var entry = _history.First;
        while (PartHistory<TInput, TOutput>.IsCall(entry))
            entry = _history.Next(entry);
        return entry;
    }

    private bool TakeObservation(int firstReturn)
    {
        for (var entry = _history.First; entry != firstReturn; entry = _history.Next(entry))
        {
            var operation = PartHistory<TInput, TOutput>.OperationOf(entry);
            if (_observations[operation] && TryTake(operation, forced: true))
                return true;
        }
        return false;
    }

    /// <summary>Takes the first possible step, beginning with <paramref name="candidate"/>.</summary>
    private bool TryStep(int candidate, int firstReturn)
    {
        for (; candidate > 0 && candidate != firstReturn; candidate = _history.Next(candidate))
        {
            var operation = PartHistory<TInput, TOutput>.OperationOf(candidate);
            if (!_observations[operation] && TryTake(operation, forced: false))
                return true;
        }
        for (var unknown = candidate < 0 ? -1 - candidate : 0; unknown < _history.Unknown.Length; unknown++)
        {
            if (TryUse(unknown, firstReturn))
                return true;
        }
        return false;
    }

    private bool TryTake(int operation, bool forced)
    {
        var taken = _history.Completed[operation];
        if (!_model.TryApply(_state, taken.Input, taken.Output!, out var next))
            return false;
        _steps.Push(new Step(taken, operation, forced, _state, _used));
        _history.Take(operation);
        _state = next;
        return true;
    }

    private bool TryUse(int unknown, int firstReturn)
    {
        var same = _history.Unknown[unknown];
        var count = _used.Counts[unknown];
        if (count == same.CalledAt.Length || same.CalledAt[count] > _history.Position(firstReturn))
            return false;
        var next = _model.Apply(_state, same.Input);
        if (next.Equals(_state))
            return false;
        _steps.Push(new Step(same.Operations[count], -1 - unknown, false, _state, _used));
        _used = _used.With(unknown);
        _state = next;
        return true;
    }

    /// <summary>Undoes steps up to one that has an alternative, and returns the first alternative to try.</summary>
    private bool GoBack(out int candidate)
    {
        while (_steps.TryPop(out var step))
        {
            (_state, _used) = (step.Before, step.UsedBefore);
            if (step.Number >= 0)
                _history.PutBack(step.Number);
            if (step.Forced)
                continue;
            candidate = step.Number >= 0
                ? _history.Next(PartHistory<TInput, TOutput>.Call(step.Number))
                : step.Number - 1;
            return true;
        }
        candidate = 0;
        return false;
    }

    /// <summary>
    /// Remembers the present situation. <c>false</c> if the same situation or a better one was seen before.
    /// </summary>
    private bool IsNew(int firstReturn)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_stateNumbers, _state, out var known);
        if (!known)
            number = _stateNumbers.Count;
        _left.Clear();
        _left.Add(number);
        _left.Add(firstReturn);
        for (var entry = _history.First; entry != firstReturn; entry = _history.Next(entry))
            _left.Add(entry);
        ref var sets = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen,
            new Situation(CollectionsMarshal.AsSpan(_left)), out _);
        sets ??= new List<UsedUnknown>(1);
        foreach (var set in sets)
        {
            if (set.IsWithin(_used))
                return false;
        }
        sets.RemoveAll(_used.IsWithin);
        sets.Add(_used);
        return true;
    }

    private readonly record struct Step(Operation<TInput, TOutput> Operation, int Number, bool Forced, TState Before,
        UsedUnknown UsedBefore);

    /// <summary>For each class of operations of unknown outcome, how many of them have taken effect.</summary>
    private sealed record UsedUnknown(int[] Counts)
    {
        public UsedUnknown With(int unknown)
        {
            var counts = (int[])Counts.Clone();
            counts[unknown]++;
            return new UsedUnknown(counts);
        }

        public bool IsWithin(UsedUnknown other)
        {
            if (ReferenceEquals(this, other))
                return true;
            for (var i = 0; i < Counts.Length; i++)
            {
                if (Counts[i] > other.Counts[i])
                    return false;
            }
            return true;
        }
    }
}
