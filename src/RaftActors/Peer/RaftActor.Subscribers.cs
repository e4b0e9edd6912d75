using RaftActors.Subscriptions;

namespace RaftActors;

// What the feed of the subscribers asks of this peer.
internal sealed partial class RaftActor : IFeedingPeer
{
    private readonly SubscriberFeed _subscribers;

    void IFeedingPeer.ConsiderSnapshot() => _snapshots.Consider();
}
