using RaftActors.Placement;
using RaftActors.Protocol;

namespace RaftActors.Resting;

/// <summary>
/// The heartbeat of a node, for all groups that rest on it and on the receiving node. It says that the process lives,
/// and which groups the sender takes to rest (see <see cref="NodeLink"/>).
/// </summary>
/// <param name="From">The address of the sending node, as members of the groups have it.</param>
/// <param name="To">The address of the receiving node, likewise.</param>
/// <param name="Process">The identity of the sending process, which changes with each start.</param>
/// <param name="Leads">
/// The digest of the groups that rest with their leader on the sender and a follower on the receiver.
/// </param>
/// <param name="Follows">
/// The digest of the groups that rest with their leader on the receiver and a follower on the sender.
/// </param>
internal sealed record NodeHeartbeat(string From, string To, long Process, ulong Leads, ulong Follows) : IRaftMessage
{
    /// <summary>
    /// Whether the receiver should answer at once: the connection to it was lost, or its last heartbeat is overdue.
    /// </summary>
    public bool Asks { get; init; }

    /// <summary>
    /// Some of the same groups one by one, if the digests of the two nodes have differed for a while; otherwise
    /// <c>null</c>.
    /// </summary>
    public RestingList? Groups { get; init; }

    /// <summary>
    /// If the sender asks for leaderships: how many groups it leads, and how many it should; otherwise <c>null</c>.
    /// </summary>
    public NodeLoad? Load { get; init; }
}

/// <summary>
/// The groups of a <see cref="NodeHeartbeat"/> whose numbers leave a remainder, each as the number that
/// <see cref="RestingGroup"/> says. So no message has more than some thousand numbers.
/// </summary>
/// <param name="Divisor">By what the numbers are divided.</param>
/// <param name="Remainder">The remainder.</param>
/// <param name="Leads">Those whose leader is on the sender.</param>
/// <param name="Follows">Those whose leader is on the receiver.</param>
internal sealed record RestingList(
    uint Divisor, uint Remainder, IReadOnlyList<ulong> Leads, IReadOnlyList<ulong> Follows)
{
    /// <summary>No groups at all.</summary>
    public static RestingList None { get; } = new(1, 0, [], []);

    /// <summary>Whether the list says of a group with a number whether it rests.</summary>
    public bool Covers(ulong number) => number % Divisor == Remainder;
}
