using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Subscriptions;

/// <summary>How far a subscriber has come, and how many entries may still be sent to it.</summary>
/// <param name="subscriber">The subscriber.</param>
/// <param name="fromIndex">The first index to send.</param>
/// <param name="credits">How many entries may be sent ahead of those that the subscriber has handled.</param>
internal sealed class Subscription(IActorRef subscriber, long fromIndex, int credits)
{
    private long _handled = fromIndex - 1;

    /// <summary>The subscriber.</summary>
    public IActorRef Subscriber { get; } = subscriber;

    /// <summary>
    /// The snapshot that is being read for the subscriber. The subscriber gets no entries before that.
    /// </summary>
    public SnapshotBeingRead? Offer { get; set; }

    /// <summary>The next index to send.</summary>
    public long Next { get; private set; } = fromIndex;

    /// <summary>The last index that may be sent now.</summary>
    public long Limit => _handled + credits;

    /// <summary>Records that entries up to an index were sent.</summary>
    public void Sent(long last) => Next = last + 1;

    /// <summary>
    /// Records that the subscriber has handled the entries up to an index. It cannot have handled more than it was
    /// sent.
    /// </summary>
    public void Handled(long index) => _handled = Math.Max(_handled, Math.Min(index, Next - 1));
}

/// <summary>A snapshot that is being read for a subscriber.</summary>
internal sealed record SnapshotBeingRead(IActorRef Reader, Snapshot Snapshot, int Slot);
