using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;
using RaftActors.Tests.Replication;

namespace RaftActors.Tests.Requests;

/// <summary>What a peer that does not lead does with requests, whatever else it does.</summary>
public sealed class ForwardingSpec
{
    private static readonly Member B = new("b", "host:2");
    private static readonly Member C = new("c", "host:3");
    private static readonly PeerHeader OfB = new("host:2", "group", "b", "store-b", 5);

    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "host:1"), B, C],
        LeaderWait = TimeSpan.FromSeconds(1),
        ForwardTimeout = TimeSpan.FromSeconds(5),
        MaxEntryBytes = 100,
        MaxPendingProposals = 2,
        MaxPendingQueries = 2,
    };

    private readonly RequestPeer _peer = new() { Leader = B };
    private readonly PendingReads _reads;
    private readonly Forwarding _forwarding;

    public ForwardingSpec()
    {
        _reads = new PendingReads(Settings, new RaftLog(), _peer);
        _forwarding = new Forwarding(Settings, _reads, firstId: 100, _peer);
    }

    [Fact]
    public void Each_request_goes_to_the_leader_by_a_message_of_its_own_and_reads_go_together()
    {
        _forwarding.Forward(Proposal(1));
        _forwarding.Forward(new ForwardedRequest.Transfer("c", ActorRefs.Nobody, 2));
        _forwarding.Forward(Read(3));
        Assert.Equal(2, _peer.Sent.Count);
        _forwarding.Flush();

        Assert.Equal((101, 102), (SentAs<ForwardProposal>(0).RequestId, SentAs<ForwardTransfer>(1).RequestId));
        Assert.Equal([103], SentAs<ReadIndex>(2).RequestIds);
        Assert.All(_peer.Sent, static sent => Assert.Equal("host:2", sent.Address));
        Assert.Equal(TimeSpan.FromSeconds(5), _peer.TimerAt);
    }

    [Fact]
    public void Requests_wait_for_a_leader_and_a_peer_that_leads_itself_does_them()
    {
        _peer.Leader = null;
        _forwarding.Forward(Proposal(1));
        Assert.Equal(TimeSpan.FromSeconds(1), _peer.TimerAt);

        (_peer.Leader, _peer.Leading) = (new Member("a", "host:1"), Leaders.OfTwo());
        _forwarding.SendWaiting();

        Assert.Empty(_peer.Sent);
        Assert.IsType<ForwardedRequest.Proposal>(Assert.Single(_peer.Led));
    }

    [Fact]
    public void Requests_wait_until_the_term_that_they_show_is_durable()
    {
        _peer.IsDurable = false;
        _forwarding.Forward(Proposal(1));
        Assert.Empty(_peer.Sent);
        Assert.Equal(1, _peer.Flushes);

        _peer.IsDurable = true;
        _forwarding.Release();

        SentAs<ForwardProposal>(0);
    }

    [Fact]
    public void Too_many_requests_of_a_kind_are_refused()
    {
        for (int i = 0; i < 3; i++)
        {
            _forwarding.Forward(Proposal(i));
            _forwarding.Forward(Read(i));
        }

        Assert.Equal(FailureReason.Overloaded, Assert.IsType<ProposalFailed>(_peer.Told[0]).Reason);
        Assert.Equal(FailureReason.Overloaded, Assert.IsType<QueryFailed>(_peer.Told[1]).Reason);
    }

    [Fact]
    public void A_command_that_is_too_large_for_an_entry_is_not_sent()
    {
        _forwarding.Forward(Proposal(1, bytes: 101));

        Assert.Equal(FailureReason.TooLarge, Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told)).Reason);
        Assert.Empty(_peer.Sent);
    }

    [Fact]
    public void What_was_sent_to_a_lost_leader_is_unknown_if_it_is_a_proposal_and_goes_on_if_it_is_a_read()
    {
        _forwarding.Forward(Proposal(1));
        _forwarding.Forward(Read(2));
        _forwarding.Flush();

        _peer.Leader = C;
        _forwarding.LeaderLeft("host:2", stillAnswers: false);
        _forwarding.Flush();

        Assert.Equal(FailureReason.OutcomeUnknown, Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told)).Reason);
        Assert.Equal("host:3", _peer.Sent[^1].Address);
        SentAs<ReadIndex>(2);
    }

    [Fact]
    public void A_leader_that_has_handed_over_still_answers_until_its_connection_is_lost()
    {
        _forwarding.Forward(Proposal(1));
        _peer.Leader = C;
        _forwarding.LeaderLeft("host:2", stillAnswers: true);
        Assert.Empty(_peer.Told);

        _forwarding.OnDisassociated(new Address("akka.tcp", "s", "host", 3));
        Assert.Empty(_peer.Told);
        _forwarding.OnDisassociated(new Address("akka.tcp", "s", "host", 2));

        Assert.Equal(FailureReason.OutcomeUnknown, Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told)).Reason);
    }

    [Fact]
    public void What_a_peer_did_not_do_because_it_does_not_lead_goes_to_another_leader_but_not_back_to_the_same()
    {
        _forwarding.Forward(Proposal(1));

        _forwarding.OnReply(NotLeader(101));
        Assert.Single(_peer.Sent);
        _peer.Leader = C;
        _forwarding.SendWaiting();

        Assert.Equal("host:3", _peer.Sent[1].Address);
        Assert.Empty(_peer.Told);
    }

    [Fact]
    public void An_answer_is_passed_on_once()
    {
        _forwarding.Forward(Proposal(1));

        for (int i = 0; i < 2; i++)
            _forwarding.OnReply(new ForwardReply(OfB, 101, null, "", B, 9, 5, null));

        Assert.Equal(new Proposed(9, 5, null, 1), Assert.Single(_peer.Told));
        Assert.True(_forwarding.IsEmpty);
    }

    [Fact]
    public void A_read_is_answered_here_once_its_index_is_applied_or_fails_when_it_is_overdue()
    {
        _peer.SentIndex = 7;
        _forwarding.Forward(Read(1));
        _forwarding.Forward(Read(2));
        _forwarding.Flush();
        _forwarding.OnReply(new ReadIndexReply(OfB, [101], null, "", 7));
        Assert.Single(Assert.IsType<AskQueries>(Assert.Single(_peer.Told)).Requests);
        _peer.Now = TimeSpan.FromSeconds(1);
        _forwarding.OnReply(new ReadIndexReply(OfB, [102], null, "", 8));
        Assert.Single(_peer.Told);

        _forwarding.OnTimeout();
        Assert.Equal(TimeSpan.FromSeconds(6), _peer.TimerAt);
        _peer.Now = TimeSpan.FromSeconds(6);
        _forwarding.OnTimeout();

        Assert.Equal(2, Assert.IsType<QueryFailed>(_peer.Told[1]).CorrelationId);
    }

    [Fact]
    public void An_answer_of_the_wrong_kind_answers_nothing_as_done()
    {
        _forwarding.Forward(Proposal(1));
        _forwarding.Forward(Read(2));

        _forwarding.OnReply(new ReadIndexReply(OfB, [101], null, "", 7));
        _forwarding.OnReply(new ForwardReply(OfB, 102, null, "", B, 9, 5, null));

        Assert.Equal(FailureReason.OutcomeUnknown, Assert.IsType<ProposalFailed>(_peer.Told[0]).Reason);
        Assert.Equal(FailureReason.NoLeader, Assert.IsType<QueryFailed>(_peer.Told[1]).Reason);
    }

    [Fact]
    public void Overdue_requests_fail_as_is_known_of_them_and_the_timer_is_for_the_next()
    {
        _forwarding.Forward(Proposal(1));
        _peer.Leader = null;
        _peer.Now = TimeSpan.FromSeconds(4.5);
        _forwarding.Forward(Proposal(2));
        _forwarding.Wait(Read(3));

        _peer.Now = TimeSpan.FromSeconds(5);
        _forwarding.OnTimeout();
        Assert.Equal(TimeSpan.FromSeconds(5.5), _peer.TimerAt);
        _peer.Now = TimeSpan.FromSeconds(5.5);
        _forwarding.OnTimeout();

        Assert.Equal(
            [FailureReason.OutcomeUnknown, FailureReason.NoLeader],
            _peer.Told.OfType<ProposalFailed>().Select(static failed => failed.Reason));
        Assert.Equal(FailureReason.NoLeader, Assert.Single(_peer.Told.OfType<QueryFailed>()).Reason);
    }

    private static ForwardedRequest.Proposal Proposal(long correlationId, int bytes = 1) =>
        new(new(EntryKind.Command, new Payload(new byte[bytes], 0, ""), null, false),
            new Proposer(ActorRefs.Nobody, correlationId));

    private static ForwardedRequest.Read Read(long correlationId) =>
        new(new PendingQuery(ActorRefs.Nobody, correlationId, "question"));

    private static ForwardReply NotLeader(long requestId) =>
        new(OfB, requestId, FailureReason.NotLeader, "no", null, 0, 0, null);

    private T SentAs<T>(int at) => Assert.IsType<T>(_peer.Sent[at].Message);
}
