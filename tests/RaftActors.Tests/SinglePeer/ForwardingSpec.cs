using Akka.Actor;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Proposals and queries on a peer that does not lead.</summary>
public sealed class ForwardingSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_proposal_is_forwarded_to_the_leader_and_its_answer_passed_on()
    {
        StartAsFollower();

        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var forward = B.Expect<ForwardProposal>();
        Assert.Equal(new byte[] { 5 }, forward.Command.Bytes.ToArray());
        B.Say(header => new ForwardReply(header, forward.RequestId, null, "", null, 9, 3,
            new Payload(new byte[] { 6 }, 0, "")), 1);

        var proposed = ExpectMsg<Proposed>();
        Assert.Equal((9, 3, 7), (proposed.Index, proposed.Term, proposed.CorrelationId));
        Assert.Equal(new byte[] { 6 }, proposed.Response);
    }

    [Fact]
    public void A_query_is_answered_here_once_the_index_that_the_leader_names_is_applied()
    {
        StartAsFollower();

        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var request = B.Expect<ReadIndex>();
        B.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 2), 1);
        Assert.False(HasMessages);
        B.Append(1, 1, 1, 2, Command(2, 1));

        var result = ExpectMsg<QueryResult>();
        Assert.Equal((2, 7), (result.AppliedIndex, result.CorrelationId));
        Assert.Equal(new byte[] { 1 }, result.Result);
    }

    [Fact]
    public void A_query_goes_to_the_next_leader_when_the_asked_peer_no_longer_leads()
    {
        StartAsFollower();
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var request = B.Expect<ReadIndex>();
        B.Say(header => new ReadIndexReply(header, request.RequestIds, FailureReason.NotLeader, "", 0), 2);

        C.Append(2, 1, 1, 1);

        request = C.Expect<ReadIndex>();
        C.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 1), 2);
        Assert.Equal(1, ExpectMsg<QueryResult>().AppliedIndex);
    }

    [Fact]
    public void An_index_that_comes_twice_or_for_an_earlier_request_answers_nothing()
    {
        StartAsFollower();
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var request = B.Expect<ReadIndex>();

        B.Say(header => new ReadIndexReply(header, [request.RequestIds[0] - 1], null, "", 0), 1);
        Assert.False(HasMessages);
        B.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 0), 1);
        B.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 0), 1);
        ExpectMsg<QueryResult>();
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_late_second_answer_is_not_passed_on()
    {
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var forward = B.Expect<ForwardProposal>();

        B.Say(header => new ForwardReply(header, forward.RequestId, null, "", null, 9, 3, null), 1);
        B.Say(header => new ForwardReply(header, forward.RequestId, null, "", null, 9, 3, null), 1);

        ExpectMsg<Proposed>();
        Assert.False(HasMessages);
    }

    [Fact]
    public void Who_does_not_want_to_be_forwarded_is_told_the_leader()
    {
        StartAsFollower();

        Peer.Tell(new Propose(new byte[] { 5 }, Forward: false), TestActor);
        Assert.Equal((FailureReason.NotLeader, "b"),
            ExpectMsg<ProposalFailed>() is var proposal ? (proposal.Reason, proposal.Leader!.Id) : default);
        Peer.Tell(new Query(new byte[] { 5 }, Forward: false), TestActor);
        Assert.Equal((FailureReason.NotLeader, "b"),
            ExpectMsg<QueryFailed>() is var query ? (query.Reason, query.Leader!.Id) : default);
    }

    [Fact]
    public void Without_a_leader_it_waits_for_one_and_is_sent_when_there_is_one()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        Advance(200);

        C.Append(1, 1, 1, 0);

        C.Expect<ForwardProposal>();
    }

    [Fact]
    public void A_peer_that_becomes_leader_itself_appends_what_waited()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Peer.Tell(new Propose(new byte[] { 5 }, ReplyWhen.Appended, CorrelationId: 7), TestActor);

        Elect();

        Assert.Equal(7, ExpectMsg<Proposed>().CorrelationId);
    }

    [Fact]
    public void Without_a_leader_within_the_deadline_it_is_answered_so()
    {
        Settings = Settings with { LeaderWait = TimeSpan.FromMilliseconds(100) };
        StartWithLog(new HardState(1, null, null), 1);

        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 8), TestActor);
        Advance(99);
        Assert.False(HasMessages);
        Advance(1);

        Assert.Equal((FailureReason.NoLeader, 7),
            ExpectMsg<ProposalFailed>() is var proposal ? (proposal.Reason, proposal.CorrelationId) : default);
        Assert.Equal((FailureReason.NoLeader, 8),
            ExpectMsg<QueryFailed>() is var query ? (query.Reason, query.CorrelationId) : default);
    }

    [Fact]
    public void A_forwarded_proposal_that_is_not_answered_has_an_unknown_outcome()
    {
        Settings = Settings with { ForwardTimeout = TimeSpan.FromMilliseconds(100) };
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 8), TestActor);

        Advance(100);

        Assert.Equal((FailureReason.OutcomeUnknown, 7),
            ExpectMsg<ProposalFailed>() is var proposal ? (proposal.Reason, proposal.CorrelationId) : default);
        Assert.Equal((FailureReason.NoLeader, 8),
            ExpectMsg<QueryFailed>() is var query ? (query.Reason, query.CorrelationId) : default);
    }

    [Fact]
    public void A_peer_that_no_longer_leads_sends_it_back_and_it_goes_to_the_next_leader()
    {
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var forward = B.Expect<ForwardProposal>();
        B.Say(header => new ForwardReply(header, forward.RequestId, FailureReason.NotLeader, "", null, 0, 0, null), 2);

        C.Append(2, 1, 1, 0);

        forward = C.Expect<ForwardProposal>();
        C.Say(header => new ForwardReply(header, forward.RequestId, null, "", null, 2, 2, null), 2);
        Assert.Equal(7, ExpectMsg<Proposed>().CorrelationId);
    }

    [Fact]
    public void What_the_leader_refuses_is_refused()
    {
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        var forward = B.Expect<ForwardProposal>();

        B.Say(header => new ForwardReply(header, forward.RequestId, FailureReason.Overloaded, "too much", null, 0, 0,
            null), 1);

        Assert.Equal((FailureReason.Overloaded, "too much", 7),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.Message,
            failed.CorrelationId) : default);
    }

    [Fact]
    public void When_the_connection_to_the_leader_is_lost_proposals_are_unknown_and_queries_wait_for_the_next()
    {
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 8), TestActor);

        Sys.EventStream.Publish(new DisassociatedEvent(new Address("akka.tcp", "s", "host", 1),
            new Address("akka.tcp", "s", "host", 2), true));
        Advance(60);
        Assert.Equal((FailureReason.OutcomeUnknown, 7),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);

        C.Append(2, 1, 1, 0);
        var request = C.Expect<ReadIndex>();
        C.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 1), 2);
        C.Append(2, 1, 1, 1);
        Assert.Equal(8, ExpectMsg<QueryResult>().CorrelationId);
    }

    [Fact]
    public void More_than_may_be_pending_is_refused_at_once()
    {
        Settings = Settings with { MaxPendingProposals = 1, MaxPendingQueries = 1 };
        StartAsFollower();

        for (int i = 1; i <= 2; i++)
        {
            Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: i), TestActor);
            Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: i), TestActor);
        }

        Assert.Equal((FailureReason.Overloaded, 2),
            ExpectMsg<ProposalFailed>() is var proposal ? (proposal.Reason, proposal.CorrelationId) : default);
        Assert.Equal((FailureReason.Overloaded, 2),
            ExpectMsg<QueryFailed>() is var query ? (query.Reason, query.CorrelationId) : default);
    }

    [Fact]
    public void A_peer_that_stops_answers_what_it_had_forwarded()
    {
        StartAsFollower();
        Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: 7), TestActor);
        Peer.Tell(new Query(new byte[] { 5 }, CorrelationId: 8), TestActor);
        B.Expect<ReadIndex>();

        Restart();

        Assert.Equal((FailureReason.OutcomeUnknown, 7),
            ExpectMsg<ProposalFailed>() is var proposal ? (proposal.Reason, proposal.CorrelationId) : default);
        Assert.Equal((FailureReason.NoLeader, 8),
            ExpectMsg<QueryFailed>() is var query ? (query.Reason, query.CorrelationId) : default);
    }

    [Fact]
    public void What_waits_for_a_leader_is_all_forwarded_when_the_term_is_durable()
    {
        const int Count = 5000;
        StartWithLog(new HardState(1, null, null), 1);
        for (int i = 1; i <= Count; i++)
            Peer.Tell(new Propose(new byte[] { 5 }, CorrelationId: i), TestActor);
        Disk.Commanded = true;
        B.Append(2, 1, 1, 0);
        var write = Disk.NextWrite();
        B.ExpectNone<ForwardProposal>();

        write.Succeed();

        for (int i = 1; i <= Count; i++)
            B.Expect<ForwardProposal>();
    }

    private void StartAsFollower()
    {
        StartWithLog(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0);
        Forget();
    }
}
