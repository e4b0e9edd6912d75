using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.StateMachines;

namespace RaftActors;

// Reads on a peer that does not lead: linearizable ones after it has asked the leader for an index, stale ones at once.
internal sealed partial class RaftActor
{
    // Those for which an index is to be asked, together, once the messages that are already here were handled.
    private readonly List<long> _indexWanted = [];

    // Those that have their index, and wait until it is applied here; but not for longer than a leader's answer is waited for.
    private readonly Queue<(PendingRead Read, long Index, TimeSpan Deadline)> _remoteReads = new();
    private readonly Func<PendingRead, long, bool> _answerReadIndex;
    private readonly Freshness _freshness = new();

    private void PassOn(Query query)
    {
        var replyTo = new ReplyTo(Sender, query.CorrelationId);
        if (IsAnsweredInAnyRole(query, replyTo))
            return;
        if (query.Forward)
            Forward(Client.Forward.OfRead(query.Request, replyTo.Actor!, replyTo.Id));
        else
            FailQuery(replyTo, _leader is null ? FailureReason.NoLeader : FailureReason.NotLeader, NotLeaderMessage());
    }

    private void WantIndex(Forward read)
    {
        _indexWanted.Add(read.Id);
        RequestFlush();
    }

    private void SendReadIndex()
    {
        if (_indexWanted.Count == 0)
            return;
        if (FollowedLeader is { } leader)
            Send(leader.Member.Address, new ReadIndex(Header(), [.. _indexWanted]));
        else
        {
            // The leader is gone since they came.
            foreach (long id in _indexWanted)
            {
                if (_forwards.TryTakeSent(id, out var read))
                    WaitForLeader(read);
            }
        }
        _indexWanted.Clear();
    }

    private void OnReadIndex(ReadIndex request) => AddRead(new PendingRead(new ReplyTo(request.Header, 0), request));

    private void AnswerNotLeader(ReadIndex request) =>
        FailRead(new PendingRead(new ReplyTo(request.Header, 0), request), FailureReason.NotLeader, NotLeaderMessage());

    private void AnswerNotLeader(ConfirmLeadership request) => FailRead(
        new PendingRead(new ReplyTo(Sender, request.CorrelationId), request), FailureReason.NotLeader, NotLeaderMessage());

    // A majority has confirmed that this peer still led after the request came. What it has applied itself does not matter.
    private bool AnswerReadIndex(PendingRead read, long index)
    {
        switch (read.Request)
        {
            case ReadIndex remote:
                Send(remote.Header.Address, new ReadIndexReply(Header(remote.Header.StoreId), remote.RequestIds, null, "", index));
                return true;
            case ConfirmLeadership:
                read.ReplyTo.Actor!.Tell(new LeadershipConfirmed(Term, _leading!.FirstIndex, read.ReplyTo.Id), Self);
                return true;
            default:
                return false;
        }
    }

    private void OnReadIndexReply(ReadIndexReply reply)
    {
        foreach (long id in reply.RequestIds)
        {
            if (!_forwards.TryTakeSent(id, out var forward))
                continue;
            if (reply.Failure is FailureReason.NotLeader or FailureReason.NoLeader)
                WaitForLeader(forward);
            else if (reply.Failure is { } failure)
                Fail(forward, failure, reply.Message);
            else
                _remoteReads.Enqueue((new PendingRead(new ReplyTo(forward.Sender, forward.CorrelationId), forward.LocalRequest!), reply.Index, Now + _settings.ForwardTimeout));
        }
        AskStateMachine();
        StartForwardTimer();
    }

    private void FailOverdueRemoteReads()
    {
        while (_remoteReads.TryPeek(out var first) && first.Deadline <= Now)
        {
            var (read, index, _) = _remoteReads.Dequeue();
            if (index > _log.CommitIndex)
                FailRead(read, FailureReason.NoLeader, $"The leader was lost before it said that entry {index} is committed. Ask again.");
            else
                FailRead(read, FailureReason.Overloaded, $"The state machine has been given the entries up to {_machine.SentIndex}, and the read needs {index}. Ask again later, or another peer.");
        }
    }

    private bool TryTakeRemote(long appliedIndex, out PendingRead read)
    {
        if (_remoteReads.TryPeek(out var first) && first.Index <= appliedIndex)
        {
            read = _remoteReads.Dequeue().Read;
            return true;
        }
        read = default;
        return false;
    }

    // A leader knows itself what is committed, as of when a majority last answered it.
    private void NoteFreshness()
    {
        if (_leading is { } leading && _log.CommitIndex >= leading.FirstIndex)
            _freshness.Heard(leading.MajorityContact(Now), _log.CommitIndex, _machine.SentIndex);
    }

    private void AnswerStale(Query query, ReplyTo replyTo)
    {
        NoteFreshness();
        var age = _freshness.Age(_machine.SentIndex, Now);
        if (query.MaxStaleness is { } most && !(age <= most))
            FailQuery(replyTo, FailureReason.TooStale, $"{(age is { } known ? $"What this peer knows is {known.TotalMilliseconds:0} ms old" : "This peer has not heard of a leader yet")}; the query allows {most.TotalMilliseconds:0} ms. Ask another peer, or without that bound.");
        else if (_asked.Count >= _settings.MaxPendingQueries)
            FailQuery(replyTo, FailureReason.Overloaded, $"{_asked.Count} queries are pending. Ask less at once.");
        else if (!_machine.IsRunning)
            FailQuery(replyTo, FailureReason.StateMachineFailed, "The state machine failed and is about to be built anew.");
        else
        {
            _asked.Enqueue(replyTo);
            _machine.Ask(new AskQueries([query.Request]));
        }
    }
}
