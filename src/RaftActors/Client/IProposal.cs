using RaftActors.Protocol;

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
}
