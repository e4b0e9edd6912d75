using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.StateMachines;

/// <summary>
/// Asks a peer to push its committed entries to an actor. May be told to any peer; each pushes what it knows to be
/// committed.
/// </summary>
/// <remarks>
/// A subscriber that stores the index together with its effect and subscribes again from the next index sees every
/// entry once and in order.
/// </remarks>
/// <param name="FromIndex">The first index wanted; at least 1.</param>
/// <param name="Subscriber">
/// The actor that is told <see cref="CommittedEntries"/>, and <see cref="SnapshotOffer"/> first when the log no longer
/// reaches back.
/// </param>
/// <param name="Credits">
/// How many entries may be sent ahead of <see cref="EntriesHandled"/>; at least 1, and not more than
/// <c>raft.max-subscriber-credits</c> count.
/// </param>
public sealed record Subscribe(long FromIndex, IActorRef Subscriber, int Credits = 1024)
{
    /// <summary>
    /// The history in which the entries before <see cref="FromIndex"/> were seen:
    /// <see cref="CommittedEntries.History"/> of the last of them. If they are not those of this group, because it was
    /// restored or recovered since, the subscriber is told <see cref="HistoryChanged"/>. Empty: whatever there is.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// Told to a subscriber that has seen entries which the group does not have: it was restored or recovered, and goes on
/// from before them. The subscription has not begun. Forget what came of these entries, or all, and subscribe from
/// there.
/// </summary>
/// <param name="History">The present history.</param>
/// <param name="FirstIndex">
/// The first index at which entries may be other ones than those that were seen; 1 when none need be the same.
/// </param>
public sealed record HistoryChanged(string History, long FirstIndex);

/// <summary>Ends a subscription.</summary>
/// <param name="Subscriber">The actor that subscribed.</param>
public sealed record Unsubscribe(IActorRef Subscriber);

/// <summary>Committed entries, in order and without gaps, told to a subscriber.</summary>
/// <param name="Entries">At least one entry; the kinds a state machine does not see are among them.</param>
public sealed record CommittedEntries(IReadOnlyList<LogEntry> Entries)
{
    /// <summary>
    /// The history of the group that the entries belong to or go on to; empty where the log has no identity yet. To be
    /// stored with the index.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// Told to a subscriber instead of entries that are in no log any more, at the start of a subscription or when it has
/// fallen too far behind: the state as of an index. <see cref="CommittedEntries"/> from the next index on follow.
/// </summary>
/// <param name="Index">
/// The last entry that is in the state; <see cref="EntriesHandled"/> up to here when it is taken over.
/// </param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Data">
/// The bytes that <see cref="IStateMachine.TakeSnapshot"/> returned: forward only, and to be read once.
/// </param>
public sealed record SnapshotOffer(long Index, long Term, Stream Data) : INoSerializationVerificationNeeded
{
    /// <summary>
    /// The history of the group as of that entry; empty where the log has no identity yet. To be stored with the index.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// Told by a subscriber to the peer: it has handled all entries up to this index, and so gives their credits back.
/// </summary>
/// <param name="Subscriber">The actor that subscribed.</param>
/// <param name="Index">The last index handled.</param>
public sealed record EntriesHandled(IActorRef Subscriber, long Index);

/// <summary>Told to a subscriber whose subscription cannot be served, or ended because its peer stopped.</summary>
/// <param name="Reason">What is wrong and what to do, in a sentence.</param>
public sealed record SubscriptionEnded(string Reason);
