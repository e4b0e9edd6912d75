using Akka.Actor;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;
using RaftActors.Tests.Replication;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Requests;

/// <summary>What clients ask of a peer: a leader does it, and any other peer passes it on or refuses it.</summary>
public sealed class ClientRequestsSpec : PeerPartsSpec
{
    private static readonly PeerHeader Asker = Of(C);

    private readonly RequestPeer _peer = new() { Leader = B.Member };
    private readonly Forwarding _forwarding;
    private readonly LeadershipTransfers _transfers;
    private readonly ClientRequests _requests;

    public ClientRequestsSpec(ITestOutputHelper output)
        : base(output)
    {
        var (log, configurations) = (Peer.Log, Peer.Configurations);
        var reads = new PendingReads(Settings, log, _peer);
        _forwarding = new Forwarding(Settings, reads, firstId: 100, _peer);
        _transfers = new LeadershipTransfers(Settings, log, configurations, Silent, Peer);
        _requests = new ClientRequests(
            Settings, Sys.Serialization, Replica, new LeaseReads(Settings, log, configurations, new ElectionClock()),
            new Proposals(Settings, log, _forwarding, _peer), reads, _forwarding, _transfers, _peer);
    }

    // ---- A leader

    [Fact]
    public void A_leader_appends_what_its_own_clients_and_those_of_other_peers_propose()
    {
        _peer.Leading = Leaders.OfTwo();

        _requests.Lead(new Propose(new byte[] { 1 }), ActorRefs.Nobody);
        _requests.Lead(new ForwardProposal(Asker, 9, new Payload(new byte[] { 2 }, 0, ""), false));

        Assert.Equal([1, 2], _peer.Appended.Select(static entry => entry.Payload.Bytes.Span[0]));
        Assert.Empty(_peer.Told);
        Assert.Empty(_peer.Sent);
    }

    [Fact]
    public void A_command_of_a_type_that_is_not_known_here_does_not_come_into_the_log()
    {
        _peer.Leading = Leaders.OfTwo();

        var unknown = new Payload("{}"u8.ToArray(), PolymorphicTypes.JsonIdentifier, "Unknown, Unknown");
        _requests.Lead(new ForwardProposal(Asker, 9, unknown, false));

        var reply = Assert.IsType<ForwardReply>(Assert.Single(_peer.Sent).Message);
        Assert.Equal((9, FailureReason.NotSerializable), (reply.RequestId, reply.Failure));
        Assert.Empty(_peer.Appended);
    }

    [Theory]
    [InlineData(ReadConsistency.Linearizable)]
    [InlineData(ReadConsistency.Lease)]
    public void A_leader_without_a_lease_answers_queries_after_a_round_of_heartbeats(ReadConsistency consistency)
    {
        _peer.Leading = Leaders.OfTwo();

        _requests.Lead(new Query("?", consistency), ActorRefs.Nobody);

        Assert.Equal(1, _peer.Leading.Reads.Count);
        Assert.Empty(_peer.Told);
    }

    [Fact]
    public void A_leader_with_a_lease_answers_at_once_those_queries_that_may_be_answered_by_it()
    {
        Peer.AppendConfiguration(Peer.Configurations.Latest.WithLease(TimeSpan.FromSeconds(1)));
        Peer.Commit();
        (_peer.Leading, _peer.SentIndex) = (Peer.Leading, 3);
        _peer.Leading!.Lease.Drawn(1, TimeSpan.Zero);
        _peer.Leading.Lease.Confirm(1);

        _requests.Lead(new Query("by round"), ActorRefs.Nobody);
        _requests.Lead(new Query("by lease", ReadConsistency.Lease), ActorRefs.Nobody);

        Assert.Equal(["by lease"], Assert.IsType<AskQueries>(Assert.Single(_peer.Told)).Requests);
    }

    [Fact]
    public void A_leader_finds_the_index_of_other_peers_queries_and_confirms_that_it_leads()
    {
        _peer.Leading = Leaders.OfTwo();

        _requests.Lead(new ReadIndex(Asker, [1, 2]));
        _requests.Lead(new ConfirmLeadership(3), ActorRefs.Nobody);

        Assert.Equal(2, _peer.Flushes);
        Assert.True(_peer.Leading.Reads.WantsRound);
    }

    [Fact]
    public void A_transfer_without_a_target_goes_to_any_voter()
    {
        _requests.Lead(new ForwardTransfer(Asker, 9, ""));
        Assert.True(_transfers.IsTransferring);
        Assert.Empty(Peer.Sent);

        _requests.Lead(new TransferLeadership("x", CorrelationId: 7), ActorRefs.Nobody);

        Assert.Equal(FailureReason.InvalidTarget, Assert.IsType<TransferFailed>(Assert.Single(Peer.Told)).Reason);
    }

