using Akka.Actor;

namespace RaftActors;

/// <summary>Tells a peer that it is about to be stopped. Answered by one <see cref="ReadyToStop"/>.</summary>
internal sealed record PrepareToStop : INoSerializationVerificationNeeded
{
    public static readonly PrepareToStop Instance = new();
}

/// <summary>The answer to <see cref="PrepareToStop"/>: the peer may be stopped.</summary>
/// <param name="HasHandedOver">
/// Whether the peer led and another member leads now; <c>false</c> when there was nothing to transfer, or when nobody
/// took over in time.
/// </param>
internal sealed record ReadyToStop(bool HasHandedOver) : INoSerializationVerificationNeeded;
