using Akka.Actor;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;
using RaftActors.Tests.Membership;
using RaftActors.Tests.Replication;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Elections;

/// <summary>How a leader transfers its leadership, and whom it tells.</summary>
public sealed class LeadershipTransfersSpec
{
    private static readonly RaftSettings Settings = MembershipPeer.Settings;

    private readonly LeadingPeer _peer = new();
    private readonly LeadershipTransfers _transfers;

    public LeadershipTransfersSpec() =>
        _transfers = new LeadershipTransfers(Settings, _peer.Log, _peer.Configurations, Silent, _peer);

    [Fact]
    public void The_target_is_told_to_start_an_election_once_its_log_is_as_long_as_the_leaders()
    {
        Request("b");
        _peer.ProgressOf(B).Accepted(1, 2);
        _transfers.Continue();
        Assert.Empty(_peer.Sent);

        _peer.ProgressOf(B).Accepted(2, 2);
        _transfers.Continue();

        Assert.Equal([("host:2", new TimeoutNow(_peer.Header("store-b")))], _peer.Sent);
        Assert.True(_peer.Leading!.HandedOver);
        Assert.True(_transfers.IsTransferring);
    }

    [Fact]
    public void The_order_is_repeated_with_heartbeats_only()
    {
        Request("b");
        _peer.ProgressOf(B).Accepted(2, 2);
        _transfers.Continue();

        _transfers.Continue();
        Assert.Single(_peer.Sent);
        _transfers.Continue(again: true);

        Assert.Equal(2, _peer.Sent.Count);
    }

    [Fact]
    public void Proposals_that_only_this_leader_can_answer_are_waited_for_half_the_time()
    {
        _peer.UnansweredProposals = 1;
        _peer.ProgressOf(B).Accepted(2, 2);
        Request("b");
        Assert.Empty(_peer.Sent);

        _peer.Now = Settings.ElectionTimeoutMax / 2;
        _transfers.Continue();

        Assert.Single(_peer.Sent);
    }

    [Fact]
    public void The_requester_hears_that_the_target_leads()
    {
        Request("b");

        _transfers.OnLeader(B.Member);

        Assert.Equal([new LeadershipTransferred(B.Member, 5, 7)], _peer.Told);
        Assert.Empty(_peer.Timers);
        Assert.False(_transfers.IsTransferring);
    }

    [Fact]
    public void The_requester_hears_that_another_peer_was_elected()
    {
        Request("b");

        _transfers.OnLeader(C.Member);

        Assert.Equal(FailureReason.TransferTimedOut, Failure().Reason);
    }

    [Fact]
    public void A_target_that_does_not_take_over_in_time_is_given_up_and_the_leader_goes_on()
    {
        Request("b");
        Assert.Equal(Settings.ElectionTimeoutMax, _peer.Timers[LeadershipTransfers.TransferTimeout.Instance]);

        _transfers.OnTimeout();

        Assert.Equal(FailureReason.TransferTimedOut, Failure().Reason);
        Assert.Equal(1, _peer.TransfersGivenUp);
        Assert.False(_transfers.IsTransferring);
    }

    [Fact]
    public void Whoever_is_no_voter_cannot_lead()
    {
        Request("x");

        Assert.Equal(FailureReason.InvalidTarget, Failure().Reason);
        Assert.False(_transfers.IsTransferring);
    }

    [Fact]
    public void A_leader_that_is_asked_to_lead_leads()
    {
        _peer.Leader = A.Member;

        Request("a");

        Assert.Equal([new LeadershipTransferred(A.Member, 5, 7)], _peer.Told);
    }

    [Fact]
    public void There_is_one_transfer_at_a_time_and_a_request_without_a_target_joins_it()
    {
        Request("b");
        Request("c", correlationId: 8);
        Assert.Equal((FailureReason.TransferInProgress, 8), (Failure().Reason, Failure().CorrelationId));
        _peer.Told.Clear();

        Request(null, correlationId: 9);
        _transfers.OnLeader(B.Member);

        Assert.Equal(
            [new LeadershipTransferred(B.Member, 5, 7), new LeadershipTransferred(B.Member, 5, 9)], _peer.Told);
    }

    [Fact]
    public void Without_a_target_it_is_the_voter_that_has_most_of_the_log()
    {
        _peer.ProgressOf(B).Accepted(1, 1);
        _peer.ProgressOf(C).Accepted(2, 2);

        Request(null);

        Assert.Equal("host:3", Assert.Single(_peer.Sent).Address);
    }

    [Fact]
    public void A_voter_that_does_not_answer_is_no_successor()
    {
        _peer.Now = Settings.ElectionTimeoutMax;

        Request(null);

        Assert.Equal(FailureReason.InvalidTarget, Failure().Reason);
        Assert.False(_transfers.TryHandOver());
    }

    [Fact]
    public void Before_a_stop_the_leadership_is_transferred_and_the_answer_comes_when_all_have_heard_of_the_next_leader()
    {
        _transfers.PrepareToStop(ActorRefs.Nobody);
        Assert.True(_transfers.IsStopping);
        _transfers.OnLeader(B.Member);
        Assert.Empty(_peer.Told);
        Assert.Equal(Settings.HeartbeatInterval, _peer.Timers[LeadershipTransfers.StopAnswerDue.Instance]);

        _transfers.AnswerReadyToStop();
        _transfers.AnswerReadyToStop();

        Assert.Equal([new ReadyToStop(HasHandedOver: true)], _peer.Told);
    }

