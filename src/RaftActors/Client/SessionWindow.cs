using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>
/// A client's side of a session: which numbers it has given out, and the responses of which it still awaits. Pure
/// bookkeeping.
/// </summary>
/// <remarks>
/// The window is counted from the lowest number that is awaited, not by how many are: the group has to remember all
/// responses from there on, and so never more than the window.
/// </remarks>
/// <param name="id">The session.</param>
/// <param name="size">How many numbers may be ahead of the lowest one that is awaited.</param>
internal sealed class SessionWindow(long id, int size)
{
    private readonly SortedSet<long> _pending = [];
    private long _next = 1;

    /// <summary>The session.</summary>
    public long Id { get; } = id;

    /// <summary>Whether another number may be given out.</summary>
    public bool IsOpen => _next - LowestPending < size;

    /// <summary>The lowest number of which the response is awaited; the next one when there is none.</summary>
    public long LowestPending => _pending.Count > 0 ? _pending.Min : _next;

    /// <summary>Gives out the next number.</summary>
    public long Begin()
    {
        _pending.Add(_next);
        return _next++;
    }

    /// <summary>The response has come, or is no longer awaited.</summary>
    public void End(long sequence) => _pending.Remove(sequence);

    /// <summary>What a command is proposed with.</summary>
    public SessionStamp Stamp(long sequence) => new(Id, sequence, LowestPending);
}
