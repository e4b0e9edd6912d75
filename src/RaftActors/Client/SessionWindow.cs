using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>
/// A client's side of a session: the numbers that were given out, and those whose responses are still awaited. It only
/// keeps count.
/// </summary>
/// <remarks>
/// The window begins at the lowest number whose response is awaited, however many are awaited. The group must remember
/// all responses from that number on, so it never remembers more than the window.
/// </remarks>
/// <param name="id">The session.</param>
/// <param name="size">How many numbers may be given out from the lowest awaited one on.</param>
internal sealed class SessionWindow(long id, int size)
{
    private readonly SortedSet<long> _pending = [];
    private long _next = 1;

    /// <summary>The session.</summary>
    public long Id { get; } = id;

    /// <summary>Whether the window has room for another number.</summary>
    public bool IsOpen => _next - LowestPending < size;

    /// <summary>The lowest number whose response is awaited. If there is none, the next number to give out.</summary>
    public long LowestPending => _pending.Count > 0 ? _pending.Min : _next;

    /// <summary>Gives out the next number.</summary>
    public long Begin()
    {
        _pending.Add(_next);
        return _next++;
    }

    /// <summary>The response of a number has come or is no longer awaited.</summary>
    public void End(long sequence) => _pending.Remove(sequence);

    /// <summary>The stamp with which a command is proposed.</summary>
    public SessionStamp Stamp(long sequence) => new(Id, sequence, LowestPending);
}
