using RaftActors.Protocol;
using RaftActors.Tracing;

namespace RaftActors.Client;

/// <summary>
/// A message of a client that becomes an entry of the log, answered by one <see cref="Proposed"/> or
/// <see cref="ProposalFailed"/>.
/// </summary>
internal interface IProposal : IRaftMessage
{
    /// <summary>Whether a peer that does not lead forwards the message to the leader.</summary>
    bool Forward { get; }

    /// <summary>Returned in the answer.</summary>
    long CorrelationId { get; }

    /// <summary>The span of whoever proposes; <c>null</c> if none is recorded.</summary>
    TraceContext? Trace => null;
}
