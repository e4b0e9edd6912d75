using Akka.Actor;

namespace RaftActors.Client;

/// <summary>
/// Asks a peer whether it leads its group, as a majority of the voters confirms after the question: a linearizable read
/// (dissertation, section 6.4) that does not ask the state machine.
/// </summary>
/// <remarks>
/// Answered, to the sender, by one <see cref="LeadershipConfirmed"/> or <see cref="QueryFailed"/>; not at all while no
/// majority answers. Never forwarded to another peer.
/// </remarks>
/// <param name="CorrelationId">Returned in the answer.</param>
internal sealed record ConfirmLeadership(long CorrelationId) : INoSerializationVerificationNeeded;

/// <summary>
/// At a moment after the question, a majority of the voters knew no term later than the peer's. So a leader of a later
/// term is elected after that moment.
/// </summary>
/// <param name="Term">The term that the peer leads.</param>
/// <param name="FirstIndex">The index of the first entry of that term; the entry is committed.</param>
/// <param name="CorrelationId">That of the question.</param>
internal sealed record LeadershipConfirmed(long Term, long FirstIndex, long CorrelationId)
    : INoSerializationVerificationNeeded;