    [Fact]
    public void A_peer_that_does_not_lead_can_be_stopped_at_once()
    {
        _peer.Leading = null;

        _transfers.PrepareToStop(ActorRefs.Nobody);

        Assert.Equal([new ReadyToStop(HasHandedOver: false)], _peer.Told);
        Assert.True(_transfers.IsStopping);
    }

    [Fact]
    public void A_leader_that_cannot_serve_well_does_not_try_to_go_again_at_once()
    {
        var pause = TimeSpan.FromSeconds(1);
        Assert.True(_transfers.TryHandOver(pause));
        _transfers.OnTimeout();

        Assert.False(_transfers.TryHandOver(pause));
        _peer.Now = pause;

        Assert.True(_transfers.TryHandOver(pause));
    }

    // The disk of this leader had stalled. It leads again later, and its replica turns out to be wrong.
    [Fact]
    public void A_leader_that_must_go_soon_does_not_wait_as_long_as_one_that_may_go_later()
    {
        var (soon, later) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.True(_transfers.TryHandOver(later));
        _transfers.OnTimeout();
        _peer.Now = soon;

        Assert.False(_transfers.TryHandOver(later));
        Assert.True(_transfers.TryHandOver(soon));
    }

    [Fact]
    public void A_leader_that_ends_tells_the_voter_with_the_longest_log()
    {
        _peer.ProgressOf(C).Accepted(1, 1);

        _transfers.TransferAtLast();

        Assert.Equal([("host:3", new TimeoutNow(_peer.Header("store-c")))], _peer.Sent);
        Assert.False(_transfers.IsTransferring);
    }

    [Fact]
    public void Whoever_waits_for_a_transfer_hears_that_the_peer_ends()
    {
        Request("b");

        _transfers.FailRequests("It ends.");

        Assert.Equal("It ends.", Failure().Message);
    }

    // ---- So that each node leads its share of many groups

    [Fact]
    public void The_leadership_moves_to_a_voter_that_would_lead_as_well()
    {
        KeepUp(B);
        Assert.True(_transfers.MayMoveTo(FollowerOf(B)));

        _transfers.MoveTo(FollowerOf(B));

        Assert.Equal("host:2", Assert.Single(_peer.Sent).Address);
        Assert.True(_transfers.IsTransferring);
        KeepUp(C);
        Assert.False(_transfers.MayMoveTo(FollowerOf(C)));
    }

    [Fact]
    public void The_leadership_does_not_move_to_a_voter_that_lags_or_is_silent()
    {
        Assert.False(_transfers.MayMoveTo(FollowerOf(B)));
        KeepUp(B);
        _peer.ProgressOf(C).Accepted(1, 1);
        Assert.False(_transfers.MayMoveTo(FollowerOf(C)));

        _peer.Now = Settings.ElectionTimeoutMax;

        Assert.False(_transfers.MayMoveTo(FollowerOf(B)));
    }

    [Fact]
    public void The_leadership_does_not_move_while_any_member_is_sent_a_snapshot()
    {
        KeepUp(B);
        _peer.ProgressOf(C).SendsSnapshot();
        Assert.False(_transfers.MayMoveTo(FollowerOf(B)));

        _peer.ProgressOf(C).SnapshotEnded(2);

        Assert.True(_transfers.MayMoveTo(FollowerOf(B)));
    }

    [Fact]
    public void The_leadership_does_not_move_from_a_peer_that_is_about_to_stop()
    {
        KeepUp(B);
        _peer.Leading = null;
        _transfers.PrepareToStop(ActorRefs.Nobody);
        _peer.Leading = Leaders.Of(_peer.Configurations.Latest, lastIndex: 1);
        KeepUp(B);

        Assert.False(_transfers.MayMoveTo(FollowerOf(B)));
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(5, 5, 0, true)]
    [InlineData(5, 0, 0, false)]
    [InlineData(0, 5, 0, false)]
    [InlineData(0, 0, 5, false)]
    public void The_leadership_moves_only_between_voters_of_the_highest_priority(int a, int b, int c, bool moves)
    {
        _peer.AppendConfiguration(new Configuration(
            [A with { Priority = a }, B with { Priority = b }, C with { Priority = c }]));
        _peer.Commit();
        KeepUp(B);

        Assert.Equal(moves, _transfers.MayMoveTo(FollowerOf(B)));
    }

    [Fact]
    public void The_leadership_is_not_soon_moved_again_to_a_voter_that_did_not_take_it()
    {
        KeepUp(B);
        _transfers.MoveTo(FollowerOf(B));
        _transfers.OnTimeout();
        Assert.False(_transfers.MayMoveTo(FollowerOf(B)));

        _peer.Now = 5 * Settings.ElectionTimeoutMax;
        KeepUp(B);

        Assert.True(_transfers.MayMoveTo(FollowerOf(B)));
    }

    private Follower FollowerOf(Server server) => _peer.Leading!.Find(server.Id)!;

    private void KeepUp(Server server)
    {
        var progress = _peer.ProgressOf(server);
        progress.Accepted(_peer.Log.LastIndex, _peer.Log.LastIndex);
        progress.Heard(_peer.Now, 0);
    }

    private void Request(string? target, long correlationId = 7) =>
        _transfers.Request(target, new TransferRequest.OfActor(ActorRefs.Nobody, correlationId));

    private TransferFailed Failure() => Assert.IsType<TransferFailed>(Assert.Single(_peer.Told));
}
