using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Proposals on a leader: each gets exactly one answer.</summary>
public sealed class ProposalSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_proposal_is_answered_once_it_is_committed_and_applied()
    {
        StartAsLeader();

        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 7), TestActor);
        Assert.False(HasMessages);
        B.Accept(4, 2);

        var proposed = ExpectMsg<Proposed>();
        Assert.Equal((4, 2, 7), (proposed.Index, proposed.Term, proposed.CorrelationId));
        Assert.Equal(new byte[] { 2 }, proposed.Response);
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_log_each_with_its_own_response()
    {
        StartAsLeader();

        for (int i = 0; i < 50; i++)
            Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: i), TestActor);
        B.Accept(30, 2);
        B.Accept(53, 2);

        for (int i = 0; i < 50; i++)
        {
            var proposed = ExpectMsg<Proposed>();
            Assert.Equal((i, 4 + i), (proposed.CorrelationId, proposed.Index));
            Assert.Equal(new[] { (byte)(i + 2) }, proposed.Response);
        }
    }

    [Fact]
    public void Who_wants_to_know_when_it_is_appended_is_told_at_once_and_only_once()
    {
        StartAsLeader();

        Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended, CorrelationId: 7), TestActor);

        Assert.Equal(new Proposed(4, 2, null, 7), ExpectMsg<Proposed>());
        B.Accept(4, 2);
        Assert.Equal(4, Status().AppliedIndex);
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_leader_that_loses_its_leadership_says_that_outcomes_are_unknown()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 7), TestActor);

        B.Append(3, 3, 2, 0);

        var failed = ExpectMsg<ProposalFailed>();
        Assert.Equal((FailureReason.OutcomeUnknown, 7), (failed.Reason, failed.CorrelationId));
        Assert.True(failed.OutcomeUnknown);
    }

    [Fact]
    public void More_proposals_than_may_be_pending_are_refused_at_once()
    {
        Settings = Settings with { MaxPendingProposals = 2 };
        StartAsLeader();

        for (int i = 1; i <= 3; i++)
            Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: i), TestActor);

        var failed = ExpectMsg<ProposalFailed>();
        Assert.Equal((FailureReason.Overloaded, 3), (failed.Reason, failed.CorrelationId));
        B.Accept(5, 2);
        ExpectMsg<Proposed>();
        ExpectMsg<Proposed>();
        Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended, CorrelationId: 4), TestActor);
        Assert.Equal(6, ExpectMsg<Proposed>().Index);
    }

    [Fact]
    public void More_bytes_than_may_be_pending_are_refused_at_once()
    {
        Settings = Settings with { MaxEntryBytes = 1000, MaxPendingBytes = 1500 };
        StartAsLeader();

        Peer.Tell(new Propose(new byte[1000], CorrelationId: 1), TestActor);
        Peer.Tell(new Propose(new byte[501], CorrelationId: 2), TestActor);
        Peer.Tell(new Propose(new byte[500], ReplyWhen.Appended, CorrelationId: 3), TestActor);

        Assert.Equal((FailureReason.Overloaded, 2),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
        Assert.Equal(3, ExpectMsg<Proposed>().CorrelationId);
    }

    [Fact]
    public void What_earlier_leaders_left_uncommitted_is_pending_until_it_is_committed()
    {
        Settings = Settings with { MaxPendingProposals = 3 };
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();

        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 1), TestActor);
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 2), TestActor);
        Assert.Equal((FailureReason.Overloaded, 2),
            ExpectMsg<ProposalFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);

        B.Accept(4, 2);
        Assert.Equal(1, ExpectMsg<Proposed>().CorrelationId);
        for (int i = 3; i <= 5; i++)
            Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended, CorrelationId: i), TestActor);
        Assert.Equal([3L, 4, 5],
            [ExpectMsg<Proposed>().CorrelationId, ExpectMsg<Proposed>().CorrelationId,
            ExpectMsg<Proposed>().CorrelationId]);
    }

    [Fact]
    public void A_command_that_is_too_large_is_refused()
    {
        Settings = Settings with { MaxEntryBytes = 1000 };
        StartAsLeader();

        Peer.Tell(new Propose(new byte[1001]), TestActor);

        var failed = ExpectMsg<ProposalFailed>();
        Assert.Equal(FailureReason.TooLarge, failed.Reason);
        Assert.Contains("1001", failed.Message);
    }

    [Fact]
    public void A_command_that_is_null_is_refused()
    {
        StartAsLeader();

        Peer.Tell(new Propose(null!), TestActor);

        Assert.Equal(FailureReason.NotSerializable, ExpectMsg<ProposalFailed>().Reason);
    }

    [Fact]
    public void A_command_of_a_type_with_a_serializer_is_stored_with_its_manifest()
    {
        StartAsLeader();

        // Any type with a registered serializer will do; the peers' own have one.
        Peer.Tell(new Propose(new PeerCreated(1, "x", "y", "z")), TestActor);

        var payload = B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries[0].Payload;
        Assert.Equal((6214, "PC"), (payload.SerializerId, payload.Manifest));
        B.Accept(4, 2);
        ExpectMsg<Proposed>();
    }

    [Fact]
    public void A_forwarded_proposal_is_answered_to_the_peer_that_forwarded_it()
    {
        StartAsLeader();

        C.Say(header => new ForwardProposal(header, 77, new Payload(new byte[] { 1 }, 0, ""), false), 2);
        B.Expect<AppendEntries>(append => append.LastIndex == 4);
        B.Accept(4, 2);

        var reply = C.Expect<ForwardReply>();
        Assert.Equal((77, null, 4, 2), (reply.RequestId, reply.Failure, reply.Index, reply.EntryTerm));
        Assert.Equal(new byte[] { 2 }, reply.Response!.Value.Bytes.ToArray());
    }

    [Fact]
    public void A_peer_that_is_not_the_leader_says_so_to_a_peer_that_forwards()
    {
        StartWithLog(new HardState(1, null, null), 1);
        B.Append(1, 1, 1, 0);

        C.Say(header => new ForwardProposal(header, 77, new Payload(new byte[] { 1 }, 0, ""), false), 1);

        var reply = C.Expect<ForwardReply>();
        Assert.Equal((77, FailureReason.NotLeader, "b"), (reply.RequestId, reply.Failure, reply.Leader!.Id));
    }

    [Fact]
    public void Proposals_that_a_stopped_peer_had_not_seen_are_answered_too()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: 1), TestActor);
        var write = Disk.NextWrite();
        Disk.Commanded = false;
        write.Fail();
        for (int i = 2; i <= 200; i++)
            Peer.Tell(new Propose(new byte[] { 1 }, CorrelationId: i, Forward: false), TestActor);

        var answers = Enumerable.Range(1, 200).Select(_ => ExpectMsg<ProposalFailed>()).ToList();

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i),
            answers.Select(answer => answer.CorrelationId).Order());
        Assert.Equal(FailureReason.OutcomeUnknown, answers.Single(answer => answer.CorrelationId == 1).Reason);
    }

    [Fact]
    public void While_no_peer_runs_proposals_and_queries_are_refused_and_a_status_comes_late()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;
        B.Append(1, 1, 1, 0, Command(2, 1));
        var write = Disk.NextWrite();
        Disk.Commanded = false;
        write.Fail();

        Peer.Tell(new Propose(new byte[] { 1 }, Forward: false), TestActor);
        Assert.Contains("about to be started again", ExpectMsg<ProposalFailed>().Message);
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 5), TestActor);
        Assert.Equal((FailureReason.NoLeader, 5),
            ExpectMsg<QueryFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
        Peer.Tell(GetStatus.Instance, TestActor);
        AwaitRestart();
        Assert.Equal(1, ExpectMsg<RaftStatus>().LastIndex);
    }
}
