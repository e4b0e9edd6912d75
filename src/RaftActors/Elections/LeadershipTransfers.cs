using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;

namespace RaftActors.Elections;

/// <summary>
/// A peer's transfers of leadership, one at a time (dissertation, section 3.10): nothing new is appended, the target is
/// brought up to date and told to campaign at once, past pre-vote and stickiness. If nobody leads after an election
/// timeout, the leader goes on. The target may still win later: that is an election like any other.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class LeadershipTransfers(
    RaftSettings settings,
    RaftLog log,
    ConfigurationHistory configurations,
    ILoggingAdapter logger,
    ITransferringPeer peer)
{
    // Whoever stops the peer, and is told in a moment that the leadership was handed over.
    private readonly List<TransferRequest.BeforeStop> _readyToStop = [];

    // How often a leader may try without having been asked.
    private readonly TransferBackoff _transferBackoff =
        new(5 * settings.ElectionTimeoutMax, 100 * settings.ElectionTimeoutMax);

    // Outlives the leadership that it hands over: those who asked for it want to know who leads.
    private LeadershipTransfer? _transfer;

    /// <summary>Whether this leader hands over its leadership: it appends nothing new.</summary>
    public bool IsTransferring => _transfer is not null && peer.Leading is not null;

    /// <summary>Whether the peer is about to be stopped, and does not want to lead again.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>A leader is asked to hand over.</summary>
    /// <param name="to">To whom; <c>null</c> for any.</param>
    /// <param name="request">Who asks.</param>
    public void Request(string? to, TransferRequest request)
    {
        string? target = to ?? _transfer?.Target ?? BestSuccessor()?.Server.Id;
        if (Problem(target) is { } problem)
            request.Fail(peer, FailureReason.InvalidTarget, problem);
        else if (_transfer is { } other && other.Target != target)
        {
            string underWay = $"The leadership is being transferred to {other.Target}.";
            request.Fail(peer, FailureReason.TransferInProgress, $"{underWay} Try again after an election timeout.");
        }
        else if (target == settings.MemberId)
            request.Answer(peer, peer.Leader!, peer.Term);
        else
            Start(target!).Requests.Add(request);
    }

    /// <summary>
    /// The peer will be stopped: it asks for no more votes. A leader hands over, if another peer can take it.
    /// </summary>
    /// <param name="asker">Who stops the peer, and waits for <see cref="ReadyToStop"/>.</param>
    public void PrepareToStop(IActorRef asker)
    {
        IsStopping = true;
        var request = new TransferRequest.BeforeStop(asker);
        if (peer.Leading is not null && (_transfer?.Target ?? BestSuccessor()?.Server.Id) is { } target)
            Start(target).Requests.Add(request);
        else
            request.Fail(peer, FailureReason.NotLeader, "There is no leadership to transfer.");
    }

    /// <summary>A leader hands over to the best successor, if there is one.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryHandOver()
    {
        if (BestSuccessor() is not { } successor)
            return false;
        Start(successor.Server.Id);
        return true;
    }

    /// <summary>
    /// A leader that cannot serve well hands over. Proposals wait while it tries, so after a failure it does not try
    /// again at once.
    /// </summary>
    /// <param name="pause">For how long it does not try again.</param>
    /// <returns>Whether it tries.</returns>
    public bool TryHandOver(TimeSpan pause)
    {
        if (_transfer is not null || peer.Now < _transferBackoff.NotBefore || BestSuccessor() is not { } successor)
            return false;
        _transferBackoff.NotBefore = peer.Now + pause;
        Start(successor.Server.Id);
        return true;
    }

    /// <summary>
    /// The leadership drifts to the member of the highest priority. Priorities have no part in elections: no vote
    /// depends on them. Called with each heartbeat.
    /// </summary>
    /// <param name="isQuiet">Whether nothing else is under way that a transfer would be in the way of.</param>
    public void TransferToPreferredLeader(bool isQuiet)
    {
        var leading = peer.Leading!;
        var now = peer.Now;
        var (configuration, self) = (configurations.Latest, settings.MemberId);
        var preferred = leading.PreferredLeader.Look(
            configuration, self, leading.Followers, log.CommitIndex, now, id => _transferBackoff.MayTry(id, now));
        if (preferred is null || !isQuiet || _transfer is not null)
            return;
        string peerId = settings.PersistenceId;
        logger.Info("{0}: {1} has the priority {2} and keeps up.", peerId, preferred.Id, preferred.Priority);
        _transferBackoff.Tried(preferred.Id, now);
        Start(preferred.Id);
    }

    /// <summary>
    /// A leader ends without having handed over, because its disk failed for example: the followers need not wait for
    /// their election timeouts.
    /// </summary>
    public void TransferAtLast()
    {
        if (peer.Leading is not null && BestSuccessor(atLast: true) is { } successor)
            SendTimeoutNow(successor);
    }

    /// <summary>
    /// Tells the target to take over once it is up to date. Called after everything that may have brought that nearer.
    /// </summary>
    /// <param name="again">
    /// Whether to tell it again: the message may be lost. A message of an earlier term is ignored.
    /// </param>
    public void Continue(bool again = false)
    {
        if (_transfer is not { } transfer || peer.Leading is not { } leading)
            return;
        if ((transfer.IsOrdered && !again) || leading.Find(transfer.Target) is not { } target)
            return;
        if (!transfer.IsReady(target.Progress.MatchIndex, log.LastIndex, peer.UnansweredProposals, peer.Now))
            return;
        transfer.IsOrdered = true;
        SendTimeoutNow(target);
    }

    /// <summary>A peer leads: a transfer that is under way is over.</summary>
    public void OnLeader(Member leader)
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        peer.StopTimer(TransferTimeout.Instance);
        if (leader.Id != transfer.Target)
        {
            Fail(transfer, $"{leader.Id} was elected, not {transfer.Target}.");
            return;
        }
        foreach (var request in transfer.Requests)
            Answer(request, leader);
    }

    /// <summary>The new leader is known by now, or this peer goes on, or nobody leads.</summary>
    public void OnTimeout()
    {
        if (_transfer is not { } transfer)
            return;
        _transfer = null;
        string id = settings.PersistenceId, target = transfer.Target;
        if (peer.Leading is not null)
            logger.Warning("{0}: {1} did not take over the leadership of term {2} in time.", id, target, peer.Term);
        Fail(transfer, $"{target} did not take over within an election timeout. Look at that node, or name another.");
        peer.OnTransferGivenUp();
    }

    /// <summary>Whoever stops the peer is answered now.</summary>
    public void AnswerReadyToStop()
    {
        foreach (var stop in _readyToStop)
            stop.Answer(peer);
        _readyToStop.Clear();
    }

    /// <summary>The peer ends: nobody will say what becomes of the transfer.</summary>
    public void FailRequests(string why)
    {
        if (_transfer is { } transfer)
            Fail(transfer, why);
    }

    private Follower? BestSuccessor(bool atLast = false) => Successor.Of(
        peer.Leading!, configurations.Latest, log.CommitIndex, peer.Now - settings.ElectionTimeoutMax, atLast);

    private string? Problem(string? target)
    {
        if (target is null)
            return "No other voter has answered within the last election timeout. Look at the other nodes.";
        var configuration = configurations.Latest;
        if (target == settings.MemberId || configuration.IsVoter(target))
            return null;
        string voters = string.Join(", ", configuration.Members().Select(static member => member.Id));
        return $"'{target}' is not a voter of the group. Its voters are {voters}.";
    }

    private LeadershipTransfer Start(string target)
    {
        if (_transfer is { } underWay)
            return underWay;
        string id = settings.PersistenceId;
        logger.Info("{0}: the leadership of term {1} is to go to {2}.", id, peer.Term, target);
        var transfer = _transfer = new LeadershipTransfer(target, peer.Now, settings.ElectionTimeoutMax);
        peer.StartTimer(TransferTimeout.Instance, settings.ElectionTimeoutMax);
        Continue();
        return transfer;
    }

    private void SendTimeoutNow(Follower target)
    {
        peer.Leading!.HandedOver = true;
        peer.Send(peer.AddressOf(target.Server), new TimeoutNow(peer.Header(target.Server.StoreId)));
    }

    private void Fail(LeadershipTransfer transfer, string why)
    {
        foreach (var request in transfer.Requests)
            request.Fail(peer, FailureReason.TransferTimedOut, why);
        transfer.Requests.Clear();
    }

    // Whoever stops the peer is answered a little later: the other peers have to hear of the new leader, and what they
    // forwarded here before has to be sent back to them.
    private void Answer(TransferRequest request, Member leader)
    {
        if (request is not TransferRequest.BeforeStop stop)
        {
            request.Answer(peer, leader, peer.Term);
            return;
        }
        _readyToStop.Add(stop);
        peer.StartTimer(StopAnswerDue.Instance, settings.HeartbeatInterval);
    }

    /// <summary>Time for <see cref="AnswerReadyToStop"/>.</summary>
    public sealed record StopAnswerDue
    {
        public static readonly StopAnswerDue Instance = new();
    }

    /// <summary>Time for <see cref="OnTimeout"/>.</summary>
    public sealed record TransferTimeout
    {
        public static readonly TransferTimeout Instance = new();
    }
}
