using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Akka.TestKit;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using RaftActors.Subscriptions;
using RaftActors.Tests.Snapshots;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Subscriptions;

/// <summary>The feed of a peer's subscribers, without the peer.</summary>
public sealed class SubscriberFeedSpec : SnapshotStoreSpec
{
    private readonly RaftLog _log = new();
    private readonly FakePeer _peer = new();
    private SubscriberFeed _feed = null!;

    public SubscriberFeedSpec(ITestOutputHelper output)
        : base(output)
    {
        var configurations = new ConfigurationHistory(Configuration.None);
        Do(context => _feed = new SubscriberFeed(context, Settings, _log, configurations, Stored, Slots, _peer));
    }

    [Fact]
    public void A_subscriber_gets_as_many_entries_as_it_has_credits_for()
    {
        Append(5);
        var subscriber = Subscribe(fromIndex: 1, credits: 2);

        Assert.Equal([1, 2], Indexes(subscriber));
        Assert.False(subscriber.HasMessages);

        Do(_ => _feed.OnHandled(new EntriesHandled(subscriber, 1)));
        Assert.Equal([3], Indexes(subscriber));
    }

    [Fact]
    public void What_a_subscriber_cannot_have_handled_gives_no_credits()
    {
        Append(5);
        var subscriber = Subscribe(fromIndex: 1, credits: 2);
        Assert.Equal([1, 2], Indexes(subscriber));

        Do(_ => _feed.OnHandled(new EntriesHandled(subscriber, 100)));

        Assert.Equal([3, 4], Indexes(subscriber));
    }

    [Fact]
    public void One_too_many_is_refused_until_another_leaves()
    {
        var first = Subscribe(1);
        Subscribe(1);
        Subscribe(1);
        Assert.Contains("There are 3 subscribers", Subscribe(1).ExpectMsg<SubscriptionEnded>().Reason);

        Sys.Stop(first);

        Assert.False(Subscribe(1).HasMessages);
    }

    [Fact]
    public void A_snapshot_goes_first_where_the_log_does_not_reach_back_and_is_held_until_it_is_read()
    {
        Append(5);
        Compact(3);
        var subscriber = Subscribe(fromIndex: 1);
        Assert.False(subscriber.HasMessages);
        Keep(slot: 1, lastIncluded: 5, Chunk);

        Store.Answer(Chunk);

        var offer = subscriber.ExpectMsg<StateMachines.SnapshotOffer>();
        Assert.Equal((3, 2), (offer.Index, offer.Term));
        Assert.Equal("state", new StreamReader(offer.Data).ReadToEnd());
        Assert.Equal([4, 5], Indexes(subscriber));
        Assert.Equal(0, Store.PrunedSlot());
    }

    [Fact]
    public void A_snapshot_that_nobody_waits_for_any_more_is_let_go_of()
    {
        Append(5);
        Compact(3);
        var subscriber = Subscribe(fromIndex: 1);
        Store.Take<LoadSnapshot>();
        Keep(slot: 1, lastIncluded: 5, Chunk);
        Store.ExpectNone();

        Do(_ => _feed.Remove(subscriber));

        Assert.Equal(0, Store.PrunedSlot());
    }

    [Fact]
    public void A_snapshot_that_cannot_be_read_is_to_be_replaced_and_its_subscriber_hears_so()
    {
        Append(5);
        Compact(3);
        var subscriber = Subscribe(fromIndex: 1);

        Store.Answer(null);

        Assert.Contains("cannot be read", subscriber.ExpectMsg<SubscriptionEnded>().Reason);
        Assert.True(Stored.IsDamaged);
        Assert.Equal(1, _peer.Considered);
    }

    // The list of subscribers changes while all of them are fed.
    [Fact]
    public void A_peer_that_is_set_aside_ends_those_who_need_its_snapshot_and_feeds_the_others()
    {
        Append(3);
        var behind = Subscribe(fromIndex: 1, credits: 1);
        var upToDate = Subscribe(fromIndex: 4);
        Assert.Equal([1], Indexes(behind));
        _peer.WhySetAside = "Ask another node.";
        Append(6);
        Compact(3);
        Assert.Equal([4, 5, 6], Indexes(upToDate));

        Do(_ => _feed.OnHandled(new EntriesHandled(behind, 1)));

        Assert.Equal("The log begins at index 4. Ask another node.", behind.ExpectMsg<SubscriptionEnded>().Reason);
        Append(7);
        Assert.Equal([7], Indexes(upToDate));
        Assert.False(behind.HasMessages);
    }

    [Fact]
    public void Feeding_goes_on_behind_a_subscriber_that_was_ended()
    {
        Append(3);
        var behind = Subscribe(fromIndex: 1, credits: 3);
        var upToDate = Subscribe(fromIndex: 4);
        Assert.Equal([1, 2, 3], Indexes(behind));
        Do(_ => _feed.OnHandled(new EntriesHandled(behind, 3)));
        _peer.WhySetAside = "Ask another node.";
        Append(6, feed: false);
        Compact(5);

        behind.ExpectMsg<SubscriptionEnded>();
        upToDate.ExpectMsg<SubscriptionEnded>();
    }

    private static byte[] Chunk { get; } = Bytes();

    private static byte[] Bytes()
    {
        using var bytes = new MemoryStream();
        foreach (var part in SnapshotBytes.Join(new SessionTable(), ["state"u8.ToArray()]))
            bytes.Write(part.Span);
        return bytes.ToArray();
    }

    private protected override void OnMessage(object message, IActorRef sender)
    {
        switch (message)
        {
            case SnapshotRead read:
                _feed.OnSnapshotRead(read, sender);
                break;
            case SnapshotUnreadable unreadable:
                _feed.OnSnapshotUnreadable(unreadable.Problem, sender);
                break;
            case Terminated ended:
                _feed.OnTerminated(ended.ActorRef);
                break;
        }
    }

    // Entries up to an index, and the commit of all of them.
    private void Append(long to, bool feed = true)
    {
        while (_log.LastIndex < to)
            _log.Append(new LogEntry(_log.LastIndex + 1, 2, EntryKind.Command, 0, new Payload(new byte[1], 0, "")));
        _log.CommitTo(to);
        if (feed)
            Do(_ => _feed.FeedAll());
    }

    // A snapshot in slot 0 takes the place of the entries up to an index.
    private void Compact(long to)
    {
        Keep(slot: 0, lastIncluded: to, Chunk);
        EmptySlots();
        _log.CompactTo(to);
        Do(_ => _feed.FeedAll());
    }

    private TestProbe Subscribe(long fromIndex, int credits = 100)
    {
        var subscriber = CreateTestProbe();
        Do(_ => _feed.Subscribe(new Subscribe(fromIndex, subscriber, credits)));
        return subscriber;
    }

    private static IEnumerable<long> Indexes(TestProbe subscriber) =>
        subscriber.ExpectMsg<CommittedEntries>().Entries.Select(static entry => entry.Index);

    private sealed class FakePeer : IFeedingPeer
    {
        public int Considered { get; private set; }

        public string? WhySetAside { get; set; }

        public void ConsiderSnapshot() => Considered++;
    }
}
