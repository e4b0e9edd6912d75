namespace RaftActors.Linearizability;

/// <summary>
/// One part of a history, laid out for a search. The completed operations are a list of calls and returns in the order
/// of time. The operations of unknown outcome are grouped into classes.
/// </summary>
/// <remarks>
/// The search takes the call and the return of an operation out of the list when it gives the operation its place, and
/// puts them back when it undoes that step (Wing and Gong, "Testing and Verifying Concurrent Objects", 1993; the linked
/// list is Lowe's, "Testing for linearizability", 2017). Entry 0 is the head. Operation i has its call at 1 + 2i and
/// its return at 2 + 2i.
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
        // Calls sort before returns, so a call and a return at the same time count as concurrent. That claims less
        // about their order.
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
        // Operations of unknown outcome with the same input cannot be told apart. The first one that was called stands
        // for all.
        Unknown = [.. unknown.Select((operation, i) => (operation, i)).GroupBy(pair => pair.operation.Input)
            .Select(group => new UnknownClass(group.Key, [.. group.Select(pair => calledAt[pair.i])],
                [.. group.Select(pair => pair.operation)]))];
    }

    /// <summary>The completed operations, in the order of their calls.</summary>
    public Operation<TInput, TOutput>[] Completed { get; }

    /// <summary>The operations of unknown outcome. Operations with the same input form one class.</summary>
    public UnknownClass[] Unknown { get; }

    /// <summary>The first entry in the list; 0 if the list is empty.</summary>
    public int First => _next[0];

    /// <summary>The entry after another entry; 0 at the end of the list.</summary>
    public int Next(int entry) => _next[entry];

    /// <summary>The position of an entry among all calls and returns.</summary>
    public int Position(int entry) => _position[entry];

    public static int Call(int operation) => 1 + (2 * operation);

    public static int Return(int operation) => 2 + (2 * operation);

    public static bool IsCall(int entry) => (entry & 1) == 1;

    public static int OperationOf(int entry) => (entry - 1) >> 1;

    /// <summary>Takes an operation out of the list.</summary>
    public void Take(int operation)
    {
        Unlink(Call(operation));
        Unlink(Return(operation));
    }

    /// <summary>Puts back the operation that was taken out last. Only that operation may be put back.</summary>
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

    /// <summary>The operations of unknown outcome that have the same input.</summary>
    /// <param name="Input">The input.</param>
    /// <param name="CalledAt">The positions of their calls, in rising order.</param>
    /// <param name="Operations">The operations.</param>
    internal sealed record UnknownClass(TInput Input, int[] CalledAt, Operation<TInput, TOutput>[] Operations);
}
