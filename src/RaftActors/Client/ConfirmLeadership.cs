using Akka.Actor;

namespace RaftActors.Client;

/// <summary>
/// Asks a peer whether it still leads its group. A majority of the voters must confirm that after the question. So this
/// is a linearizable read (dissertation, section 6.4) that does not ask the state machine.
/// </summary>
/// <remarks>
/// The sender gets one <see cref="LeadershipConfirmed"/> or <see cref="QueryFailed"/>, or no answer as long as no
/// majority answers. The question is never forwarded to another peer.
/// </remarks>
/// <param name="CorrelationId">Returned in the answer.</param>
internal sealed record ConfirmLeadership(long CorrelationId) : INoSerializationVerificationNeeded;

/// <summary>
/// At some moment after the question, a majority of the voters knew no later term than the peer's. So a leader of a
/// later term can only be elected after that moment.
/// </summary>
/// <param name="Term">The term in which the peer leads.</param>
/// <param name="FirstIndex">The index of the first entry of that term. The entry is committed.</param>
/// <param name="CorrelationId">The correlation id of the question.</param>
internal sealed record LeadershipConfirmed(long Term, long FirstIndex, long CorrelationId)
    : INoSerializationVerificationNeeded;
