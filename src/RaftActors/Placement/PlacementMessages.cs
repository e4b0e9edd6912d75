using Akka.Actor;
using RaftActors.Resting;

namespace RaftActors.Placement;

/// <summary>A peer tells the <see cref="NodeWatch"/> of its node who leads its group, and who could.</summary>
/// <param name="Group">The group.</param>
/// <param name="Peer">The supervisor of the peer.</param>
/// <param name="Own">The address of this node, as members of the group have it.</param>
/// <param name="Leader">The address of the leader; <c>null</c> if none is known.</param>
/// <param name="Candidates">
/// The addresses of the voters that have the highest priority. The leadership is to be on one of them.
/// </param>
/// <param name="Interval">How often the node asks for a leadership.</param>
internal sealed record GroupPlaced(
    string Group, IActorRef Peer, string Own, string? Leader, IReadOnlyList<string> Candidates, TimeSpan Interval)
    : INoSerializationVerificationNeeded
{
    /// <summary>Whether the peer is about to be stopped.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Whether the peer leads.</summary>
    public bool Leads => Leader is not null && IsAt(Leader, Own);

    /// <summary>Whether a node is a candidate.</summary>
    public bool IsCandidate(string address)
    {
        foreach (string candidate in Candidates)
            if (IsAt(candidate, address))
                return true;
        return false;
    }

    private static bool IsAt(string address, string other) =>
        NodeAddress.EndpointOf(address) == NodeAddress.EndpointOf(other);
}

/// <summary>A peer has stopped.</summary>
/// <param name="Group">The group.</param>
/// <param name="Peer">The supervisor of the peer.</param>
internal sealed record GroupGone(string Group, IActorRef Peer) : INoSerializationVerificationNeeded;

/// <summary>A peer could not serve well as a leader: its disk stalls or has failed.</summary>
/// <param name="Pause">For how long this node asks for no leadership.</param>
internal sealed record NodeUnfit(TimeSpan Pause) : INoSerializationVerificationNeeded;

/// <summary>Tells a leader to transfer its leadership to the peer on another node, if nothing speaks against it.</summary>
/// <param name="To">The address of the other node.</param>
internal sealed record MoveLeadership(string To) : INoSerializationVerificationNeeded;

/// <summary>The leader goes on.</summary>
/// <param name="Group">The group.</param>
/// <param name="Failed">Whether the other node did not take over; otherwise the peer did not try.</param>
internal sealed record LeadershipStayed(string Group, bool Failed) : INoSerializationVerificationNeeded;
