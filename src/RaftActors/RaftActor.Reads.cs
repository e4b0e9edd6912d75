using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors;

// Linearizable reads by read index (dissertation, section 6.4).
internal sealed partial class RaftActor
{
    // Those who asked what the state machine is answering now, in its order.
    private readonly Queue<ReplyTo> _asked = new();

    private void OnQuery(Query query, IActorRef sender)
    {
        if (_role != RaftRole.Leader)
            ForwardOrRefuse(query, sender);
        else if (query.Request is null)
            FailQuery(new ReplyTo(sender, query.CorrelationId), FailureReason.NotSerializable, "There is no request: null cannot be sent.");
        else
            AddRead(new PendingRead(new ReplyTo(sender, query.CorrelationId), query.Request));
    }

    private void OnForwardQuery(ForwardQuery query)
    {
        var replyTo = new ReplyTo(query.Header, query.RequestId);
        if (_role != RaftRole.Leader)
            FailQuery(replyTo, FailureReason.NotLeader, NotLeaderMessage());
        else
            AddRead(new PendingRead(replyTo, query.Request));
    }

    private void AddRead(PendingRead read)
    {
        var reads = _leading!.Reads;
        if (reads.Count + _asked.Count >= _settings.MaxPendingQueries)
        {
            FailQuery(read.ReplyTo, FailureReason.Overloaded, $"{reads.Count + _asked.Count} queries are pending. Ask less at once.");
            return;
        }
        reads.Add(read);
        RequestFlush();
    }

    // All reads that came while a round was under way share the next. None before an entry of the own term is committed: until then the leader may not know what is committed.
    private void StartReadRound()
    {
        var leading = _leading!;
        if (!leading.Reads.WantsRound || _log.CommitIndex < leading.FirstIndex)
            return;
        leading.Reads.StartRound(_log.CommitIndex);
        foreach (var follower in leading.Followers)
            Send(follower.Voter.Address, AppendEntriesTo(follower, EntryBatch.Empty));
        ConfirmReads();
    }

    private void ConfirmReads()
    {
        var reads = _leading!.Reads;
        if (reads.Count == 0)
            return;
        reads.Confirm(_leading.MajorityReadContext());
        AskStateMachine();
        if (reads.WantsRound)
            RequestFlush();
    }

    // The state machine handles its messages in order: what was handed to it before the question is applied before it is answered.
    private void AskStateMachine()
    {
        if (_leading is not { } leading)
            return;
        if (_stateMachine is not { } machine)
        {
            FailConfirmedReads(leading);
            return;
        }
        while (leading.Reads.TryTake(_handedIndex, out var read))
        {
            _asked.Enqueue(read.ReplyTo);
            machine.Tell(new AskQuery(read.Request), Self);
        }
    }

    private void FailConfirmedReads(LeaderState leading)
    {
        while (leading.Reads.TryTake(long.MaxValue, out var read))
            FailQuery(read.ReplyTo, FailureReason.StateMachineFailed, "The state machine failed and is about to be built anew.");
    }

    private void OnQueryAnswered(QueryAnswered answered)
    {
        if (answered.Machine != _machine || !_asked.TryDequeue(out var replyTo))
            return;
        if (answered.Failure is { } failure)
            FailQuery(replyTo, FailureReason.StateMachineFailed, $"The state machine failed to answer: {failure}");
        else if (replyTo.Actor is { } actor)
            actor.Tell(new QueryResult(answered.Result, answered.AppliedIndex, replyTo.Id), Self);
        else if (TryEncodeResponse(answered.Result, out var payload))
            Reply(replyTo, null, "", answered.AppliedIndex, 0, payload);
        else
            FailQuery(replyTo, FailureReason.StateMachineFailed, $"The answer, a {answered.Result?.GetType()}, cannot be serialized.");
    }

    private void FailQuery(ReplyTo replyTo, FailureReason reason, string message)
    {
        if (replyTo.Actor is { } actor)
            actor.Tell(new QueryFailed(reason, message, _leader?.Member, replyTo.Id), Self);
        else
            Reply(replyTo, reason, message, 0, 0, null);
    }

    // A read that this leader could not confirm changes nothing when it is asked again, of the next one.
    private void Retry(PendingRead read)
    {
        if (read.ReplyTo.Actor is not { } actor)
            FailQuery(read.ReplyTo, FailureReason.NotLeader, NotLeaderMessage());
        else if (TryEncode(read.Request, read.ReplyTo, isQuery: true, out var request))
        {
            _forwards.Wait(new Forward(true, request, false, actor, read.ReplyTo.Id), Now);
            StartForwardTimer();
        }
    }
}
