using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.Tests.Replication;

namespace RaftActors.Tests.Requests;

/// <summary>Each kind of request knows whom to tell, and by which message.</summary>
public sealed class RequestAnswersSpec
{
    private static readonly Member Leader = new("b", "host:2");
    private static readonly PeerHeader Asker = new("host:3", "group", "c", "store-c", 5);
    private static readonly IActorRef Actor = ActorRefs.Nobody;

    private readonly RequestPeer _peer = new() { Leader = Leader };

    [Fact]
    public void A_proposal_of_an_actor_is_answered_to_the_actor()
    {
        var proposer = new Proposer(Actor, 7);

        proposer.Answer(_peer, 9, 3, "response");
        proposer.Fail(_peer, FailureReason.Overloaded, "why");

        object[] expected =
            [new Proposed(9, 3, "response", 7), new ProposalFailed(FailureReason.Overloaded, "why", Leader, 7)];
        Assert.Equal(expected, _peer.Told);
    }

    [Fact]
    public void A_proposal_of_another_peer_is_answered_to_the_peer_and_its_store()
    {
        var proposer = new Proposer(Asker, 7);

        proposer.Answer(_peer, 9, 3, null);
        proposer.Fail(_peer, FailureReason.Overloaded, "why");

        var header = _peer.Header("store-c");
        (string, PeerMessage)[] expected =
        [
            ("host:3", new ForwardReply(header, 7, null, "", Leader, 9, 3, null)),
            ("host:3", new ForwardReply(header, 7, FailureReason.Overloaded, "why", Leader, 0, 0, null)),
        ];
        Assert.Equal(expected, _peer.Sent);
    }

    [Fact]
    public void A_response_that_cannot_be_sent_is_a_failure_that_says_that_the_command_was_applied()
    {
        _peer.EncodingProblem = "It is too large.";

        new Proposer(Asker, 7).Answer(_peer, 9, 3, "response");

        var reply = Assert.IsType<ForwardReply>(Assert.Single(_peer.Sent).Message);
        Assert.Equal(FailureReason.StateMachineFailed, reply.Failure);
        Assert.Contains("was applied", reply.Message);
    }

    [Fact]
    public void A_query_is_answered_to_the_actor_that_asked()
    {
        var query = new PendingQuery(Actor, 7, "question");

        query.Answer(_peer, "result", 9);
        query.Fail(_peer, FailureReason.NoLeader, "why");

        Assert.Equal(new QueryResult("result", 9, 7), _peer.Told[0]);
        Assert.Equal(new QueryFailed(FailureReason.NoLeader, "why", Leader, 7), _peer.Told[1]);
    }

    [Fact]
    public void Reads_of_another_peer_are_answered_with_an_index()
    {
        var reads = new PendingConfirmation.OfPeer(new ReadIndex(Asker, [1, 2]));

        reads.Answer(_peer, 9);
        reads.Fail(_peer, FailureReason.NotLeader, "why");

        var answers = _peer.Sent.ConvertAll(static sent => (ReadIndexReply)sent.Message);
        Assert.Equal([null, FailureReason.NotLeader], answers.Select(static answer => answer.Failure));
        Assert.Equal([9, 0], answers.Select(static answer => answer.Index));
        Assert.All(answers, static answer => Assert.Equal([1, 2], answer.RequestIds));
        Assert.All(answers, static answer => Assert.Equal("store-c", answer.Header.ToStoreId));
    }

    [Fact]
    public void A_question_whether_the_peer_leads_is_answered_with_its_term_and_first_entry()
    {
        _peer.Leading = Leaders.Of(Configuration.None, lastIndex: 3);
        var question = new PendingConfirmation.OfLeadership(Actor, 7);

        question.Answer(_peer, 9);
        question.Fail(_peer, FailureReason.NotLeader, "why");

        Assert.Equal(new LeadershipConfirmed(5, 4, 7), _peer.Told[0]);
        Assert.Equal(new QueryFailed(FailureReason.NotLeader, "why", Leader, 7), _peer.Told[1]);
    }

    [Fact]
    public void A_transfer_is_answered_to_the_actor_to_the_peer_and_to_whoever_stops_the_peer()
    {
        TransferRequest[] requests =
        [
            new TransferRequest.OfActor(Actor, 7),
            new TransferRequest.OfPeer(Asker, 8),
            new TransferRequest.BeforeStop(Actor),
        ];

        foreach (var request in requests)
        {
            request.Answer(_peer, Leader, 6);
            request.Fail(_peer, FailureReason.TransferTimedOut, "why");
        }

        object[] expected =
        [
            new LeadershipTransferred(Leader, 6, 7),
            new TransferFailed(FailureReason.TransferTimedOut, "why", Leader, 7),
            new ReadyToStop(HasHandedOver: true),
            new ReadyToStop(HasHandedOver: false),
        ];
        Assert.Equal(expected, _peer.Told);
        var header = _peer.Header("store-c");
        (string, PeerMessage)[] sent =
        [
            ("host:3", new ForwardReply(header, 8, null, "", Leader, 0, 6, null)),
            ("host:3", new ForwardReply(header, 8, FailureReason.TransferTimedOut, "why", Leader, 0, 0, null)),
        ];
        Assert.Equal(sent, _peer.Sent);
    }

    [Fact]
    public void Only_a_forwarded_proposal_has_an_unknown_outcome_when_nobody_answers()
    {
        var proposal = new ForwardedRequest.Proposal(new(EntryKind.Command, Payload.Empty, null, false), new(Actor, 1));
        var read = new ForwardedRequest.Read(new PendingQuery(Actor, 2, "question"));
        var transfer = new ForwardedRequest.Transfer("b", Actor, 3);

        foreach (ForwardedRequest request in new ForwardedRequest[] { proposal, read, transfer })
            request.FailUnanswered(_peer, "The leader is gone.");

        string done = "The leader is gone. The command may or may not be in the log.";
        string again = "The leader is gone. Ask again.";
        object[] expected =
        [
            new ProposalFailed(FailureReason.OutcomeUnknown, done, Leader, 1),
            new QueryFailed(FailureReason.NoLeader, again, Leader, 2),
            new TransferFailed(FailureReason.NoLeader, again, Leader, 3),
        ];
        Assert.Equal(expected, _peer.Told);
    }

    [Fact]
    public void A_former_leader_still_answers_transfers_and_changes_of_members()
    {
        static ForwardedRequest Proposal(EntryKind kind) =>
            new ForwardedRequest.Proposal(new(kind, Payload.Empty, null, false), new(Actor, 1));

        Assert.True(new ForwardedRequest.Transfer(null, Actor, 1).OutlivesLeadership);
        Assert.True(Proposal(EntryKind.Configuration).OutlivesLeadership);
        Assert.False(Proposal(EntryKind.Command).OutlivesLeadership);
        Assert.False(new ForwardedRequest.Read(new PendingQuery(Actor, 1, "question")).OutlivesLeadership);
    }

    [Fact]
    public void A_response_that_cannot_be_decoded_here_is_a_failure_that_says_that_the_command_was_done()
    {
        var proposal = new ForwardedRequest.Proposal(new(EntryKind.Command, Payload.Empty, null, false), new(Actor, 1));

        proposal.Answer(_peer, new ForwardReply(Asker, 1, null, "", null, 9, 3, new Payload(default, 99, "M")));

        var failed = Assert.IsType<ProposalFailed>(Assert.Single(_peer.Told));
        Assert.Equal(FailureReason.StateMachineFailed, failed.Reason);
        Assert.Contains("It was done", failed.Message);
    }
}
