using Akka.Actor;
using RaftActors.Client;
using RaftActors.Protocol;

namespace RaftActors.Requests;

/// <summary>
/// Passes on what is told to a peer that does not lead: to the leader by its address. A request is answered when the
/// leader answers it. Of a query the leader only learns that there is one (dissertation, section 6.4): the leader names
/// an index, and this peer answers the query once its own state machine has applied that.
/// </summary>
/// <param name="settings">The limits and the waits.</param>
/// <param name="reads">The queries whose index is known.</param>
/// <param name="firstId">See <see cref="PendingForwards"/>.</param>
/// <param name="peer">The peer.</param>
internal sealed class Forwarding(RaftSettings settings, PendingReads reads, long firstId, IRequestsPeer peer)
{
    private readonly PendingForwards _pending = new(settings.LeaderWait, settings.ForwardTimeout, firstId);

    // The reads for which to ask an index, together, once the messages that are already here were handled.
    private readonly List<long> _indexWanted = [];

    // When the timer fires; null when none runs.
    private TimeSpan? _timeoutAt;

    // Whether requests wait until the term is durable.
    private bool _isHeld;

    // The leader that handed its leadership over, and still answers what was sent to it.
    private string? _formerLeader;

    /// <summary>Whether no request waits for a leader or for its answer.</summary>
    public bool IsEmpty => _pending.IsEmpty;

    /// <summary>
    /// Passes a request on, now or when there is a leader. A request that is too large, or one too many, fails.
    /// </summary>
    public void Forward(ForwardedRequest request)
    {
        int others = _pending.Others + reads.Count;
        bool isFull = request is ForwardedRequest.Proposal
            ? _pending.Proposals >= settings.MaxPendingProposals
            : others >= settings.MaxPendingQueries;
        if (request.Bytes > settings.MaxEntryBytes)
        {
            request.Fail(peer, FailureReason.TooLarge, Proposals.TooLarge(request.Bytes, settings));
        }
        else if (isFull || _pending.Bytes + request.Bytes > settings.MaxPendingBytes)
        {
            string load = $"{_pending.Proposals} proposals and {others} queries are pending here. Ask less at once.";
            request.Fail(peer, FailureReason.Overloaded, load);
        }
        else if (peer.Leader is { } leader && MaySend())
        {
            Send(request, leader.Address);
        }
        else
        {
            _pending.Wait(request, peer.Now);
        }
        StartTimer();
    }

    /// <summary>Keeps a request for the next leader.</summary>
    public void Wait(ForwardedRequest request)
    {
        _pending.Wait(request, peer.Now);
        StartTimer();
    }

    /// <summary>A leader is known: what waited for one is sent to it.</summary>
    public void SendWaiting()
    {
        while (MaySend() && _pending.TryTakeWaiting(out var request))
            SendOrLead(request, peer.Leader!.Address);
    }

    /// <summary>The term is durable: what waited for that is sent.</summary>
    public void Release()
    {
        if (!_isHeld)
            return;
        _isHeld = false;
        if (peer.Leader is not null)
            SendWaiting();
    }

    /// <summary>Asks the leader for the index of all reads that came since the last time.</summary>
    public void Flush()
    {
        if (_indexWanted.Count == 0)
            return;
        if (peer.Leader is { } leader && peer.Leading is null)
            peer.Send(leader.Address, new ReadIndex(peer.Header(), [.. _indexWanted]));
        else
        {
            // The leader is gone since they came.
            foreach (long id in _indexWanted)
            {
                if (_pending.TryTakeSent(id, out var read))
                    WaitForLeader(read);
            }
        }
        _indexWanted.Clear();
    }

    /// <summary>The leader answers a request.</summary>
    public void OnReply(ForwardReply reply)
    {
        if (!_pending.TryTakeSent(reply.RequestId, out var request))
            return;
        switch (reply.Failure)
        {
            case FailureReason.NotLeader or FailureReason.NoLeader:
                // It was certainly not done: it waits for the leader that there is now, or comes next.
                WaitForLeader(request);
                break;
            case { } failure:
                request.Fail(peer, failure, reply.Message);
                break;
            default:
                request.Answer(peer, reply);
                break;
        }
    }

