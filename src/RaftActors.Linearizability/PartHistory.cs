namespace RaftActors.Linearizability;

/// <summary>
/// One part of a history, laid out for a search: completed operations as a list of calls and returns in time order, the
/// others by class.
/// </summary>
/// <remarks>
/// Of the list, calls and returns are taken out as operations are given their place, and put back when the search goes
/// back on its steps (Wing and Gong, "Testing and Verifying Concurrent Objects", 1993; the linked list is Lowe's,
/// "Testing for linearizability", 2017). Entry 0 is the head; operation i has its call at 1 + 2i and its return at 2 +
/// 2i.
/// </remarks>
internal sealed class PartHistory<TInput, TOutput>
    where TInput : notnull
{
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _position;

    public PartHistory(IReadOnlyList<Operation<TInput, TOutput>> operations, Func<TInput, bool> isReadOnly)
    {
        Completed = [.. operations.Where(o => !o.IsUnknown).OrderBy(o => o.Call)];
        var unknown = operations.Where(o => o.IsUnknown && !isReadOnly(o.Input)).OrderBy(o => o.Call).ToArray();
        // A call and a return at the same time count as concurrent, which is the less that is claimed: calls come
        // first.
        var events = new (long Time, int Kind, int Entry)[(2 * Completed.Length) + unknown.Length];
        for (var i = 0; i < Completed.Length; i++)
        {
            events[2 * i] = (Completed[i].Call, 0, Call(i));
            events[(2 * i) + 1] = (Completed[i].Return!.Value, 1, Return(i));
        }
        for (var i = 0; i < unknown.Length; i++)
            events[(2 * Completed.Length) + i] = (unknown[i].Call, 0, -1 - i);
        Array.Sort(events);

        _next = new int[1 + (2 * Completed.Length)];
        _previous = new int[_next.Length];
        _position = new int[_next.Length];
        var calledAt = new int[unknown.Length];
        var last = 0;
        for (var at = 0; at < events.Length; at++)
        {
            var entry = events[at].Entry;
            if (entry < 0)
            {
                calledAt[-1 - entry] = at + 1;
                continue;
            }
            _position[entry] = at + 1;
            _next[last] = entry;
            _previous[entry] = last;
            last = entry;
        }
        // Operations of unknown outcome that ask for the same cannot be told apart: the one that was called first
        // stands for all.
        Unknown = [.. unknown.Select((operation, i) => (operation, i)).GroupBy(pair => pair.operation.Input)
            .Select(group => new UnknownClass(group.Key, [.. group.Select(pair => calledAt[pair.i])],
                [.. group.Select(pair => pair.operation)]))];
    }

    /// <summary>The operations that were answered, in the order of their calls.</summary>
    public Operation<TInput, TOutput>[] Completed { get; }

    /// <summary>The others, those that ask for the same together.</summary>
    public UnknownClass[] Unknown { get; }

    /// <summary>The first entry that is left; 0 when none is.</summary>
    public int First => _next[0];

    /// <summary>The entry after another; 0 at the end.</summary>
    public int Next(int entry) => _next[entry];

    /// <summary>Where an entry is among all calls and returns.</summary>
    public int Position(int entry) => _position[entry];

    public static int Call(int operation) => 1 + (2 * operation);

    public static int Return(int operation) => 2 + (2 * operation);

    public static bool IsCall(int entry) => (entry & 1) == 1;

    public static int OperationOf(int entry) => (entry - 1) >> 1;

    /// <summary>Takes an operation out.</summary>
    public void Take(int operation)
    {
        Unlink(Call(operation));
        Unlink(Return(operation));
    }

    /// <summary>Puts back the operation that was taken out last.</summary>
    public void PutBack(int operation)
    {
        Link(Return(operation));
        Link(Call(operation));
    }

    private void Unlink(int entry)
    {
        _next[_previous[entry]] = _next[entry];
        if (_next[entry] != 0)
            _previous[_next[entry]] = _previous[entry];
    }

    private void Link(int entry)
    {
        _next[_previous[entry]] = entry;
        if (_next[entry] != 0)
            _previous[_next[entry]] = entry;
    }

    /// <summary>Operations of unknown outcome that ask for the same.</summary>
    /// <param name="Input">What they ask for.</param>
    /// <param name="CalledAt">The positions of their calls, rising.</param>
    /// <param name="Operations">The operations.</param>
    internal sealed record UnknownClass(TInput Input, int[] CalledAt, Operation<TInput, TOutput>[] Operations);
}
