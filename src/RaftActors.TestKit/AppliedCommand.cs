using RaftActors.Log;

namespace RaftActors.TestKit;

/// <summary>A command that the state machine of a peer has applied.</summary>
/// <param name="Index">The index of its entry.</param>
/// <param name="Term">The term of its entry.</param>
/// <param name="Time">The time of its entry.</param>
/// <param name="Command">The command as the state machine was given it.</param>
/// <param name="Payload">The command as it is in the log.</param>
public sealed record AppliedCommand(long Index, long Term, long Time, object Command, Payload Payload)
{
    /// <summary>The command's bytes as UTF-8 text: what a command given as a string comes back as.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Payload.Bytes.Span);

    internal bool IsSame(AppliedCommand other) =>
        Index == other.Index && Term == other.Term && Time == other.Time
            && Payload.SerializerId == other.Payload.SerializerId
        && Payload.Manifest == other.Payload.Manifest && Payload.Bytes.Span.SequenceEqual(other.Payload.Bytes.Span);
}
