using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>
/// Asks the leader to transfer its leadership to another member (dissertation, section 3.10). May be told to any peer
/// of the group.
/// </summary>
/// <remarks>
/// The sender gets exactly one <see cref="LeadershipTransferred"/> or <see cref="TransferFailed"/>. Meanwhile the
/// leader appends nothing new. Proposals wait, and then go to the new leader, or to this leader if it keeps its
/// leadership.
/// </remarks>
/// <param name="Target">The member id of the next leader; <c>null</c> for the most suitable member.</param>
/// <param name="Forward">
/// Whether a peer that does not lead forwards the request to the leader. If not, it answers
/// <see cref="FailureReason.NotLeader"/> and names the leader.
/// </param>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record TransferLeadership(string? Target = null, bool Forward = true, long CorrelationId = 0);

/// <summary>The requested member leads.</summary>
/// <param name="Leader">The leader.</param>
/// <param name="Term">The term in which the member leads.</param>
/// <param name="CorrelationId">The correlation id of the request.</param>
public sealed record LeadershipTransferred(Member Leader, long Term, long CorrelationId);

/// <summary>The leadership was not transferred as asked. It is safe to ask again.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The reason in a sentence that tells a person what to do.</param>
/// <param name="Leader">The leader, if the answering peer knows it; otherwise <c>null</c>.</param>
/// <param name="CorrelationId">The correlation id of the request.</param>
public sealed record TransferFailed(FailureReason Reason, string Message, Member? Leader, long CorrelationId);

/// <summary>
/// Makes a peer ask for votes now, without waiting for its election timeout. The peer asks for pre-votes first, as
/// always. As long as the other members hear a leader, they refuse, and nothing changes. To move the leadership away
/// from a healthy leader, use <see cref="TransferLeadership"/>.
/// </summary>
/// <remarks>
/// The sender gets <see cref="CampaignStarted"/> or <see cref="CampaignRefused"/>. A new leader is announced as
/// <see cref="LeaderChanged"/>.
/// </remarks>
/// <param name="CorrelationId">Returned in the answer.</param>
public sealed record Campaign(long CorrelationId = 0);

/// <summary>The peer asks for votes.</summary>
/// <param name="Term">The term that it would lead.</param>
/// <param name="CorrelationId">The correlation id of the request.</param>
public sealed record CampaignStarted(long Term, long CorrelationId);

/// <summary>The peer does not ask for votes.</summary>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="Leader">The leader as far as the peer knows, or <c>null</c>.</param>
/// <param name="CorrelationId">The correlation id of the request.</param>
public sealed record CampaignRefused(string Message, Member? Leader, long CorrelationId);
