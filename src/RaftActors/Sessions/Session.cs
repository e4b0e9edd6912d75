using System.IO.Hashing;
using System.Runtime.InteropServices;
using RaftActors.Protocol;

namespace RaftActors.Sessions;

/// <summary>The session of a client.</summary>
/// <param name="id">The session id: see <see cref="SessionTable.IdOf"/>.</param>
/// <param name="timeout">
/// How long the session lives without a command or a sign of life, in milliseconds of log time.
/// </param>
/// <param name="maxResponses">The most responses that may wait to be acknowledged.</param>
internal sealed class Session(long id, long timeout, int maxResponses)
{
    /// <summary>The session id: see <see cref="SessionTable.IdOf"/>.</summary>
    public long Id { get; } = id;

    /// <summary>The most responses that may wait to be acknowledged.</summary>
    public int MaxResponses { get; } = maxResponses;

    /// <summary>The log time of the client's last sign of life.</summary>
    public long LastActive { get; set; }

    /// <summary>The last log time at which the session is still open.</summary>
    public long Expiry => LastActive + timeout;

    /// <summary>The lowest sequence number whose response the client still awaits.</summary>
    public long LowestPending { get; set; }

    /// <summary>The outcomes of the applied commands from <see cref="LowestPending"/> on, by sequence number.</summary>
    public SortedList<long, SessionResponse> Responses { get; } = [];

    /// <summary>
    /// Adds to a hash everything that is the same on every replica. The responses are left out, because two versions of
    /// a serializer may write them differently.
    /// </summary>
    public void AddTo(XxHash3 hash)
    {
        void Add(long number) => hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));
        Add(Id);
        Add(LastActive);
        Add(timeout);
        Add(MaxResponses);
        Add(LowestPending);
        foreach (var (sequence, response) in Responses)
        {
            Add(sequence);
            Add(response.Index);
            Add(response.Term);
        }
    }

    /// <summary>The session as part of a snapshot.</summary>
    public Protocol.Wire.Session ToWire()
    {
        var wire = new Protocol.Wire.Session { Id = Id, LastActive = LastActive, Timeout = timeout,
            MaxResponses = MaxResponses, LowestPending = LowestPending };
        foreach (var (sequence, response) in Responses)
            wire.Responses.Add(response.ToWire(sequence));
        return wire;
    }

    /// <summary>The session that a snapshot holds.</summary>
    public static Session FromWire(Protocol.Wire.Session wire)
    {
        var session = new Session(wire.Id, wire.Timeout, wire.MaxResponses) { LastActive = wire.LastActive,
            LowestPending = wire.LowestPending };
        foreach (var response in wire.Responses)
            session.Responses.Add(response.Sequence, response.FromWire());
        return session;
    }
}
