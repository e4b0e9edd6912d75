using RaftActors.Log;

namespace RaftActors.Resting;

/// <summary>
/// What is kept of a peer that sleeps. Its group has rested for long, and the actor of the peer has stopped. The next
/// actor of the peer reads the store. If the store is as it was, the peer goes on where it fell asleep. Otherwise the
/// peer starts as after a crash.
/// </summary>
/// <remarks>
/// <para>
/// A peer that sleeps is a peer that has crashed: all that it has said is in its store. What is kept besides saves the
/// election and the introductions of a start. Each of these values was right when the peer fell asleep, and stays
/// right, because the peer has done nothing since and nobody but the peer writes to its store:
/// </para>
/// <para>
/// Election Safety: the majority that elected a leader has voted in its term. These votes are on disks, and so is the
/// leader's own. So nobody else leads in this term, however long the leader sleeps. Leader Append-Only: a leader sleeps
/// only if all its entries are on its disk, and goes on only if the last event and the last entry are the same. State
/// Machine Safety: what was committed stays committed. Reads: the leader goes on with the read context that it had, so
/// no late answer confirms a later read. Stores: the store has lost nothing since it last counted as whole, so it is
/// still the same incarnation.
/// </para>
/// </remarks>
internal sealed record SleepingPeer
{
    /// <summary>The store.</summary>
    public required string StoreId { get; init; }

    /// <summary>The incarnation of the store.</summary>
    public required long Incarnation { get; init; }

    /// <summary>The sequence number of the last event.</summary>
    public required long LastEvent { get; init; }

    /// <summary>The term, the vote and the group.</summary>
    public required HardState HardState { get; init; }

    /// <summary>The index of the last entry, which is committed.</summary>
    public required long LastIndex { get; init; }

    /// <summary>The term of the last entry.</summary>
    public required long LastTerm { get; init; }

    /// <summary>The number of the rest (<see cref="RestBegan"/>).</summary>
    public required long Rest { get; init; }

    /// <summary>When the rest began.</summary>
    public required TimeSpan RestBegan { get; init; }

    /// <summary>The member id of the leader.</summary>
    public required string LeaderId { get; init; }

    /// <summary>What a leader knew; <c>null</c> for a follower.</summary>
    public KeptLeadership? Leadership { get; init; }

    /// <summary>
    /// The same peer after the loss of a node with which it rests; <c>null</c> if the peer must wake because of it.
    /// </summary>
    /// <param name="address">The address of the node.</param>
    public SleepingPeer? Without(string address) =>
        Leadership?.Without(address) is { } kept ? this with { Leadership = kept } : null;
}

/// <summary>What is kept of a leader that sleeps.</summary>
/// <param name="FirstIndex">The index of the first entry of its term.</param>
/// <param name="ReadContext">The last read context that it has used.</param>
/// <param name="Confirmed">When a majority has last confirmed the leader.</param>
/// <param name="Version">The lowest version of the protocol among the followers.</param>
/// <param name="Others">The addresses of the followers that rest. All of them have the whole log.</param>
/// <param name="MayLose">How many of the others may be lost before they are no majority with the leader.</param>
internal sealed record KeptLeadership(
    long FirstIndex, long ReadContext, TimeSpan Confirmed, int Version, IReadOnlyList<string> Others, int MayLose)
{
    /// <summary>The same without a follower; <c>null</c> if the others are no majority then.</summary>
    public KeptLeadership? Without(string address)
    {
        string lost = NodeAddress.EndpointOf(address);
        string[] left = [.. Others.Where(other => NodeAddress.EndpointOf(other) != lost)];
        int mayLose = MayLose - (Others.Count - left.Length);
        return mayLose < 0 ? null : this with { Others = left, MayLose = mayLose };
    }
}
