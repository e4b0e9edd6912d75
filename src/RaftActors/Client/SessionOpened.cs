using RaftActors.Protocol;

namespace RaftActors.Client;

/// <summary>Opens a session: the commands proposed in it are applied once each, however often they are proposed (dissertation, section 6.3). May be told to any peer of the group.</summary>
/// <remarks>
/// Answered, to the sender, by exactly one <see cref="Proposed"/>, whose response is a <see cref="SessionOpened"/>, or <see cref="ProposalFailed"/>. An attempt whose outcome is
/// unknown may leave a session behind that nobody uses; it expires.
/// </remarks>
/// <param name="Forward">Whether a peer that is not the leader forwards it.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record OpenSession(bool Forward = true, long CorrelationId = 0) : IProposal;

/// <summary>Keeps a session alive whose client has nothing to propose.</summary>
/// <remarks>Answered, to the sender, by exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>.</remarks>
/// <param name="SessionId">The session.</param>
/// <param name="LowestPending">The lowest sequence number of which the client still awaits the response.</param>
/// <param name="Forward">Whether a peer that is not the leader forwards it.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record KeepSessionAlive(long SessionId, long LowestPending, bool Forward = true, long CorrelationId = 0) : IProposal;

/// <summary>Closes a session: what was remembered of it is forgotten, and a command of it that comes later is not applied.</summary>
/// <remarks>Answered, to the sender, by exactly one <see cref="Proposed"/> or <see cref="ProposalFailed"/>.</remarks>
/// <param name="SessionId">The session.</param>
/// <param name="Forward">Whether a peer that is not the leader forwards it.</param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record CloseSession(long SessionId, bool Forward = true, long CorrelationId = 0) : IProposal;

/// <summary>A session is open.</summary>
/// <param name="SessionId">Its id, for the <see cref="Log.SessionStamp"/> of each command.</param>
/// <param name="Timeout">How long it lives, in log time, without a command or <see cref="KeepSessionAlive"/>.</param>
public sealed record SessionOpened(long SessionId, TimeSpan Timeout) : IRaftMessage;
