using Akka.Actor;

namespace RaftActors.Resting;

/// <summary>A peer tells the <see cref="NodeWatch"/> of its node that it rests from now on.</summary>
/// <param name="Group">The group.</param>
/// <param name="Number">Counts the rests of the peer.</param>
/// <param name="Peer">The supervisor of the peer.</param>
/// <param name="Leads">Whether the peer leads.</param>
/// <param name="Term">The term in which the group rests.</param>
/// <param name="Own">The address of this node.</param>
/// <param name="Others">The address of the leader; for a leader, those of the followers that rest.</param>
internal sealed record RestBegan(
    string Group, long Number, IActorRef Peer, bool Leads, long Term, string Own, IReadOnlyList<string> Others)
    : INoSerializationVerificationNeeded
{
    /// <summary>How often the nodes send heartbeats.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>After how much silence the other node is lost.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>After what time the peer may sleep; zero for never.</summary>
    public required TimeSpan SleepAfter { get; init; }
}

/// <summary>The <see cref="NodeWatch"/> tells a peer that it has rested for long enough to sleep.</summary>
/// <param name="Rest">The number of the rest.</param>
internal sealed record SleepDue(long Rest) : INoSerializationVerificationNeeded;

/// <summary>A peer no longer rests.</summary>
/// <param name="Group">The group.</param>
/// <param name="Number">The number of the rest that is over.</param>
/// <param name="Peer">The supervisor of the peer.</param>
internal sealed record RestOver(string Group, long Number, IActorRef Peer) : INoSerializationVerificationNeeded;

/// <summary>The <see cref="NodeWatch"/> tells a peer that its rest with another node has ended.</summary>
/// <param name="Number">The number of the rest.</param>
/// <param name="Other">The address of the other node.</param>
/// <param name="Why">Why the rest has ended.</param>
internal sealed record RestEnded(long Number, string Other, RestEnd Why) : INoSerializationVerificationNeeded;
