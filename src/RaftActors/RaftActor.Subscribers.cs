using Akka.Actor;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors;

// Subscribers get committed entries in order, as many ahead as they have credits for; and a snapshot first when the log no longer reaches back to where they are.
internal sealed partial class RaftActor
{
    private readonly List<Subscription> _subscriptions = [];

    private void OnSubscribe(Subscribe subscribe)
    {
        RemoveSubscriber(subscribe.Subscriber);
        string problem = subscribe.FromIndex < 1 ? "The first index is 1."
            : subscribe.Credits < 1 ? "A subscription needs at least one credit."
            : _subscriptions.Count >= _settings.MaxSubscribers ? $"There are {_subscriptions.Count} subscribers, the most that raft.max-subscribers allows."
            : "";
        if (problem.Length > 0)
        {
            subscribe.Subscriber.Tell(new SubscriptionEnded(problem), Self);
            return;
        }
        if (subscribe.History.Length > 0 && !IsContinued(subscribe))
            return;
        // Remote actors are never watched: remote death watch quarantines a node that is only partitioned.
        if (subscribe.Subscriber is IActorRefScope { IsLocal: true })
            Context.Watch(subscribe.Subscriber);
        var subscription = new Subscription(subscribe.Subscriber, subscribe.FromIndex, Math.Min(subscribe.Credits, _settings.MaxSubscriberCredits));
        _subscriptions.Add(subscription);
        Feed(subscription);
    }

    // What it has seen has to be what this group has, up to there.
    private bool IsContinued(Subscribe subscribe)
    {
        var histories = _configurations.At(_log.CommitIndex).Configuration.Histories;
        if (histories.Include(subscribe.History, subscribe.FromIndex - 1))
            return true;
        if (histories.Length == 0)
        {
            subscribe.Subscriber.Tell(new SubscriptionEnded("This peer does not know yet which history its group has. Subscribe again, or at another node."), Self);
            return false;
        }
        int seen = Array.FindIndex(histories, history => history.GroupId == subscribe.History);
        long first = seen < 0 ? 1 : histories[seen + 1].FirstIndex;
        subscribe.Subscriber.Tell(new HistoryChanged(histories[^1].GroupId, first), Self);
        return false;
    }

    private void OnEntriesHandled(EntriesHandled handled)
    {
        foreach (var subscription in _subscriptions)
        {
            if (!subscription.Subscriber.Equals(handled.Subscriber))
                continue;
            subscription.Handled(handled.Index);
            Feed(subscription);
        }
    }

    private void FeedSubscribers()
    {
        foreach (var subscription in _subscriptions)
            Feed(subscription);
    }

    private void Feed(Subscription subscription)
    {
        while (subscription.Offer is null)
        {
            if (subscription.Next < _log.FirstIndex)
            {
                OfferSnapshot(subscription);
                return;
            }
            long last = Math.Min(Math.Min(_log.CommitIndex, subscription.Limit), subscription.Next + _settings.ApplyBatchEntries - 1);
            if (last < subscription.Next)
                return;
            subscription.Subscriber.Tell(
                new CommittedEntries(_log.Slice(subscription.Next, last)) { History = _configurations.At(_log.CommitIndex).Configuration.GroupId }, Self);
            subscription.Sent(last);
        }
    }

    // What it misses is in no log any more. A subscriber without credits gets none of it: it has yet to handle what it was sent.
    private void OfferSnapshot(Subscription subscription)
    {
        if (subscription.Limit < subscription.Next)
            return;
        if (IsSetAside)
        {
            subscription.Subscriber.Tell(new SubscriptionEnded($"The log begins at index {_log.FirstIndex}. {SetAsideMessage()}"), Self);
            RemoveSubscriber(subscription.Subscriber);
            return;
        }
        var manifest = _snapshot!.Manifest;
        var reader = Context.ActorOf(SnapshotOfferer.Props(manifest.Snapshot.Content, Chunks(manifest.Slot)), $"offer-snapshot-{++_snapshotActors}");
        Context.Watch(reader);
        subscription.Offer = new SnapshotBeingRead(reader, manifest.Snapshot, manifest.Slot);
    }

    // One that ends without a word has failed.
    private bool EndOffer(IActorRef reader, SnapshotRead read)
    {
        var subscription = _subscriptions.Find(subscription => reader.Equals(subscription.Offer?.Reader));
        if (subscription?.Offer is not { } offer)
            return false;
        subscription.Offer = null;
        PruneIfUnused(offer.Slot);
        if (read.Bytes is not { } bytes)
        {
            if (_snapshot is { } stored && stored.Manifest.Slot == offer.Slot && stored.Manifest.Snapshot.LastIncludedIndex == offer.Snapshot.LastIncludedIndex)
                _damaged = stored;
            ConsiderSnapshot();
            subscription.Subscriber.Tell(new SubscriptionEnded($"The log begins at index {_log.FirstIndex}, and the snapshot before cannot be read: {read.Problem}. Subscribe at another node."), Self);
            RemoveSubscriber(subscription.Subscriber);
            return true;
        }
        var snapshot = offer.Snapshot;
        subscription.Subscriber.Tell(new SnapshotOffer(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, bytes) { History = snapshot.Configuration.GroupId }, Self);
        subscription.Sent(snapshot.LastIncludedIndex);
        Feed(subscription);
        return true;
    }

    private bool IsOffered(int slot) => _subscriptions.Exists(subscription => subscription.Offer?.Slot == slot);

    private void RemoveSubscriber(IActorRef subscriber)
    {
        for (int i = _subscriptions.Count - 1; i >= 0; i--)
        {
            if (!_subscriptions[i].Subscriber.Equals(subscriber))
                continue;
            var offer = _subscriptions[i].Offer;
            _subscriptions.RemoveAt(i);
            Context.Unwatch(subscriber);
            if (offer is null)
                continue;
            Context.Stop(offer.Reader);
            PruneIfUnused(offer.Slot);
        }
    }
}
