using RaftActors.Protocol;

namespace RaftActors.Client;

/// <summary>
/// Opens a session. Each command that is proposed in it is applied once, however often it is proposed (dissertation,
/// section 6.3). May be told to any peer of the group.
/// </summary>
/// <remarks>
/// The sender gets exactly one <see cref="Proposed"/>, whose response is a <see cref="SessionOpened"/>, or one
/// <see cref="ProposalFailed"/>. An attempt whose outcome is unknown may leave a session behind that nobody uses. Such
/// a session expires.
/// </remarks>
/// <param name="Forward">Whether a peer that does not lead forwards the request to the leader.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record OpenSession(bool Forward = true, long CorrelationId = 0) : IProposal;

/// <summary>Keeps a session alive while its client has nothing to propose.</summary>
/// <remarks>The sender gets exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>.</remarks>
/// <param name="SessionId">The session.</param>
/// <param name="LowestPending">The lowest sequence number whose response the client still awaits.</param>
/// <param name="Forward">Whether a peer that does not lead forwards the request to the leader.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record KeepSessionAlive(long SessionId, long LowestPending, bool Forward = true,
    long CorrelationId = 0) : IProposal;

/// <summary>
/// Closes a session. The group forgets what it remembered of the session. A command of the session that comes later is
/// not applied.
/// </summary>
/// <remarks>The sender gets exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>.</remarks>
/// <param name="SessionId">The session.</param>
/// <param name="Forward">Whether a peer that does not lead forwards the request to the leader.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record CloseSession(long SessionId, bool Forward = true, long CorrelationId = 0) : IProposal;

/// <summary>A session is open.</summary>
/// <param name="SessionId">The id of the session, for the <see cref="Log.SessionStamp"/> of each command.</param>
/// <param name="Timeout">
/// How long the session lives, in log time, without a command or <see cref="KeepSessionAlive"/>.
/// </param>
public sealed record SessionOpened(long SessionId, TimeSpan Timeout) : IRaftMessage;
