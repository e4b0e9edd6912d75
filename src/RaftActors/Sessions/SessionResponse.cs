using RaftActors.Log;

namespace RaftActors.Sessions;

/// <summary>The outcome of a command of a session: enough to answer a retry.</summary>
/// <param name="Index">The index of the entry that was applied.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Response">What the state machine returned, or <c>null</c> for nothing.</param>
/// <param name="Forgotten">Whether there was a response that is no longer remembered.</param>
internal sealed record SessionResponse(long Index, long Term, Payload? Response, bool Forgotten = false)
{
    /// <summary>The bytes of the response that count against the limit.</summary>
    public int Bytes => Response?.Size ?? 0;
}
