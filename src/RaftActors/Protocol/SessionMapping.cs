using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Sessions;

namespace RaftActors.Protocol;

/// <summary>Converts between the types of sessions and the generated types of raft.proto.</summary>
internal static class SessionMapping
{
    public static Wire.SessionLimits ToWire(this SessionLimits m) =>
        new() { Timeout = m.Timeout, MaxSessions = m.MaxSessions, MaxResponses = m.MaxResponses,
            MaxResponseBytes = m.MaxResponseBytes };

    public static SessionLimits FromWire(this Wire.SessionLimits m) =>
        new(m.Timeout, m.MaxSessions, m.MaxResponses, m.MaxResponseBytes);

    public static Wire.SessionResponse ToWire(this SessionResponse m, long sequence) =>
        new() { Sequence = sequence, Index = m.Index, Term = m.Term, Response = m.Response?.ToWire(),
            Forgotten = m.Forgotten };

    public static SessionResponse FromWire(this Wire.SessionResponse m) =>
        new(m.Index, m.Term, m.Response?.FromWire(), m.Forgotten);

    public static Wire.SessionOpened ToWire(this SessionOpened m) =>
        new() { SessionId = m.SessionId, Timeout = (long)m.Timeout.TotalMilliseconds };

    public static SessionOpened FromWire(this Wire.SessionOpened m) =>
        new(m.SessionId, TimeSpan.FromMilliseconds(m.Timeout));

    /// <summary>A change of sessions as an entry's payload.</summary>
    public static Payload ToPayload(this SessionChange change) =>
        new(new Wire.SessionChange { Open = change.Open?.ToWire(), Close = change.Close }.ToByteArray(), 0, "");

    /// <summary>The change of sessions in an entry's payload; <c>null</c> if the bytes are not a change.</summary>
    public static SessionChange? TryReadSessionChange(this Payload payload)
    {
        try
        {
            var wire = Wire.SessionChange.Parser.ParseFrom(payload.Bytes.Span);
            return new SessionChange(wire.Open?.FromWire(), wire.Close);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
