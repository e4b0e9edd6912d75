using RaftActors.Membership;
using RaftActors.Protocol;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>Where members are: by the log, and where they were heard.</summary>
public sealed class MemberAddressesSpec
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ConfigurationHistory _configurations = new MembershipPeer().Configurations;
    private readonly RememberedStores _stores;
    private readonly MemberAddresses _addresses;

    public MemberAddressesSpec()
    {
        _stores = new RememberedStores(_configurations);
        _addresses = new MemberAddresses(Settings, _configurations, _stores, Silent);
    }

    [Fact]
    public void A_member_is_where_it_was_heard_last_with_its_own_store()
    {
        Assert.Equal("host:2", _addresses.Of(B));

        Assert.True(_addresses.Note(At("host:9"), Second));

        Assert.Equal("host:9", _addresses.Of(B));
        Assert.Equal(["host:9", "host:2"], _addresses.AllOf(B));
        Assert.Equal("host:9", _addresses.Moved().Find("b")!.Address);
    }

    [Fact]
    public void A_member_may_be_where_another_peer_has_heard_it()
    {
        _stores.Learn("store-b", 2, "host:8", "store-a");

        Assert.Equal("host:2", _addresses.Of(B));
        Assert.Equal(["host:2", "host:8"], _addresses.AllOf(B));
    }

    [Fact]
    public void A_node_with_another_store_does_not_move_the_member()
    {
        Assert.True(_addresses.Note(At("host:9") with { StoreId = "store-x" }, Second));

        Assert.Equal("host:2", _addresses.Of(B));
        Assert.Same(_configurations.Latest, _addresses.Moved());
    }

    [Fact]
    public void A_second_node_with_the_same_store_does_not_take_the_place_of_one_that_is_heard()
    {
        _addresses.Note(At("host:2"), Second);

        Assert.False(_addresses.Note(At("host:9"), 2 * Second));
        Assert.Null(_addresses.AddressBesideRival("b"));
        Assert.True(_addresses.Note(At("host:2"), 2 * Second));

        Assert.Equal("host:2", _addresses.Of(B));
        Assert.Equal("host:2", _addresses.AddressBesideRival("b"));
    }

    [Fact]
    public void A_member_moves_once_it_is_silent_at_its_former_address()
    {
        _addresses.Note(At("host:2"), Second);

        Assert.True(_addresses.Note(At("host:9"), Second + Settings.ElectionTimeoutMax));

        Assert.Equal("host:9", _addresses.Of(B));
    }

    [Fact]
    public void An_address_at_which_another_member_is_is_not_recorded()
    {
        _addresses.Note(At("host:3"), Second);

        Assert.Same(_configurations.Latest, _addresses.Moved());
    }

    [Fact]
    public void A_member_that_moved_is_told_where_the_leader_is()
    {
        var leader = new Member("c", "host:3");

        Assert.Equal("host:3", _addresses.LeaderFor(At("host:9"), leader));
        Assert.Equal("", _addresses.LeaderFor(At("host:2"), leader));
        Assert.Equal("", _addresses.LeaderFor(At("host:9"), new Member("a", "host:1")));
        Assert.Equal("", _addresses.LeaderFor(At("host:9"), null));
    }

    private static PeerHeader At(string address) => Of(B) with { Address = address };
}
