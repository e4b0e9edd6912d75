using Akka.Actor;
using RaftActors.Log;

namespace RaftActors.StateMachines;

/// <summary>
/// Asks a peer to send its committed entries to an actor. May be sent to any peer. Each peer sends the entries that it
/// knows to be committed.
/// </summary>
/// <remarks>
/// A subscriber gets every entry once and in order if it stores the index together with the effect of the entry, and
/// subscribes again from the next index.
/// </remarks>
/// <param name="FromIndex">The first index to send; at least 1.</param>
/// <param name="Subscriber">
/// The actor that gets <see cref="CommittedEntries"/>. It first gets a <see cref="SnapshotOffer"/> if the log no longer
/// has the first index.
/// </param>
/// <param name="Credits">
/// How many entries may be sent ahead of <see cref="EntriesHandled"/>; at least 1. No more than
/// <c>raft.max-subscriber-credits</c> count.
/// </param>
public sealed record Subscribe(long FromIndex, IActorRef Subscriber, int Credits = 1024)
{
    /// <summary>
    /// The history in which the subscriber has seen the entries before <see cref="FromIndex"/>:
    /// <see cref="CommittedEntries.History"/> of the last of them. If the group was restored or recovered since, and no
    /// longer has these entries, the subscriber gets <see cref="HistoryChanged"/>. Empty to subscribe without this
    /// check.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// Sent to a subscriber that has seen entries which the group no longer has. The group was restored or recovered, and
/// goes on from before these entries. The subscription has not begun. Undo the effects of these entries, or of all
/// entries, and subscribe from <paramref name="FirstIndex"/>.
/// </summary>
/// <param name="History">The present history.</param>
/// <param name="FirstIndex">
/// The first index at which the group's entries may differ from those that the subscriber has seen. 1 if all may
/// differ.
/// </param>
public sealed record HistoryChanged(string History, long FirstIndex);

/// <summary>Ends a subscription.</summary>
/// <param name="Subscriber">The actor that subscribed.</param>
public sealed record Unsubscribe(IActorRef Subscriber);

/// <summary>Committed entries, in order and without gaps, sent to a subscriber.</summary>
/// <param name="Entries">
/// The entries; at least one. Entries of kinds that a state machine does not get are among them.
/// </param>
public sealed record CommittedEntries(IReadOnlyList<LogEntry> Entries)
{
    /// <summary>
    /// The history of the group to which the last entry belongs. Empty if the log has no identity yet. Store it with
    /// the index.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// Sent to a subscriber in place of entries that have been compacted: the state at an index. Sent at the start of a
/// subscription, or when the subscriber has fallen too far behind. <see cref="CommittedEntries"/> from the next index
/// follow.
/// </summary>
/// <param name="Index">
/// The index of the last entry that the state includes. Send <see cref="EntriesHandled"/> for this index once you have
/// taken over the state.
/// </param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Data">
/// The bytes that <see cref="IStateMachine.TakeSnapshot"/> returned. The stream is forward only and can be read once.
/// </param>
public sealed record SnapshotOffer(long Index, long Term, Stream Data) : INoSerializationVerificationNeeded
{
    /// <summary>
    /// The history of the group at that entry. Empty if the log has no identity yet. Store it with the index.
    /// </summary>
    public string History { get; init; } = "";
}

/// <summary>
/// A subscriber tells the peer that it has handled all entries up to an index. That returns the credits of these
/// entries.
/// </summary>
/// <param name="Subscriber">The actor that subscribed.</param>
/// <param name="Index">The last index that the subscriber has handled.</param>
public sealed record EntriesHandled(IActorRef Subscriber, long Index);

/// <summary>Sent to a subscriber when its subscription cannot be served, or ends because the peer stops.</summary>
/// <param name="Reason">What is wrong and what to do, in a sentence.</param>
public sealed record SubscriptionEnded(string Reason);
