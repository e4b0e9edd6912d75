using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;

namespace RaftActors;

// Requests of clients, as the tables of the roles hand them out: a leader appends a proposal or adds a read, any other
// peer passes them on to the leader or refuses. Reads are linearizable by read index (dissertation, section 6.4): the
// asked peer needs an index that was committed after the question, and answers once its own state machine has applied
// that. Only the leader knows such an index, after a round of heartbeats; the other peers ask it.
internal sealed partial class RaftActor : IRequestsPeer
{
    private readonly PendingReads _reads;
    private readonly Forwarding _forwarding;
    private readonly Proposals _proposals;
    private readonly long _frameRoom = RaftSettings.FrameRoom((ExtendedActorSystem)Context.System);

    private FailureReason NotLeaderReason => _leader is null ? FailureReason.NoLeader : FailureReason.NotLeader;

    // ---- Proposals

    private void OnPropose(IProposal request)
    {
        var proposer = new Proposer(Sender, request.CorrelationId);
        if (TryRead(request, proposer, out var proposed))
            _proposals.Propose(proposed, proposer);
    }

    private void OnForwardProposal(ForwardProposal request)
    {
        var proposer = new Proposer(request.Header, request.RequestId);
        var proposed = new ProposedEntry(request.Kind, request.Command, request.Session, request.ReplyWhenAppended);
        if (Payloads.Problem(Context.System.Serialization, request.Command) is { } problem)
            proposer.Fail(this, FailureReason.NotSerializable, problem);
        else
            _proposals.Propose(proposed, proposer);
    }

    private void PassOn(IProposal request)
    {
        var proposer = new Proposer(Sender, request.CorrelationId);
        if (!request.Forward)
            proposer.Fail(this, NotLeaderReason, NotLeaderMessage());
        else if (TryRead(request, proposer, out var proposed))
            _forwarding.Forward(new ForwardedRequest.Proposal(proposed, Sender, request.CorrelationId));
    }

    private void AnswerNotLeader(ForwardProposal request) =>
        new Proposer(request.Header, request.RequestId).Fail(this, FailureReason.NotLeader, NotLeaderMessage());

    private bool TryRead(IProposal request, Proposer proposer, out ProposedEntry proposed)
    {
        var serialization = Context.System.Serialization;
        if (ProposedEntry.TryRead(request, _settings, serialization, out proposed, out var refusal))
            return true;
        proposer.Fail(this, refusal.Reason, refusal.Message);
        return false;
    }

    // ---- Reads

    private void OnQuery(Query request)
    {
        var query = new PendingQuery(Sender, request.CorrelationId, request.Request);
        if (IsAnsweredInAnyRole(request, query))
            return;
        if (request.Consistency == ReadConsistency.Lease && HasLease)
            _reads.AddByLease(query);
        else
            _reads.Add(query);
    }

    private void OnReadIndex(ReadIndex request) => _reads.Add(new PendingConfirmation.OfPeer(request));

    // Not bounded as queries are: an overloaded leader still leads, and whoever asks this asks it seldom.
    private void OnConfirmLeadership(ConfirmLeadership request)
    {
        long first = _leading!.FirstIndex;
        _leading.Reads.Add(new PendingConfirmation.OfLeadership(Sender, request.CorrelationId, Term, first));
        RequestFlush();
    }

    private void PassOn(Query request)
    {
        var query = new PendingQuery(Sender, request.CorrelationId, request.Request);
        if (IsAnsweredInAnyRole(request, query))
            return;
        if (request.Forward)
            _forwarding.Forward(new ForwardedRequest.Read(query));
        else
            query.Fail(this, NotLeaderReason, NotLeaderMessage());
    }

    private void AnswerNotLeader(ReadIndex request) =>
        new PendingConfirmation.OfPeer(request).Fail(this, FailureReason.NotLeader, NotLeaderMessage());

    private void AnswerNotLeader(ConfirmLeadership request) => Sender.Tell(
        new QueryFailed(FailureReason.NotLeader, NotLeaderMessage(), _leader?.Member, request.CorrelationId), Self);

    /// <summary>Answers a query that no leader is needed for, or refuses it.</summary>
    /// <returns>Whether that was so.</returns>
    private bool IsAnsweredInAnyRole(Query request, PendingQuery query)
    {
        if (query.Request is null)
            query.Fail(this, FailureReason.NotSerializable, "The request is null, which cannot be sent.");
        else if (_replica.IsSetAside)
            query.Fail(this, SetAsideReason, _replica.Message);
        else if (request.Consistency == ReadConsistency.Stale)
        {
            NoteStaleness();
            _reads.AddStale(query, request.MaxStaleness);
        }
        else
            return false;
        return true;
    }

    // A leader knows itself what is committed, as of when a majority last answered it.
    private void NoteStaleness()
    {
        if (_leading is { } leading && _raftLog.CommitIndex >= leading.FirstIndex)
            _reads.HeardCommit(leading.MajorityContact(Now), _raftLog.CommitIndex);
    }

    // All reads that came while a round was under way share the next. There is no round before an entry of the leader's
    // own term is committed: until then the leader may not know what is committed.
    private void StartReadRound()
    {
        var leading = _leading!;
        if (!leading.Reads.WantsRound || _raftLog.CommitIndex < leading.FirstIndex)
            return;
        leading.Reads.StartRound(_raftLog.CommitIndex);
        if (Configuration.Lease > TimeSpan.Zero)
            leading.Lease.Drawn(leading.Reads.Context, Now);
        foreach (var follower in leading.Followers)
            Send(_addresses.Of(follower.Server), AppendEntriesTo(follower, EntryBatch.Empty));
        ConfirmReads();
    }

    private void ConfirmReads()
    {
        var rounds = _leading!.Reads;
        if (rounds.Count == 0)
            return;
        rounds.Confirm(_leading.MajorityReadContext(), this);
        _reads.Ask();
        if (rounds.WantsRound)
            RequestFlush();
    }

    // A query that this leader could not confirm changes nothing when it is asked again, of the next leader.
    private void DropReads(ReadIndexQueue rounds)
    {
        var (queries, confirmations) = rounds.TakeAll();
        foreach (var query in queries)
            _forwarding.Wait(new ForwardedRequest.Read(query));
        foreach (var confirmation in confirmations)
            confirmation.Fail(this, FailureReason.NotLeader, NotLeaderMessage());
    }

    private void OnQueriesAnswered(QueriesAnswered answered)
    {
        if (_machine.IsPresent(answered.Machine))
            _reads.OnAnswered(answered);
    }

    private string NotLeaderMessage()
    {
        if (_leader is { } leader)
            return $"{_self.Id} is not the leader; {leader.Member.Id} at {leader.Member.Address} is.";
        return _problems.ReasonOf(PeerProblemKind.NoLeader)
            ?? $"{_self.Id} knows no leader. Try again after an election timeout.";
    }
}
