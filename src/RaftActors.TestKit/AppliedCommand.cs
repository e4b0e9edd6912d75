using RaftActors.Log;

namespace RaftActors.TestKit;

/// <summary>A command that the state machine of a peer has applied.</summary>
/// <param name="Index">The index of the command's entry.</param>
/// <param name="Term">The term of the command's entry.</param>
/// <param name="Time">The log time of the command's entry.</param>
/// <param name="Command">The command as the state machine received it.</param>
/// <param name="Payload">The command as the log stores it.</param>
public sealed record AppliedCommand(long Index, long Term, long Time, object Command, Payload Payload)
{
    /// <summary>The command's bytes as UTF-8 text. For a command that was given as a string, the string.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Payload.Bytes.Span);

    internal bool IsSame(AppliedCommand other) =>
        Index == other.Index && Term == other.Term && Time == other.Time
            && Payload.SerializerId == other.Payload.SerializerId
        && Payload.Manifest == other.Payload.Manifest && Payload.Bytes.Span.SequenceEqual(other.Payload.Bytes.Span);
}
