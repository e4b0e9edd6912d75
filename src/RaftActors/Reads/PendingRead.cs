using RaftActors.Client;

namespace RaftActors.Reads;

/// <summary>A query that waits for its turn.</summary>
/// <param name="ReplyTo">Who asked.</param>
/// <param name="Request">
/// The request: as it was told, or a <see cref="Log.Payload"/> when it came from another peer; a <see cref="Protocol.ReadIndex"/> when another peer wants to know from which index on it may answer.
/// </param>
internal readonly record struct PendingRead(ReplyTo ReplyTo, object Request);
