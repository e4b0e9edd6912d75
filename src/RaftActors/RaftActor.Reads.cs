using Akka.Actor;
using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Replication;
using RaftActors.StateMachines;

namespace RaftActors;

// Reads, as a leader and as any peer answers them. Linearizable ones by read index (dissertation, section 6.4): whoever was asked needs an index that was committed after it was asked, and answers once
// its own state machine has applied it. Only the leader knows such an index, after a round of heartbeats; the other peers ask it (RaftActor.RemoteReads.cs).
internal sealed partial class RaftActor
{
    // So many questions at most are told to the state machine in one message: the first answer waits for the last one.
    private const int QueryBatch = 64;

    // Those who asked what the state machine is answering now, in its order.
    private readonly Queue<ReplyTo> _asked = new();
    private readonly List<object> _toAsk = [];

    private void OnQuery(Query query)
    {
        var replyTo = new ReplyTo(Sender, query.CorrelationId);
        if (IsAnsweredInAnyRole(query, replyTo))
            return;
        var read = new PendingRead(replyTo, query.Request);
        if (query.Consistency == ReadConsistency.Lease && HasLease)
            AddLeaseRead(read);
        else
            AddRead(read);
    }

    // What needs no leader, and what nobody can answer.
    private bool IsAnsweredInAnyRole(Query query, ReplyTo replyTo)
    {
        if (query.Request is null)
            FailQuery(replyTo, FailureReason.NotSerializable, "The request is null, which cannot be sent.");
        else if (IsSetAside)
            FailQuery(replyTo, SetAsideReason, SetAsideMessage());
        else if (query.Consistency == ReadConsistency.Stale)
            AnswerStale(query, replyTo);
        else
            return false;
        return true;
    }

    // Not bounded as queries are: an overloaded leader still leads, and whoever asks this asks it seldom.
    private void OnConfirmLeadership(ConfirmLeadership request)
    {
        _leading!.Reads.Add(new PendingRead(new ReplyTo(Sender, request.CorrelationId), request));
        RequestFlush();
    }

    private void AddRead(PendingRead read)
    {
        if (IsRefused(read))
            return;
        _leading!.Reads.Add(read);
        RequestFlush();
    }

    // Nobody else can have committed anything: what is committed here is all there is.
    private void AddLeaseRead(PendingRead read)
    {
        if (IsRefused(read))
            return;
        _leading!.Reads.AddConfirmed(read, _log.CommitIndex);
        AskStateMachine();
    }

    private bool IsRefused(PendingRead read)
    {
        int pending = _leading!.Reads.Count + _asked.Count;
        if (pending < _settings.MaxPendingQueries)
            return false;
        FailRead(read, FailureReason.Overloaded, $"{pending} queries are pending. Ask less at once.");
        return true;
    }

    // All reads that came while a round was under way share the next. None before an entry of the own term is committed: until then the leader may not know what is committed.
    private void StartReadRound()
    {
        var leading = _leading!;
        if (!leading.Reads.WantsRound || _log.CommitIndex < leading.FirstIndex)
            return;
        leading.Reads.StartRound(_log.CommitIndex);
        if (Configuration.Lease > TimeSpan.Zero)
            leading.Lease.Drawn(leading.Reads.Context, Now);
        foreach (var follower in leading.Followers)
            Send(AddressOf(follower.Voter), AppendEntriesTo(follower, EntryBatch.Empty));
        ConfirmReads();
    }

    private void ConfirmReads()
    {
        var reads = _leading!.Reads;
        if (reads.Count == 0)
            return;
        reads.Confirm(_leading.MajorityReadContext(), _answerReadIndex);
        AskStateMachine();
        if (reads.WantsRound)
            RequestFlush();
    }

    // The state machine handles its messages in order: what was handed to it before the question is applied before it is answered.
    private void AskStateMachine()
    {
        if (!_machine.IsRunning)
        {
            FailConfirmedReads();
            return;
        }
        while (TryTakeAnswerable(out var read))
        {
            _asked.Enqueue(read.ReplyTo);
            _toAsk.Add(read.Request);
            if (_toAsk.Count == QueryBatch)
                AskTogether();
        }
        if (_toAsk.Count > 0)
            AskTogether();
    }

    private void AskTogether()
    {
        _machine.Ask(new AskQueries([.. _toAsk]));
        _toAsk.Clear();
    }

    private bool TryTakeAnswerable(out PendingRead read) =>
        TryTakeRemote(_machine.SentIndex, out read) || (_leading is { } leading && leading.Reads.TryTake(_machine.SentIndex, out read));

    private void FailConfirmedReads()
    {
        var (reason, message) = IsSetAside ? (SetAsideReason, SetAsideMessage())
            : (FailureReason.StateMachineFailed, "The state machine failed and is about to be built anew.");
        while (TryTakeRemote(long.MaxValue, out var read) || (_leading is { } leading && leading.Reads.TryTake(long.MaxValue, out read)))
            FailRead(read, reason, message);
    }

    private void OnQueriesAnswered(QueriesAnswered answered)
    {
        if (!_machine.IsPresent(answered.Machine))
            return;
        foreach (var answer in answered.Answers)
        {
            var replyTo = _asked.Dequeue();
            if (answer.Failure is { } failure)
                FailQuery(replyTo, FailureReason.StateMachineFailed, $"The state machine failed to answer: {failure}");
            else
                replyTo.Actor!.Tell(new QueryResult(answer.Result, answered.AppliedIndex, replyTo.Id), Self);
        }
    }

    private void FailQuery(ReplyTo replyTo, FailureReason reason, string message) =>
        replyTo.Actor!.Tell(new QueryFailed(reason, message, _leader?.Member, replyTo.Id), Self);

    private void FailRead(PendingRead read, FailureReason reason, string message)
    {
        if (read.Request is ReadIndex remote)
            Send(remote.Header.Address, new ReadIndexReply(Header(remote.Header.StoreId), remote.RequestIds, reason, message, 0));
        else
            FailQuery(read.ReplyTo, reason, message);
    }

    private void FailReads(string why)
    {
        while (_asked.TryDequeue(out var replyTo))
            FailQuery(replyTo, FailureReason.NoLeader, why);
        while (TryTakeRemote(long.MaxValue, out var read))
            FailRead(read, FailureReason.NoLeader, why);
        foreach (var pending in _leading?.Reads.TakeAll() ?? [])
            FailRead(pending, FailureReason.NoLeader, why);
    }

    // A read that this leader could not confirm changes nothing when it is asked again, of the next one.
    private void Retry(PendingRead read)
    {
        if (read.ReplyTo.Actor is not { } actor || read.Request is ConfirmLeadership)
        {
            FailRead(read, FailureReason.NotLeader, NotLeaderMessage());
            return;
        }
        _forwards.Wait(Client.Forward.OfRead(read.Request, actor, read.ReplyTo.Id), Now);
        StartForwardTimer();
    }
}
