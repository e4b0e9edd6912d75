using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>Which messages of other peers count.</summary>
public sealed class MessageFilterSpec : PeerPartsSpec
{
    private readonly RememberedStores _stores;
    private readonly MessageFilter _filter;

    public MessageFilterSpec(ITestOutputHelper output)
        : base(output)
    {
        var (log, configurations) = (Peer.Log, Peer.Configurations);
        _stores = new RememberedStores(configurations);
        var ownStore = new OwnStore(
            Settings, new Random(1), log, configurations, _stores, Addresses, Problems, Peer);
        var introductions = new Introductions(
            Settings, log, configurations, _stores, ownStore, Addresses, Silent, Peer);
        _filter = new MessageFilter(
            Settings, log, Identity, Addresses, introductions, PeerWatch, new FrameSizes(1000), Silent, Peer);
    }

    [Fact]
    public void What_a_member_says_to_this_store_counts()
    {
        Assert.True(_filter.Accept(Reply()));
        Assert.True(_filter.Accept(Vote));

        Assert.Equal(0, _filter.Dropped);
        Assert.Empty(Peer.Sent);
    }

    [Fact]
    public void A_message_for_another_group_does_not_count() =>
        AssertDropped(Vote with { Header = Of(B) with { Group = "other" } });

    [Fact]
    public void A_message_without_a_whole_header_does_not_count()
    {
        AssertDropped(Vote with { Header = Of(B) with { MemberId = "" } });
        AssertDropped(Vote with { Header = Of(B) with { StoreId = "" } });
        AssertDropped(Vote with { Header = Of(B) with { Address = "" } });
        AssertDropped(Vote with { Header = Of(B) with { Term = -1 } });
    }

    [Fact]
    public void A_message_of_a_second_node_with_the_peers_own_name_does_not_count() =>
        AssertDropped(Vote with { Header = Of(A) with { Address = "host:9" } });

    [Fact]
    public void An_impossible_message_does_not_count() =>
        AssertDropped(Vote with { LastLogIndex = -1 });

    [Fact]
    public void Whoever_is_of_another_group_is_told_so()
    {
        Peer.HardState = Peer.HardState with { GroupId = "own" };

        AssertDropped(Vote with { Header = Of(B) with { GroupId = "other" } });

        var refusal = Assert.IsType<ContactRefused>(Assert.Single(Peer.Sent).Message);
        Assert.Equal(RefusalReason.AnotherGroup, refusal.Reason);
        Assert.Equal("b", Assert.Single(Identity.RecentForeigners()).MemberId);
    }

    // Otherwise two peers that refuse each other would go on and on.
    [Fact]
    public void A_refusal_is_not_answered()
    {
        Peer.HardState = Peer.HardState with { GroupId = "own" };
        var header = Of(B) with { GroupId = "other", ToStoreId = "store-a" };

        Assert.False(_filter.Accept(new ContactRefused(header, RefusalReason.AnotherGroup)));

        Assert.Empty(Peer.Sent);
        Assert.Equal(0, _filter.Dropped);
    }

    [Fact]
    public void An_answer_to_the_store_that_was_there_before_does_not_count()
    {
        AssertDropped(Reply() with { Header = Of(B) with { ToStoreId = "store-before" } });

        Assert.Empty(Peer.Sent);
    }

    [Fact]
    public void A_leader_that_means_the_store_before_learns_which_one_is_there_now()
    {
        var append = new AppendEntries(
            Of(B) with { ToStoreId = "store-before" }, 9, 5, 0, 0, EntryBatch.Empty);

        AssertDropped(append);

        var rejection = new AppendEntriesReply(Peer.Header("store-b"), false, 0, 0, 0, default, 0);
        Assert.Equal([("host:2", rejection)], Peer.Sent);
        Assert.True(_filter.Accept(append with { Header = Of(B) }));
    }

    [Fact]
    public void A_follower_cannot_have_accepted_what_its_leader_has_not_sent()
    {
        AssertDropped(Reply() with { AcceptedIndex = 3 });
        AssertDropped(Reply() with { ReadContext = 1 });

        Peer.Leading = null;
        Assert.True(_filter.Accept(Reply() with { AcceptedIndex = 3 }));
    }

    [Fact]
    public void What_a_former_incarnation_of_a_store_says_does_not_count()
    {
        _stores.Learn("store-b", 2, "host:2", "store-a");

        AssertDropped(Vote with { Header = Of(B, incarnation: 1) });
        Assert.True(_filter.Accept(Vote with { Header = Of(B, incarnation: 2) }));
    }

    [Fact]
    public void A_second_node_with_the_store_of_a_member_is_refused_once_both_are_known_to_run()
    {
        Assert.True(_filter.Accept(Vote));
        AssertDropped(Vote with { Header = Of(B) with { Address = "host:9" } });
        Assert.Empty(Peer.Sent);
        Assert.True(_filter.Accept(Vote));

        AssertDropped(Vote with { Header = Of(B) with { Address = "host:9" } });

        var (address, message) = Assert.Single(Peer.Sent);
        var refusal = Assert.IsType<ContactRefused>(message);
        Assert.Equal(("host:9", RefusalReason.StoreInUse, "host:2"), (address, refusal.Reason, refusal.OtherAddress));
    }

    [Fact]
    public void What_others_take_at_most_is_kept()
    {
        _filter.Accept(Vote with { Header = Of(B) with { MaximumFrameSize = 500 } });

        Assert.Equal(500, _filter.FrameSizes.Others["b"]);
    }

    private static RequestVote Vote => new(Of(B), 2, 5, false, false, null);

    private static AppendEntriesReply Reply() =>
        new(Of(B) with { ToStoreId = "store-a" }, true, 2, 2, 0, default, 0);

    private void AssertDropped(PeerMessage message)
    {
        long before = _filter.Dropped;
        Assert.False(_filter.Accept(message));
        Assert.Equal(before + 1, _filter.Dropped);
    }
}
