using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Subscriptions;

/// <summary>How far a subscriber is, and how many entries it may still be sent.</summary>
/// <param name="subscriber">The subscriber.</param>
/// <param name="fromIndex">The first index it wants.</param>
/// <param name="credits">How many entries may be ahead of what it has handled.</param>
internal sealed class Subscription(IActorRef subscriber, long fromIndex, int credits)
{
    private long _handled = fromIndex - 1;

    /// <summary>The subscriber.</summary>
    public IActorRef Subscriber { get; } = subscriber;

    /// <summary>The snapshot that is being read for it: it gets nothing before that.</summary>
    public SnapshotBeingRead? Offer { get; set; }

    /// <summary>The next index to send.</summary>
    public long Next { get; private set; } = fromIndex;

    /// <summary>The last index that may be sent now.</summary>
    public long Limit => _handled + credits;

    /// <summary>Entries up to an index were sent.</summary>
    public void Sent(long last) => Next = last + 1;

    /// <summary>
    /// The subscriber has handled the entries up to an index; it cannot have handled more than it was sent.
    /// </summary>
    public void Handled(long index) => _handled = Math.Max(_handled, Math.Min(index, Next - 1));
}

/// <summary>A snapshot that is being read for a subscriber.</summary>
internal sealed record SnapshotBeingRead(IActorRef Reader, Snapshot Snapshot, int Slot);
