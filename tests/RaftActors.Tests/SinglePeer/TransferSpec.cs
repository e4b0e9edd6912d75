using Akka.Actor;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Leadership handed over on purpose, as one peer sees it.</summary>
public sealed class TransferSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private static readonly HardState InTerm1 = new(1, null, null);

    [Fact]
    public void A_target_that_is_up_to_date_is_told_at_once_and_whoever_asked_learns_that_it_leads()
    {
        StartAsLeader();

        Peer.Tell(new TransferLeadership("b", CorrelationId: 7), TestActor);
        Assert.Equal(2, B.Expect<TimeoutNow>().Term);
        Assert.True(AskForVote(B, 3, 3, 2, transfer: true));
        B.Append(3, 3, 2, 3, Command(4, 3));

        Assert.Equal(("b", 3, 7),
            ExpectMsg<LeadershipTransferred>() is var answer ? (answer.Leader.Id, answer.Term,
            answer.CorrelationId) : default);
    }

    [Fact]
    public void Proposals_wait_during_a_transfer_and_are_appended_when_it_is_given_up()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);
        B.Expect<TimeoutNow>();

        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 5), TestActor);
        Assert.Equal(3, Status().LastIndex);
        AdvanceUntil(() =>
        {
            C.Accept(3, 2);
            B.Accept(Status().LastIndex, 2);
            return Status().LastIndex == 4;
        });
        B.Accept(4, 2);

        Assert.Equal(FailureReason.TransferTimedOut, ExpectMsg<TransferFailed>().Reason);
        Assert.Equal((4, 5),
            ExpectMsg<Proposed>() is var proposed ? (proposed.Index, proposed.CorrelationId) : default);
    }

    [Fact]
    public void Proposals_that_waited_during_a_transfer_go_on_to_the_new_leader()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);
        B.Expect<TimeoutNow>();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        C.Say(header => new ForwardProposal(header, 9, new Payload(new byte[] { 2 }, 0, ""), false), 2);

        B.Say(header => new RequestVote(header, 3, 2, false, true, null), 3);
        Assert.Equal((9, FailureReason.NotLeader),
            C.Expect<ForwardReply>() is var reply ? (reply.RequestId, reply.Failure) : default);
        B.Append(3, 3, 2, 3, Command(4, 3));

        Assert.Equal(new byte[] { 1 }, B.Expect<ForwardProposal>().Command.Bytes.ToArray());
    }

    [Fact]
    public void A_lost_order_is_repeated_with_the_heartbeats()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);
        B.Expect<TimeoutNow>();

        Advance(50);

        B.Expect<TimeoutNow>();
    }

    [Fact]
    public void Without_a_target_the_one_that_has_most_of_the_log_is_chosen()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended), TestActor);
        ExpectMsg<Proposed>();
        C.Accept(4, 2);

        Peer.Tell(new TransferLeadership(), TestActor);

        C.Expect<TimeoutNow>();
        B.ExpectNone<TimeoutNow>();
    }

    [Fact]
    public void Answers_of_proposals_are_waited_for_but_not_forever()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 1), TestActor);
        B.Accept(4, 2);
        C.ExpectNone<TimeoutNow>();
        Peer.Tell(new TransferLeadership("b"), TestActor);
        B.ExpectNone<TimeoutNow>();

        Advance(310);

        B.Expect<TimeoutNow>();
    }

    [Fact]
    public void A_target_that_is_no_voter_is_refused_and_the_voters_are_named()
    {
        StartAsLeader();

        Peer.Tell(new TransferLeadership("z"), TestActor);

        var failed = ExpectMsg<TransferFailed>();
        Assert.Equal(FailureReason.InvalidTarget, failed.Reason);
        Assert.Contains("a, b, c", failed.Message);
    }

    [Fact]
    public void The_leader_itself_as_a_target_leads_already()
    {
        StartAsLeader();

        Peer.Tell(new TransferLeadership("a"), TestActor);

        Assert.Equal("a", ExpectMsg<LeadershipTransferred>().Leader.Id);
    }

    [Fact]
    public void A_second_transfer_to_another_target_is_refused_and_to_the_same_is_joined()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b", CorrelationId: 1), TestActor);

        Peer.Tell(new TransferLeadership("c", CorrelationId: 2), TestActor);
        Assert.Equal((FailureReason.TransferInProgress, 2),
            ExpectMsg<TransferFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
        Peer.Tell(new TransferLeadership("b", CorrelationId: 3), TestActor);
        B.Append(3, 3, 2, 3, Command(4, 3));

        Assert.Equal(1, ExpectMsg<LeadershipTransferred>().CorrelationId);
        Assert.Equal(3, ExpectMsg<LeadershipTransferred>().CorrelationId);
    }

    [Fact]
    public void A_peer_that_does_not_lead_forwards_the_request_and_its_answer()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 1);

        Peer.Tell(new TransferLeadership("c", CorrelationId: 4), TestActor);
        var forwarded = B.Expect<ForwardTransfer>();
        Assert.Equal("c", forwarded.Target);
        C.Append(2, 1, 1, 1);
        B.Say(header => new ForwardReply(header, forwarded.RequestId, null, "", new Member("c", "host:3"), 0, 2, null),
            2);

        Assert.Equal(("c", 2, 4),
            ExpectMsg<LeadershipTransferred>() is var answer ? (answer.Leader.Id, answer.Term,
            answer.CorrelationId) : default);
    }

    [Fact]
    public void A_leader_that_ends_because_its_disk_failed_has_its_successor_campaign()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended), TestActor);
        C.Accept(3, 2, accepted: 4);

        Disk.NextWrite().Fail();

        B.Expect<TimeoutNow>();
    }

    [Fact]
    public void A_peer_that_is_to_campaign_asks_for_pre_votes_at_once()
    {
        StartWithLog(InTerm1, 1);

        Peer.Tell(new Campaign(3), TestActor);

        Assert.Equal((2, 3),
            ExpectMsg<CampaignStarted>() is var started ? (started.Term, started.CorrelationId) : default);
        Assert.True(B.Expect<RequestVote>().PreVote);
    }

    [Fact]
    public void A_peer_that_is_about_to_stop_hands_over_and_does_not_lead_again()
    {
        StartAsLeader();

        Peer.Tell(PrepareToStop.Instance, TestActor);
        B.Expect<TimeoutNow>();
        B.Append(3, 3, 2, 3, Command(4, 3));
        Assert.False(HasMessages);
        Advance(50);
        Assert.True(ExpectMsg<ReadyToStop>().HasHandedOver);

        Advance(2000);
        B.ExpectNone<RequestVote>();
        B.Say(header => new TimeoutNow(header), 3);
        B.ExpectNone<RequestVote>();
    }

    [Fact]
    public void Everybody_who_stops_the_peer_is_answered()
    {
        StartAsLeader();
        var other = CreateTestProbe();
        Peer.Tell(PrepareToStop.Instance, TestActor);
        Peer.Tell(PrepareToStop.Instance, other);
        B.Expect<TimeoutNow>();
        B.Append(3, 3, 2, 3, Command(4, 3));
        Advance(50);

        ExpectMsg<ReadyToStop>();
        other.ExpectMsg<ReadyToStop>();
    }

    [Fact]
    public void Who_stops_the_peer_is_answered_also_when_it_fails_meanwhile()
    {
        StartAsLeader();
        Peer.Tell(PrepareToStop.Instance, TestActor);
        B.Expect<TimeoutNow>();
        B.Append(3, 3, 2, 3, Command(4, 3));

        Restart();

        Assert.True(ExpectMsg<ReadyToStop>().HasHandedOver);
    }

    [Fact]
    public void Proposals_that_wait_during_a_transfer_are_answered_when_the_peer_fails()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);
        B.Expect<TimeoutNow>();
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 5), TestActor);
        C.Say(header => new ForwardProposal(header, 9, new Payload(new byte[] { 2 }, 0, ""), false), 2);

        Restart();

        ExpectMsg<TransferFailed>();
        Assert.Equal((FailureReason.NoLeader, 5),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
        Assert.Equal((9, FailureReason.NoLeader),
            C.Expect<ForwardReply>() is var reply ? (reply.RequestId, reply.Failure) : default);
    }

    [Fact]
    public void A_read_that_a_former_leader_can_no_longer_answer_goes_to_the_next()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 1);
        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.Expect<ReadIndex>();
        C.Say(header => new RequestVote(header, 1, 1, false, true, null), 2);
        C.Append(2, 1, 1, 1);

        Sys.EventStream.Publish(new DisassociatedEvent(new Address("akka.tcp", "s", "host", 1),
            new Address("akka.tcp", "s", "host", 2), true));

        C.Expect<ReadIndex>();
    }

    [Fact]
    public void A_peer_that_does_not_lead_is_ready_to_stop_at_once()
    {
        StartWithLog(InTerm1, 1);

        Peer.Tell(PrepareToStop.Instance, TestActor);

        Assert.False(ExpectMsg<ReadyToStop>().HasHandedOver);
    }

    [Fact]
    public void What_was_forwarded_to_a_leader_that_hands_over_waits_for_its_answer_unless_its_process_ends()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 1);
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 1), TestActor);
        Peer.Tell(new Propose(new byte[] { 2 }, CorrelationId: 2), TestActor);
        var first = B.Expect<ForwardProposal>();
        B.Expect<ForwardProposal>();

        C.Say(header => new RequestVote(header, 1, 1, false, true, null), 2);
        C.Append(2, 1, 1, 1);
        Assert.False(HasMessages);
        B.Say(header => new ForwardReply(header, first.RequestId, FailureReason.NotLeader, "", null, 0, 0, null), 2);
        Assert.Equal(first.Command.Bytes.ToArray(), C.Expect<ForwardProposal>().Command.Bytes.ToArray());

        Sys.EventStream.Publish(new DisassociatedEvent(new Address("akka.tcp", "s", "host", 1),
            new Address("akka.tcp", "s", "host", 2), true));
        Assert.Equal((FailureReason.OutcomeUnknown, 2),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
    }

    [Fact]
    public void A_leader_does_not_campaign()
    {
        StartAsLeader();

        Peer.Tell(new Campaign(), TestActor);

        Assert.Equal("a", ExpectMsg<CampaignRefused>().Leader!.Id);
    }
}
