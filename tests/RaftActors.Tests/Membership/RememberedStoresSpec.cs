using RaftActors.Membership;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>What a peer remembers of stores, and what of that is durable.</summary>
public sealed class RememberedStoresSpec
{
    private readonly RememberedStores _stores = new(new MembershipPeer().Configurations);

    [Fact]
    public void A_later_incarnation_is_news_and_worth_a_write()
    {
        Assert.True(_stores.Learn("store-b", 2, "host:2", "store-a"));
        Assert.False(_stores.IsDurable);
        Assert.False(_stores.Learn("store-b", 2, "host:2", "store-a"));
        Assert.False(_stores.Learn("store-b", 1, "host:2", "store-a"));

        Assert.Equal([new StoreRecord("store-b", 2, Address: "host:2")], _stores.Take());
        Assert.False(_stores.IsDurable);
        _stores.Written();

        Assert.True(_stores.IsDurable);
    }

    [Fact]
    public void What_changes_during_a_write_is_durable_with_the_next()
    {
        _stores.Learn("store-b", 2, "host:2", "store-a");
        _stores.Take();
        _stores.Learn("store-c", 3, "host:3", "store-a");

        _stores.Written();

        Assert.False(_stores.IsDurable);
        Assert.Equal(
            [new StoreRecord("store-b", 2, Address: "host:2"), new StoreRecord("store-c", 3, Address: "host:3")],
            _stores.Take());
    }

    [Fact]
    public void What_a_store_has_confirmed_is_written_along_but_is_worth_no_write_of_its_own()
    {
        _stores.Recover([new StoreRecord("store-b", 2)], "store-a");
        _stores.Confirmed("store-b", 5, 9, 2);
        _stores.Confirmed("store-b", 5, 8, 2);
        _stores.Confirmed("store-b", 4, 20, 2);

        Assert.True(_stores.IsDurable);
        Assert.Equal([new StoreRecord("store-b", 2, 5, 9)], _stores.Take());
        Assert.Null(_stores.Take());
        Assert.True(_stores.TakeUntold());
        Assert.False(_stores.TakeUntold());
    }

    [Fact]
    public void The_stores_of_former_members_are_forgotten()
    {
        _stores.Recover([new StoreRecord("store-b", 2), new StoreRecord("store-x", 7)], "store-a");

        _stores.KeepMembers("store-a");

        Assert.Equal(["store-b"], _stores.Known.Ids);
    }

    [Fact]
    public void Only_a_peer_that_may_know_other_stores_is_told_all()
    {
        _stores.SetOwn("store-a", 1, "host:1");

        Assert.Empty(_stores.Unlike(_stores.Known.Digest));
        Assert.Single(_stores.Unlike(_stores.Known.Digest + 1));
    }

    [Theory]
    [InlineData(5, 9, false)]
    [InlineData(5, 8, true)]
    [InlineData(4, 20, true)]
    public void A_store_was_set_back_if_it_starts_with_less_than_it_had_confirmed(long term, long index, bool isSetBack)
    {
        _stores.Learn("store-b", Incarnations.Next(0, new Random(1)), "host:2", "store-a");
        long next = Incarnations.Next(_stores.Known.IncarnationOf("store-b"), new Random(2));
        _stores.Confirmed("store-b", 5, 9, _stores.Known.IncarnationOf("store-b"));

        Assert.Equal(isSetBack, _stores.IsNewlySetBack("store-b", next, (term, index), out string had));

        Assert.Equal(isSetBack, had.Contains("up to 9 in term 5", StringComparison.Ordinal));
        Assert.False(_stores.IsNewlySetBack("store-b", next, (term, index), out _));
    }

    // The question may be older than the confirmation: its peer asks for long, or the network is slow.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_asking_incarnation_may_have_confirmed_itself_is_no_loss(bool isFirstOfAnother)
    {
        long own = Incarnations.Next(0, new Random(1));
        _stores.Learn("store-b", own, "host:2", "store-a");
        _stores.Confirmed(new StoreRecord("store-b", own, ConfirmedTerm: 5, ConfirmedIndex: 9));
        long asking = isFirstOfAnother ? Incarnations.Next(own, new Random(2)) : own;

        Assert.Equal(isFirstOfAnother, _stores.IsNewlySetBack("store-b", asking, (5, 8), out _));
    }

    [Fact]
    public void A_store_was_set_back_if_a_later_start_than_its_last_is_remembered()
    {
        long first = Incarnations.Next(0, new Random(1));
        _stores.Learn("store-b", Incarnations.Next(first, new Random(2)), "host:2", "store-a");

        Assert.True(_stores.IsNewlySetBack("store-b", first, (5, 9), out string had));
        Assert.Equal("it was started since, at host:2", had);
    }
}
