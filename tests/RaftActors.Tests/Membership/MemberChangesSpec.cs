using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Requests;
using RaftActors.Tests.Replication;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>How a leader changes the members: by joint consensus, one change at a time.</summary>
public sealed class MemberChangesSpec
{
    private static readonly RaftSettings Settings = MembershipPeer.Settings;
    private static readonly Server D = new("d", "host:4", "store-d");

    private readonly LeadingPeer _peer = new();
    private readonly MemberChanges _changes;

    public MemberChangesSpec() =>
        _changes = new MemberChanges(Settings, _peer.Log, _peer.Configurations, Silent, _peer);

    private Configuration Latest => _peer.Configurations.Latest;

    // ---- What is asked for

    [Fact]
    public void What_is_so_already_is_answered_at_once()
    {
        Request(A, B, C);

        Assert.Equal([new Proposed(1, 5, null, 7)], _peer.Told);
        Assert.False(_changes.IsUnderWay);
    }

    [Fact]
    public void Of_two_changes_the_second_is_refused()
    {
        Request(A, B);

        Request(A, C);

        Assert.Equal(FailureReason.ChangeUnderWay, Failure());
    }

    [Fact]
    public void A_leader_that_is_about_to_go_begins_no_change()
    {
        _peer.IsTransferring = true;

        Request(A, B);

        Assert.Equal(FailureReason.ChangeUnderWay, Failure());
        Assert.Equal(1, _peer.Configurations.LatestIndex);
    }

    // Otherwise two leaders could each append a configuration, neither of which the other knows.
    [Fact]
    public void A_leader_begins_no_change_before_an_entry_of_its_own_is_committed()
    {
        _peer.Leading = Leaders.Of(Latest, lastIndex: 2);

        Request(A, B);

        Assert.Equal(FailureReason.ChangeUnderWay, Failure());
        Assert.False(_changes.IsUnderWay);
    }

    [Fact]
    public void What_is_no_change_of_members_is_refused()
    {
        _changes.Request(new(new byte[] { 1, 2, 3 }, 0, ""), new Proposer(ActorRefs.Nobody, 7));

        Assert.Equal(FailureReason.InvalidMembers, Failure());
    }

    // ---- Joint consensus

    [Fact]
    public void A_joint_configuration_is_left_once_it_is_committed_and_the_requester_hears_of_the_new_one()
    {
        Request(A, B);
        Assert.True(Latest.IsJoint);
        _changes.LeaveJoint();
        Assert.True(Latest.IsJoint);

        Commit();
        Assert.Empty(_peer.Told);
        _changes.LeaveJoint();
        Assert.Equal(new Configuration([A, B]), Latest);
        Assert.Empty(_peer.Told);
        Commit();

        Assert.Equal([new Proposed(4, 5, null, 7)], _peer.Told);
        Assert.False(_changes.IsUnderWay);
    }

    [Fact]
    public void A_new_voter_catches_up_as_a_learner_before_it_has_a_vote()
    {
        Request(A, B, C, D);
        Assert.Equal("d", Latest.Learners[0].Id);
        Commit();
        _peer.AppendConfiguration(Latest.Binding("d", "store-d"));
        Commit();

        _changes.Continue();
        Assert.False(Latest.IsJoint);
        _peer.ProgressOf(D).Accepted(4, 4);
        _changes.Continue();

        Assert.True(Latest.IsJoint);
        Assert.True(Latest.IsIncomingVoter("d"));
        Assert.True(_changes.IsUnderWay);
    }

    [Fact]
    public void A_new_voter_that_stays_silent_is_given_up_and_the_voters_stay_as_they_were()
    {
        Request(A, B, C, D);
        Commit();

        _peer.Now = Settings.CatchUpTimeout;
        _changes.Continue();

        Assert.Equal(FailureReason.NotCaughtUp, Failure());
        Assert.False(Latest.IsVoter("d"));
        Assert.False(_changes.IsUnderWay);
    }

    [Fact]
    public void A_new_voter_that_belongs_to_another_group_ends_the_change()
    {
        Request(A, B, C, D);

        _changes.OnForeign(Of(C) with { Address = "host:9" }, "It is another.");
        Assert.True(_changes.IsUnderWay);
        _changes.OnForeign(Of(D), "It is another.");

        Assert.Equal(FailureReason.ForeignGroup, Failure());
    }

    [Fact]
    public void A_leader_that_is_no_new_voter_first_hands_over_and_if_that_fails_completes_the_change_itself()
    {
        Request(B, C);
        Commit();
        _peer.HasSuccessor = true;

        _changes.LeaveJoint();
        Assert.Equal(1, _peer.HandOvers);
        Assert.True(Latest.IsJoint);
        _changes.LeaveJoint();

        Assert.Equal(1, _peer.HandOvers);
        Assert.Equal(new Configuration([B, C]), Latest);
    }

    // ---- When the leadership ends

    [Fact]
    public void While_new_voters_catch_up_a_lost_leadership_leaves_the_outcome_unknown()
    {
        Request(A, B, C, D);

        _changes.OnLeadershipLost();

        Assert.Equal(FailureReason.OutcomeUnknown, Failure());
    }

    [Fact]
    public void What_is_in_the_log_may_still_be_completed_by_another_leader()
    {
        Request(A, B);
        _peer.Leading = null;
        _changes.OnLeadershipLost();
        Assert.Empty(_peer.Told);
        Assert.Equal(Settings.ForwardTimeout, _peer.Timers[MemberChanges.Timeout.Instance]);

        _changes.OnCommitted(9, new Configuration([A, B, C]));

        Assert.Equal(FailureReason.OutcomeUnknown, Failure());
    }

    [Fact]
    public void The_requester_does_not_wait_for_ever_for_another_leader()
    {
        Request(A, B);
        _changes.OnLeadershipLost();

        _changes.OnTimeout();

        Assert.Equal(FailureReason.OutcomeUnknown, Failure());
    }

    [Fact]
    public void A_change_that_other_entries_replace_is_given_up()
    {
        Request(A, B);
        _changes.OnLogTruncated(3);
        Assert.True(_changes.IsUnderWay);

        _changes.OnLogTruncated(2);

        Assert.Equal(FailureReason.OutcomeUnknown, Failure());
    }

    [Fact]
    public void A_leader_that_was_to_be_removed_and_is_has_done_what_was_asked()
    {
        Request(B, C);
        _changes.OnRemoved(3);
        Assert.Empty(_peer.Told);

        _changes.OnRemoved(4);

        Assert.Equal([new Proposed(4, 5, null, 7)], _peer.Told);
    }

    private void Request(params Server[] voters)
    {
        var change = new MemberChange([.. voters.Select(static voter => voter.Member)], [], ExpectedIndex: 0);
        _changes.Request(change.ToPayload(), new Proposer(ActorRefs.Nobody, 7));
    }

    private void Commit()
    {
        _peer.Commit();
        _changes.OnCommitted(_peer.Configurations.LatestIndex, Latest);
    }

    private FailureReason Failure() => Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told)).Reason;
}