    [Fact]
    public void A_peer_that_leads_by_now_does_itself_what_it_was_to_forward()
    {
        _peer.Leading = Leaders.OfTwo();
        var command = new ProposedEntry(EntryKind.Command, new Payload(new byte[] { 1 }, 0, ""), null, false);

        _requests.Lead(new ForwardedRequest.Proposal(command, new(ActorRefs.Nobody, 1)));
        _requests.Lead(new ForwardedRequest.Read(new PendingQuery(ActorRefs.Nobody, 2, "?")));
        _requests.Lead(new ForwardedRequest.Transfer("b", ActorRefs.Nobody, 3));

        Assert.Single(_peer.Appended);
        Assert.Equal(1, _peer.Leading.Reads.Count);
        Assert.True(_transfers.IsTransferring);
    }

    // ---- Any other peer

    [Fact]
    public void A_peer_that_does_not_lead_passes_on_what_it_is_asked()
    {
        _requests.PassOn(new Propose(new byte[] { 1 }), ActorRefs.Nobody);
        _requests.PassOn(new Query("?"), ActorRefs.Nobody);
        _requests.PassOn(new TransferLeadership("c"), ActorRefs.Nobody);
        _forwarding.Flush();

        Assert.All(_peer.Sent, static sent => Assert.Equal("host:2", sent.Address));
        Assert.Equal(
            [typeof(ForwardProposal), typeof(ForwardTransfer), typeof(ReadIndex)],
            _peer.Sent.Select(static sent => sent.Message.GetType()));
        Assert.Empty(_peer.Told);
    }

    [Theory]
    [InlineData(true, FailureReason.NotLeader)]
    [InlineData(false, FailureReason.NoLeader)]
    public void What_must_not_be_passed_on_is_refused_and_says_whether_there_is_a_leader(
        bool knowsLeader, FailureReason expected)
    {
        _peer.Leader = knowsLeader ? B.Member : null;

        _requests.PassOn(new Propose(new byte[] { 1 }, Forward: false), ActorRefs.Nobody);
        _requests.PassOn(new Query("?", Forward: false), ActorRefs.Nobody);
        _requests.PassOn(new TransferLeadership("c", Forward: false), ActorRefs.Nobody);

        Assert.Equal(expected, Assert.IsType<ProposalFailed>(_peer.Told[0]).Reason);
        Assert.Equal(expected, Assert.IsType<QueryFailed>(_peer.Told[1]).Reason);
        Assert.Equal(expected, Assert.IsType<TransferFailed>(_peer.Told[2]).Reason);
        Assert.Empty(_peer.Sent);
    }

    [Fact]
    public void A_peer_that_is_taken_for_the_leader_says_that_it_is_not()
    {
        _requests.Refuse(new ForwardProposal(Asker, 1, Payload.Empty, false));
        _requests.Refuse(new ForwardTransfer(Asker, 2, "b"));
        _requests.Refuse(new ReadIndex(Asker, [3]));

        Assert.All(_peer.Sent, static sent => Assert.Equal("host:3", sent.Address));
        Assert.Equal(
            [(1, FailureReason.NotLeader), (2, FailureReason.NotLeader)],
            _peer.Sent.Select(static sent => sent.Message).OfType<ForwardReply>()
                .Select(static reply => (reply.RequestId, reply.Failure!.Value)));
        Assert.Equal(FailureReason.NotLeader, Assert.IsType<ReadIndexReply>(_peer.Sent[2].Message).Failure);
    }

    // ---- What needs no leader

    [Fact]
    public void A_stale_query_is_answered_by_whoever_is_asked()
    {
        _requests.PassOn(new Query("?", ReadConsistency.Stale), ActorRefs.Nobody);

        Assert.IsType<AskQueries>(Assert.Single(_peer.Told));
        Assert.Empty(_peer.Sent);
    }

    [Fact]
    public void A_replica_that_is_set_aside_answers_no_query()
    {
        Peer.SetAside(3);

        _requests.PassOn(new Query("?", ReadConsistency.Stale), ActorRefs.Nobody);
        _requests.PassOn(new Query("?"), ActorRefs.Nobody);

        Assert.All(_peer.Told, static told =>
            Assert.Equal(FailureReason.StateMachineFailed, Assert.IsType<QueryFailed>(told).Reason));
        Assert.Equal(2, _peer.Told.Count);
    }

    [Fact]
    public void A_query_of_nothing_cannot_be_sent()
    {
        _requests.PassOn(new Query(null!), ActorRefs.Nobody);

        Assert.Equal(FailureReason.NotSerializable, Assert.IsType<QueryFailed>(Assert.Single(_peer.Told)).Reason);
    }
}
