using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors.Subscriptions;

/// <summary>What <see cref="SubscriberFeed"/> asks of its peer.</summary>
internal interface IFeedingPeer
{
    /// <summary>Why nothing of the state may be given away; <c>null</c> when it may.</summary>
    string? WhySetAside { get; }

    /// <summary>A snapshot turned out to be damaged: another one is needed.</summary>
    void ConsiderSnapshot();
}

/// <summary>
/// The subscribers of a peer. They get committed entries in order, as many as they have credits for. A subscriber whose
/// next entry was compacted first gets a snapshot.
/// </summary>
internal sealed class SubscriberFeed
{
    private readonly IActorContext _context;
    private readonly RaftSettings _settings;
    private readonly RaftLog _raftLog;
    private readonly ConfigurationHistory _configurations;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSlots _slots;
    private readonly IFeedingPeer _peer;
    private readonly List<Subscription> _subscriptions = [];
    private long _readers;

    public SubscriberFeed(
        IActorContext context, RaftSettings settings, RaftLog raftLog, ConfigurationHistory configurations,
        StoredSnapshots stored, SnapshotSlots slots, IFeedingPeer peer)
    {
        _context = context;
        _settings = settings;
        _raftLog = raftLog;
        _configurations = configurations;
        _stored = stored;
        _slots = slots;
        _peer = peer;
    }

    /// <summary>How many subscribers there are.</summary>
    public int Count => _subscriptions.Count;

    /// <summary>
    /// Begins a subscription, unless it cannot be served. An earlier subscription of the same subscriber ends.
    /// </summary>
    public void Subscribe(Subscribe subscribe)
    {
        var subscriber = subscribe.Subscriber;
        Remove(subscriber);
        if (Problem(subscribe) is { } problem)
        {
            subscriber.Tell(new SubscriptionEnded(problem), _context.Self);
            return;
        }
        if (subscribe.History.Length > 0 && !IsContinued(subscribe))
            return;
        // Remote actors are never watched, because remote death watch quarantines a node that is only partitioned.
        if (subscriber is IActorRefScope { IsLocal: true })
            _context.Watch(subscriber);
        int credits = Math.Min(subscribe.Credits, _settings.MaxSubscriberCredits);
        var subscription = new Subscription(subscriber, subscribe.FromIndex, credits);
        _subscriptions.Add(subscription);
        Feed(subscription);
    }

    /// <summary>Called when a subscriber has handled entries. It may get more.</summary>
    public void OnHandled(EntriesHandled handled)
    {
        if (Find(handled.Subscriber) is not { } subscription)
            return;
        subscription.Handled(handled.Index);
        Feed(subscription);
    }

    /// <summary>Sends all subscribers what they may get. Called when entries were committed or compacted.</summary>
    public void FeedAll()
    {
        for (int i = 0; i < _subscriptions.Count;)
        {
            if (Feed(_subscriptions[i]))
                i++;
        }
    }

    /// <summary>Called when a reader has read the snapshot for a subscriber.</summary>
    public void OnSnapshotRead(SnapshotRead read, IActorRef reader)
    {
        if (FindByReader(reader) is not { } subscription)
            return;
        var snapshot = EndReading(subscription);
        var offer = new SnapshotOffer(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, read.State)
        {
            History = snapshot.Configuration.GroupId,
        };
        subscription.Subscriber.Tell(offer, _context.Self);
        subscription.Sent(snapshot.LastIncludedIndex);
        Feed(subscription);
    }

    /// <summary>Called when a reader cannot read the snapshot for a subscriber.</summary>
    public void OnSnapshotUnreadable(string problem, IActorRef reader)
    {
        if (FindByReader(reader) is not { Offer.Slot: var slot } subscription)
            return;
        _stored.NoteDamaged(slot, EndReading(subscription).LastIncludedIndex);
        _peer.ConsiderSnapshot();
        string why = $"{WhereLogBegins()}, and the snapshot before cannot be read: {problem}. ";
        End(subscription, why + "Subscribe at another node.");
    }

    /// <summary>
    /// Called when a subscriber or a reader has stopped. A reader that stops without a message has failed.
    /// </summary>
    public void OnTerminated(IActorRef ended)
    {
        OnSnapshotUnreadable("its reader failed", ended);
        Remove(ended);
    }

    /// <summary>Ends a subscription, if there is one. Sends its subscriber nothing.</summary>
    public void Remove(IActorRef subscriber)
    {
        if (Find(subscriber) is not { } subscription)
            return;
        _subscriptions.Remove(subscription);
        _context.Unwatch(subscriber);
        if (subscription.Offer is not { } offer)
            return;
        _context.Stop(offer.Reader);
        _slots.Release(offer.Slot);
    }

