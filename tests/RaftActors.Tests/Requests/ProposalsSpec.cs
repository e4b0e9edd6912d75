using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Requests;
using RaftActors.Sessions;
using RaftActors.Tests.Replication;

namespace RaftActors.Tests.Requests;

/// <summary>What a leader does with proposals: each is answered exactly once.</summary>
public sealed class ProposalsSpec
{
    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "host:1")],
        MaxPendingProposals = 3,
        MaxEntryBytes = 100,
    };

    private readonly RequestPeer _peer = new() { Leading = Leaders.OfTwo() };
    private readonly Forwarding _forwarding;
    private readonly Proposals _proposals;

    public ProposalsSpec()
    {
        _forwarding = new Forwarding(Settings, new PendingReads(Settings, new RaftLog(), _peer), firstId: 100, _peer);
        _proposals = new Proposals(Settings, new RaftLog(), _forwarding, _peer);
    }

    [Fact]
    public void A_proposal_is_appended_at_once_and_answered_when_it_is_applied()
    {
        Propose(1);
        Propose(2);
        Assert.Equal(2, _peer.Appended.Count);
        Assert.Empty(_peer.Told);

        _proposals.AnswerApplied(2, ["one", "two"]);

        Assert.Equal([new Proposed(1, 5, "one", 1), new Proposed(2, 5, "two", 2)], _peer.Told);
        Assert.Equal(0, _proposals.Appended);
    }

    [Fact]
    public void A_proposal_that_is_answered_when_it_is_appended_is_not_answered_again()
    {
        Propose(1, replyWhenAppended: true);
        Propose(2, replyWhenAppended: true);

        _proposals.AnswerApplied(1, ["one"]);
        _proposals.FailAppended("The leader lost its leadership.");

        Assert.Equal([new Proposed(1, 5, null, 1), new Proposed(2, 5, null, 2)], _peer.Told);
    }

    [Fact]
    public void What_is_in_the_log_of_a_leader_that_lost_its_leadership_has_an_unknown_outcome()
    {
        Propose(1);

        _proposals.FailAppended("The leader lost its leadership.");

        var failed = Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told));
        Assert.Equal(FailureReason.OutcomeUnknown, failed.Reason);
    }

    [Fact]
    public void A_response_that_is_lost_leaves_the_outcome_unknown_and_the_next_ones_come()
    {
        Propose(1);
        Propose(2);

        _proposals.AnswerApplied(2, ["two"]);

        Assert.Equal(FailureReason.OutcomeUnknown, Assert.IsType<ProposalFailed>(_peer.Told[0]).Reason);
        Assert.Equal(new Proposed(2, 5, "two", 2), _peer.Told[1]);
    }

    [Fact]
    public void What_a_session_says_is_answered_instead_of_a_response()
    {
        Propose(1);
        Propose(2);

        var before = new EntryOutcome.AppliedBefore(7, 3, "before");
        _proposals.AnswerApplied(2, [before, new EntryOutcome.Refused(FailureReason.SessionExpired, "why")]);

        Assert.Equal(new Proposed(7, 3, "before", 1), _peer.Told[0]);
        Assert.Equal(new ProposalFailed(FailureReason.SessionExpired, "why", null, 2), _peer.Told[1]);
    }

    [Fact]
    public void Proposals_beyond_the_limits_are_refused_and_what_earlier_leaders_left_counts()
    {
        _peer.Leading = Leaders.Of(Configuration.None, lastIndex: 2, uncommitted: 2);
        Propose(1, size: 101);
        Propose(2);
        Propose(3);

        Assert.Equal(
            [FailureReason.TooLarge, FailureReason.Overloaded],
            _peer.Told.Cast<ProposalFailed>().Select(static failed => failed.Reason));
        Assert.Single(_peer.Appended);
    }

    [Fact]
    public void During_a_transfer_proposals_wait_and_are_appended_if_the_leader_stays()
    {
        _peer.IsTransferring = true;
        Propose(1);
        Assert.Empty(_peer.Appended);

        _peer.IsTransferring = false;
        _proposals.ReleaseHeld();

        Assert.Single(_peer.Appended);
        Assert.Empty(_peer.Told);
    }

    [Fact]
    public void After_a_transfer_what_waited_goes_to_the_next_leader_and_back_to_the_peers_that_forwarded()
    {
        _peer.IsTransferring = true;
        Propose(1);
        var other = new PeerHeader("host:3", "group", "c", "store-c", 5);
        _proposals.Propose(Command(1), new Proposer(other, 9));

        (_peer.IsTransferring, _peer.Leading, _peer.Leader) = (false, null, new Member("b", "host:2"));
        _proposals.ReleaseHeld();
        _forwarding.SendWaiting();

        Assert.Equal(FailureReason.NotLeader, Assert.IsType<ForwardReply>(_peer.Sent[0].Message).Failure);
        Assert.Equal("host:2", _peer.Sent[1].Address);
        Assert.IsType<ForwardProposal>(_peer.Sent[1].Message);
        Assert.Empty(_peer.Told);
    }

    [Fact]
    public void The_limits_of_a_session_are_those_of_the_leader()
    {
        var theirs = new SessionChange(new SessionLimits(1, 1, 1, 1), false).ToPayload();

        var opening = new ProposedEntry(EntryKind.Session, theirs, null, false);
        _proposals.Propose(opening, new Proposer(ActorRefs.Nobody, 1));

        var own = new SessionChange(Settings.SessionLimits, false).ToPayload();
        Assert.Equal(own.Bytes.ToArray(), Assert.Single(_peer.Appended).Payload.Bytes.ToArray());
    }

    private static ProposedEntry Command(int size, bool replyWhenAppended = false) =>
        new(EntryKind.Command, new Payload(new byte[size], 0, ""), null, replyWhenAppended);

    private void Propose(long correlationId, int size = 1, bool replyWhenAppended = false) =>
        _proposals.Propose(Command(size, replyWhenAppended), new Proposer(ActorRefs.Nobody, correlationId));
}
