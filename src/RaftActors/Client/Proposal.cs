using RaftActors.Log;

namespace RaftActors.Client;

/// <summary>What is to become an entry.</summary>
/// <param name="Kind">A command or a session entry.</param>
/// <param name="Payload">The command or the change of sessions, encoded.</param>
/// <param name="Session">
/// The session and number of an exactly-once command, or the session that a session entry is about.
/// </param>
/// <param name="ReplyWhenAppended">
/// Whether it is answered when it is appended, and not again when it is applied.
/// </param>
internal readonly record struct Proposal(EntryKind Kind, Payload Payload, SessionStamp? Session, bool ReplyWhenAppended);