    /// <summary>The leader names the index of reads.</summary>
    public void OnReply(ReadIndexReply reply)
    {
        foreach (long id in reply.RequestIds)
        {
            if (!_pending.TryTakeSent(id, out var request))
                continue;
            if (reply.Failure is FailureReason.NotLeader or FailureReason.NoLeader)
                WaitForLeader(request);
            else if (reply.Failure is { } failure)
                request.Fail(peer, failure, reply.Message);
            else if (request is ForwardedRequest.Read read)
                reads.AddIndexed(read.Query, reply.Index);
            else
                request.FailUnanswered(peer, $"{reply.Header.MemberId} named an index.");
        }
        reads.Ask();
        StartTimer();
    }

    /// <summary>
    /// A peer no longer leads. If it has handed its leadership over, it still answers what was sent to it: what it has
    /// done it has answered, and the rest it sends back. Otherwise what was sent to it may have been done, and nobody
    /// will say.
    /// </summary>
    /// <param name="leader">Where the former leader is.</param>
    /// <param name="stillAnswers">Whether it handed its leadership over, and so still answers.</param>
    public void LeaderLeft(string leader, bool stillAnswers)
    {
        if (stillAnswers)
            _formerLeader = leader;
        else
            Lose(leader);
    }

    /// <summary>The connection to a node was lost. A former leader there answers nothing more.</summary>
    public void OnDisassociated(Address lost)
    {
        if (_formerLeader is not { } former || !NodeAddress.IsAt(former, lost))
            return;
        Lose(former);
        _formerLeader = null;
    }

    /// <summary>Fails what is overdue, reads that have their index included.</summary>
    public void OnTimeout()
    {
        _timeoutAt = null;
        while (_pending.TryTakeOverdue(peer.Now, out var request, out bool wasSent))
        {
            if (wasSent)
                request.FailUnanswered(peer, $"The leader at {request.SentTo} did not answer.");
            else
                request.Fail(peer, FailureReason.NoLeader, peer.WhyNotLeader);
        }
        reads.FailOverdue();
        StartTimer();
    }

    /// <summary>Fails everything.</summary>
    public void FailAll(string why)
    {
        foreach (var request in _pending.TakeSent())
            request.FailUnanswered(peer, why);
        while (_pending.TryTakeWaiting(out var request))
            request.Fail(peer, FailureReason.NoLeader, why);
    }

    // Requests show the term, and there may be many. Until the term is durable they stay here: none of them is lost,
    // and it is known that they were not sent.
    private bool MaySend()
    {
        if (peer.IsDurable)
            return true;
        _isHeld = true;
        peer.RequestFlush();
        return false;
    }

    private void Send(ForwardedRequest request, string leader)
    {
        _pending.Send(request, leader, peer.Now);
        switch (request)
        {
            case ForwardedRequest.Proposal proposal:
                peer.Send(leader, proposal.ToMessage(peer.Header()));
                break;
            case ForwardedRequest.Transfer transfer:
                peer.Send(leader, transfer.ToMessage(peer.Header()));
                break;
            case ForwardedRequest.Read:
                _indexWanted.Add(request.Id);
                peer.RequestFlush();
                break;
        }
    }

    // The leader may be this peer by now.
    private void SendOrLead(ForwardedRequest request, string leader)
    {
        if (peer.Leading is not null)
            peer.Lead(request);
        else
            Send(request, leader);
    }

    private void WaitForLeader(ForwardedRequest request)
    {
        // The peer that just said it is not the leader may be the one still believed to be the leader: nothing is sent
        // there again at once.
        if (peer.Leader is { } leader && leader.Address != request.SentTo && MaySend())
            SendOrLead(request, leader.Address);
        else
            _pending.Wait(request, peer.Now);
        StartTimer();
    }

    private void Lose(string leader)
    {
        foreach (var request in _pending.TakeSentTo(leader))
        {
            if (request.IsRepeatable)
                WaitForLeader(request);
            else
                request.FailUnanswered(peer, $"The leader at {leader} was lost.");
        }
        StartTimer();
    }

    private void StartTimer()
    {
        var next = _pending.NextDeadline();
        if (next is null || reads.NextDeadline < next)
            next = reads.NextDeadline;
        if (next is not { } deadline || _timeoutAt <= deadline)
            return;
        _timeoutAt = deadline;
        peer.StartTimer(Timeout.Instance, deadline - peer.Now);
    }

    /// <summary>Time for <see cref="OnTimeout"/>.</summary>
    public sealed record Timeout
    {
        public static readonly Timeout Instance = new();
    }
}
