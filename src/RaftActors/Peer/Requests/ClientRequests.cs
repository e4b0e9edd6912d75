using Akka.Actor;
using Akka.Serialization;
using RaftActors.Client;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Replication;

namespace RaftActors.Requests;

/// <summary>
/// What clients ask of a peer, and other peers on behalf of theirs. A leader does it; any other peer passes it on to
/// the leader, or refuses. Reads are linearizable by read index (dissertation, section 6.4): the asked peer needs an
/// index that was committed after the question, and answers once its own state machine has applied that. Only the
/// leader knows such an index, after a round of heartbeats.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="serialization">The serializers of the actor system.</param>
/// <param name="replica">Whether the state of the peer is right.</param>
/// <param name="leases">Whether a leader may answer reads by its lease.</param>
/// <param name="proposals">What a leader owes answers to.</param>
/// <param name="reads">The reads that have their index.</param>
/// <param name="forwarding">The way to the leader.</param>
/// <param name="transfers">The transfers of the leadership.</param>
/// <param name="peer">The peer.</param>
internal sealed class ClientRequests(
    RaftSettings settings,
    Serialization serialization,
    OwnReplica replica,
    LeaseReads leases,
    Proposals proposals,
    PendingReads reads,
    Forwarding forwarding,
    LeadershipTransfers transfers,
    IRequestsPeer peer)
{
    private FailureReason NotLeaderReason => peer.Leader is null ? FailureReason.NoLeader : FailureReason.NotLeader;

    // ---- A leader does what is asked

    /// <summary>Appends what a client of this node proposes.</summary>
    public void Lead(IProposal request, IActorRef sender)
    {
        peer.Metrics.Proposed();
        var proposer = new Proposer(sender, request.CorrelationId, peer.Traces.Proposes(request.Trace));
        if (TryRead(request, proposer, out var proposed))
            proposals.Propose(proposed, proposer);
    }

    /// <summary>Appends what a client of another peer proposes.</summary>
    public void Lead(ForwardProposal request)
    {
        var proposer = new Proposer(request.Header, request.RequestId, peer.Traces.Proposes(request.Trace));
        var proposed = new ProposedEntry(request.Kind, request.Command, request.Session, request.ReplyWhenAppended);
        if (Payloads.Problem(serialization, request.Command) is { } problem)
            proposer.Fail(peer, FailureReason.NotSerializable, problem);
        else
            proposals.Propose(proposed, proposer);
    }

    /// <summary>Answers a query of a client of this node.</summary>
    public void Lead(Query request, IActorRef sender)
    {
        var query = new PendingQuery(sender, request.CorrelationId, request.Request);
        if (IsAnsweredInAnyRole(request, query))
            return;
        bool byLease = request.Consistency == ReadConsistency.Lease && leases.AreHeldBy(peer.Leading!, peer.Now);
        peer.Metrics.Read(byLease ? ReadKind.Lease : ReadKind.ReadIndex);
        if (byLease)
            reads.AddByLease(query);
        else
            reads.Add(query);
    }

    /// <summary>Finds the index of another peer's queries.</summary>
    public void Lead(ReadIndex request) => reads.Add(new PendingConfirmation.OfPeer(request));

    /// <summary>
    /// Has a majority confirm that this peer leads. Such questions are not bounded as queries are: an overloaded leader
    /// still leads, and whoever asks this asks it seldom.
    /// </summary>
    public void Lead(ConfirmLeadership request, IActorRef sender)
    {
        peer.Leading!.Reads.Add(new PendingConfirmation.OfLeadership(sender, request.CorrelationId));
        peer.RequestFlush();
    }

    /// <summary>Transfers the leadership for an actor of this node.</summary>
    public void Lead(TransferLeadership request, IActorRef sender) =>
        transfers.Request(request.Target, new TransferRequest.OfActor(sender, request.CorrelationId));

    /// <summary>Transfers the leadership for an actor of another node.</summary>
    public void Lead(ForwardTransfer request) => transfers.Request(
        request.Target.Length > 0 ? request.Target : null,
        new TransferRequest.OfPeer(request.Header, request.RequestId));

    /// <summary>Does what was to be forwarded: this peer leads by now.</summary>
    public void Lead(ForwardedRequest request)
    {
        switch (request)
        {
            case ForwardedRequest.Proposal proposal:
                proposals.Propose(proposal.Entry, proposal.Proposer);
                break;
            case ForwardedRequest.Read read:
                reads.Add(read.Query);
                break;
            case ForwardedRequest.Transfer transfer:
                transfers.Request(transfer.Target, transfer.Request);
                break;
        }
    }

    // ---- Any other peer passes it on

    /// <summary>Passes on what a client of this node proposes.</summary>
    public void PassOn(IProposal request, IActorRef sender)
    {
        peer.Metrics.Proposed();
        if (!request.Forward)
        {
            new Proposer(sender, request.CorrelationId).Fail(peer, NotLeaderReason, peer.WhyNotLeader);
            return;
        }
        var proposer = new Proposer(sender, request.CorrelationId, peer.Traces.Forwards(request.Trace));
        if (TryRead(request, proposer, out var proposed))
            forwarding.Forward(new ForwardedRequest.Proposal(proposed, proposer));
    }

    /// <summary>Asks the leader for the index of a query.</summary>
    public void PassOn(Query request, IActorRef sender)
    {
        var query = new PendingQuery(sender, request.CorrelationId, request.Request);
        if (IsAnsweredInAnyRole(request, query))
            return;
        peer.Metrics.Read(ReadKind.Forwarded);
        PassOn(new ForwardedRequest.Read(query), request.Forward);
    }

    /// <summary>Passes on a request to transfer the leadership.</summary>
    public void PassOn(TransferLeadership request, IActorRef sender) =>
        PassOn(new ForwardedRequest.Transfer(request.Target, sender, request.CorrelationId), request.Forward);

    // ---- ... or refuses: a peer that takes this one for the leader looks for the leader itself

    /// <summary>Refuses a forwarded proposal.</summary>
    public void Refuse(ForwardProposal request) =>
        new Proposer(request.Header, request.RequestId).Fail(peer, FailureReason.NotLeader, peer.WhyNotLeader);

    /// <summary>Refuses a forwarded transfer.</summary>
    public void Refuse(ForwardTransfer request) =>
        new TransferRequest.OfPeer(request.Header, request.RequestId)
            .Fail(peer, FailureReason.NotLeader, peer.WhyNotLeader);

    /// <summary>Refuses the queries of another peer.</summary>
    public void Refuse(ReadIndex request) =>
        new PendingConfirmation.OfPeer(request).Fail(peer, FailureReason.NotLeader, peer.WhyNotLeader);

    /// <summary>Answers an actor of this node that this peer does not lead.</summary>
    public void Refuse(ConfirmLeadership request, IActorRef sender) =>
        new PendingConfirmation.OfLeadership(sender, request.CorrelationId)
            .Fail(peer, FailureReason.NotLeader, peer.WhyNotLeader);

    private void PassOn(ForwardedRequest request, bool forward)
    {
        if (forward)
            forwarding.Forward(request);
        else
            request.Fail(peer, NotLeaderReason, peer.WhyNotLeader);
    }

    private bool TryRead(IProposal request, Proposer proposer, out ProposedEntry proposed)
    {
        if (ProposedEntry.TryRead(request, settings, serialization, out proposed, out var refusal))
            return true;
        proposer.Fail(peer, refusal.Reason, refusal.Message);
        return false;
    }

    // While the group rests nobody says that the state is not too old. Only the leader can, as for any other query.
    private bool WakesGroup(Query request) => peer.HasRested && request.MaxStaleness is { } most
        && reads.IsTooOld(most) && (request.Forward || peer.Leading is not null);

    /// <summary>Answers a query that no leader is needed for, or refuses it.</summary>
    /// <returns>Whether that was so.</returns>
    private bool IsAnsweredInAnyRole(Query request, PendingQuery query)
    {
        if (query.Request is null)
            query.Fail(peer, FailureReason.NotSerializable, "The request is null, which cannot be sent.");
        else if (replica.IsSetAside)
            query.Fail(peer, peer.WhyNoStateMachine);
        else if (request.Consistency == ReadConsistency.Stale && !WakesGroup(request))
        {
            peer.Metrics.Read(ReadKind.Stale);
            reads.AddStale(query, request.MaxStaleness);
        }
        else
            return false;
        return true;
    }
}
