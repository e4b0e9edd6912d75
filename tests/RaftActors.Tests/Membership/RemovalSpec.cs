using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Tests.Log;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>How a member learns that it was removed, and stops.</summary>
public sealed class RemovalSpec
{
    private readonly MembershipPeer _peer = new();
    private readonly RaftLog _log = Logs.Of(5, 5, 5);
    private readonly Removal _removal;

    public RemovalSpec()
    {
        var addresses = new MemberAddresses(
            Settings, _peer.Configurations, new RememberedStores(_peer.Configurations), Silent);
        _removal = new Removal(Settings, _log, _peer.Configurations, addresses, Silent, _peer);
    }

    [Fact]
    public void Only_a_peer_that_no_configuration_names_is_told_that_it_was_removed()
    {
        _log.CommitTo(1);
        _removal.Tell(Of(B));
        _peer.Configurations.Append(2, new Configuration([A, C]));
        _removal.Tell(Of(B));
        Assert.Empty(_peer.Sent);

        _log.CommitTo(2);
        _removal.Tell(Of(B));

        Assert.Equal([("host:2", new MemberRemoved(_peer.Header("store-b"), 2))], _peer.Sent);
    }

    [Fact]
    public void A_peer_that_lags_behind_does_not_remove_a_member_that_was_added_since()
    {
        _removal.OnTold(new MemberRemoved(Of(B), 1));
        Assert.False(_removal.IsKnown);

        _removal.OnTold(new MemberRemoved(Of(B), 2));

        Assert.True(_removal.IsKnown);
        Assert.Equal(2, _peer.StoppedSince);
    }

    [Fact]
    public void A_member_that_was_just_added_is_not_removed_before_it_has_read_so()
    {
        _peer.Configurations.Reset(0, Configuration.None);

        _removal.OnTold(new MemberRemoved(Of(B), 2));

        Assert.False(_removal.IsKnown);
    }

    [Fact]
    public void A_removed_member_waits_for_the_answers_that_it_owes_but_not_for_ever()
    {
        _peer.OwesAnswers = true;
        _removal.Begin(2);
        Assert.Null(_peer.StoppedSince);
        Assert.Single(_peer.Timers);

        _peer.Now = Settings.ElectionTimeoutMax;
        _removal.OnTimeout();

        Assert.Equal(2, _peer.StoppedSince);
    }

    [Fact]
    public void A_member_that_is_added_again_meanwhile_stays()
    {
        _peer.OwesAnswers = true;
        _removal.Begin(2);

        _peer.Configurations.Append(3, new Configuration([A, B]));
        _removal.OnTimeout();

        Assert.False(_removal.IsKnown);
        Assert.Null(_peer.StoppedSince);
    }

    [Fact]
    public void A_member_that_hears_nothing_asks_all_others_whether_it_is_one()
    {
        _removal.AskForMembership();

        Assert.Equal(["host:2", "host:3"], _peer.Sent.Select(static sent => sent.Address));
        Assert.All(_peer.Sent, static sent => Assert.IsType<Introduce>(sent.Message));
    }
}