    /// <summary>Ends the subscriptions for which a snapshot is being read.</summary>
    public void EndOffers(string why)
    {
        foreach (var subscription in _subscriptions.FindAll(static subscription => subscription.Offer is not null))
            End(subscription, why);
    }

    /// <summary>Tells all subscribers that the peer stops.</summary>
    public void TellEnd(string why)
    {
        string reason = $"{why} Subscribe again, from the index after the last one handled.";
        foreach (var subscription in _subscriptions)
            subscription.Subscriber.Tell(new SubscriptionEnded(reason), _context.Self);
    }

    // Called for each batch of entries that a subscriber has handled, so it uses no delegate.
    private Subscription? Find(IActorRef subscriber)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Subscriber.Equals(subscriber))
                return subscription;
        }
        return null;
    }

    private Subscription? FindByReader(IActorRef reader) =>
        _subscriptions.Find(subscription => reader.Equals(subscription.Offer?.Reader));

    private Snapshot EndReading(Subscription subscription)
    {
        var (snapshot, slot) = (subscription.Offer!.Snapshot, subscription.Offer.Slot);
        subscription.Offer = null;
        _slots.Release(slot);
        return snapshot;
    }

    private string? Problem(Subscribe subscribe)
    {
        if (subscribe.FromIndex < 1)
            return "The first index is 1.";
        if (subscribe.Credits < 1)
            return "A subscription needs at least one credit.";
        return _subscriptions.Count >= _settings.MaxSubscribers
            ? $"There are {_subscriptions.Count} subscribers, the most that raft.max-subscribers allows."
            : null;
    }

    // The entries that the subscriber has seen must be in this group's log.
    private bool IsContinued(Subscribe subscribe)
    {
        var histories = _configurations.At(_raftLog.CommitIndex).Configuration.Histories;
        if (histories.Include(subscribe.History, subscribe.FromIndex - 1))
            return true;
        if (histories.Length == 0)
        {
            const string Reason = "This peer does not know yet which history its group has. ";
            var ended = new SubscriptionEnded(Reason + "Subscribe again, or at another node.");
            subscribe.Subscriber.Tell(ended, _context.Self);
            return false;
        }
        int seen = Array.FindIndex(histories, history => history.GroupId == subscribe.History);
        long first = seen < 0 ? 1 : histories[seen + 1].FirstIndex;
        subscribe.Subscriber.Tell(new HistoryChanged(histories[^1].GroupId, first), _context.Self);
        return false;
    }

    /// <returns>Whether the subscription goes on.</returns>
    private bool Feed(Subscription subscription)
    {
        while (subscription.Offer is null)
        {
            if (subscription.Next < _raftLog.FirstIndex)
                return OfferSnapshot(subscription);
            long batch = subscription.Next + _settings.ApplyBatchEntries - 1;
            long last = Math.Min(Math.Min(_raftLog.CommitIndex, subscription.Limit), batch);
            if (last < subscription.Next)
                break;
            string history = _configurations.At(_raftLog.CommitIndex).Configuration.GroupId;
            var entries = new CommittedEntries(_raftLog.Slice(subscription.Next, last)) { History = history };
            subscription.Subscriber.Tell(entries, _context.Self);
            subscription.Sent(last);
        }
        return true;
    }

    // The entries that the subscriber needs were compacted. Without credits it gets no snapshot yet, because it must
    // first handle what it was sent.
    private bool OfferSnapshot(Subscription subscription)
    {
        if (subscription.Limit < subscription.Next)
            return true;
        if (_peer.WhySetAside is { } why)
        {
            End(subscription, $"{WhereLogBegins()}. {why}");
            return false;
        }
        var manifest = _stored.Latest!.Manifest;
        var props = SnapshotReader.Props(manifest.Snapshot.Content, _slots.Chunks(manifest.Slot));
        var reader = _context.ActorOf(props, $"offer-snapshot-{++_readers}");
        _context.Watch(reader);
        reader.Tell(ReadAll.Instance, _context.Self);
        _slots.Hold(manifest.Slot);
        subscription.Offer = new SnapshotBeingRead(reader, manifest.Snapshot, manifest.Slot);
        return true;
    }

    private void End(Subscription subscription, string why)
    {
        subscription.Subscriber.Tell(new SubscriptionEnded(why), _context.Self);
        Remove(subscription.Subscriber);
    }

    private string WhereLogBegins() => $"The log begins at index {_raftLog.FirstIndex}";
}
