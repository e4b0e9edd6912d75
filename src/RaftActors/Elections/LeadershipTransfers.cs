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
/// A peer's transfers of leadership, one at a time (dissertation, section 3.10). The leader appends nothing new, brings
/// the target up to date, and tells it to start an election at once. That election skips the pre-vote, and voters do
/// not refuse it because they hear a leader. If no other peer leads after an election timeout, the leader goes on. The
/// target may still win later; that is an ordinary election.
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
    // The requests to prepare for a stop whose leadership was transferred. They are answered in a moment.
    private readonly List<TransferRequest.BeforeStop> _readyToStop = [];

    // How often a leader may start a transfer without having been asked.
    private readonly TransferBackoff _transferBackoff =
        new(5 * settings.ElectionTimeoutMax, 100 * settings.ElectionTimeoutMax);

    // Stays after the leadership is lost, because the requesters want to know who leads.
    private LeadershipTransfer? _transfer;

    /// <summary>Whether this leader is transferring its leadership. It then appends nothing new.</summary>
    public bool IsTransferring => _transfer is not null && peer.Leading is not null;

    /// <summary>Whether the peer is about to be stopped and must not lead again.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Asks a leader to transfer its leadership.</summary>
    /// <param name="to">The target; <c>null</c> for any.</param>
    /// <param name="request">The request, which gets the answer.</param>
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
    /// Called before the peer is stopped: it asks for no more votes. A leader transfers its leadership, if another peer
    /// can take it.
    /// </summary>
    /// <param name="asker">The actor that stops the peer and waits for <see cref="ReadyToStop"/>.</param>
    public void PrepareToStop(IActorRef asker)
    {
        IsStopping = true;
        var request = new TransferRequest.BeforeStop(asker);
        if (peer.Leading is not null && (_transfer?.Target ?? BestSuccessor()?.Server.Id) is { } target)
            Start(target).Requests.Add(request);
        else
            request.Fail(peer, FailureReason.NotLeader, "There is no leadership to transfer.");
    }

    /// <summary>Transfers the leadership to the best successor, if there is one.</summary>
    /// <returns>Whether there is a successor.</returns>
    public bool TryHandOver()
    {
        if (BestSuccessor() is not { } successor)
            return false;
        Start(successor.Server.Id);
        return true;
    }

    /// <summary>
    /// Transfers the leadership of a leader that cannot serve well. Proposals wait during a transfer, so after a
    /// failure the leader does not try again at once.
    /// </summary>
    /// <param name="pause">How long the leader waits after its last attempt, whatever that was made for.</param>
    /// <returns>Whether a transfer was started.</returns>
    public bool TryHandOver(TimeSpan pause)
    {
        bool isEarly = peer.Now - _transferBackoff.LastAttempt < pause;
        if (_transfer is not null || isEarly || BestSuccessor() is not { } successor)
            return false;
        _transferBackoff.LastAttempt = peer.Now;
        Start(successor.Server.Id);
        return true;
    }

    /// <summary>
    /// Transfers the leadership to the member of the highest priority. Priorities have no part in elections: no vote
    /// depends on them. Called with each heartbeat.
    /// </summary>
    /// <param name="isQuiet">Whether nothing else is under way that a transfer would disturb.</param>
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
    /// Whether the leadership may be moved to a voter that would lead as well as this peer, without having been asked
    /// for by anybody: so that each node leads its share of many groups. Never against the priorities, and not while a
    /// snapshot is being installed.
    /// </summary>
    public bool MayMoveTo(Follower target)
    {
        var (leading, configuration, now) = (peer.Leading!, configurations.Latest, peer.Now);
        var (voter, progress) = target;
        int priority = configuration.Find(settings.MemberId)?.Priority ?? 0;
        foreach (var (server, other) in leading.Followers)
        {
            bool isPreferred = server.Priority > priority && configuration.IsIncomingVoter(server.Id);
            if (isPreferred || other.State == ProgressState.Snapshot)
                return false;
        }
        return _transfer is null
            && !IsStopping
            && voter.Priority == priority
            && Successor.IsFit(target, leading, configuration, now - settings.ElectionTimeoutMax)
            && progress.State == ProgressState.Replicate
            && progress.MatchIndex >= log.CommitIndex
            && _transferBackoff.MayTry(voter.Id, now);
    }

    /// <summary>Moves the leadership to a voter for which <see cref="MayMoveTo"/> holds.</summary>
    public void MoveTo(Follower target)
    {
        string id = target.Server.Id;
        logger.Info("{0}: the node of {1} leads fewer groups than its share.", settings.PersistenceId, id);
        _transferBackoff.Tried(id, peer.Now);
        Start(id);
    }

    /// <summary>
    /// Tells the best successor to start an election when a leader ends without a transfer, for example because its
    /// disk failed. So the followers need not wait for their election timeouts.
    /// </summary>
    public void TransferAtLast()
    {
        if (peer.Leading is not null && BestSuccessor(atLast: true) is { } successor)
            SendTimeoutNow(successor);
    }

    /// <summary>
    /// Tells the target to start an election, once the target is up to date. Called after everything that may have
    /// changed that.
    /// </summary>
    /// <param name="again">
    /// Whether to tell the target again, because the first message may be lost. A message of an earlier term is
    /// ignored.
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

    /// <summary>Called when a peer leads. A transfer that is under way has ended.</summary>
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

    /// <summary>Ends a transfer whose time limit has passed: the target does not lead.</summary>
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

    /// <summary>Answers the requests to prepare for a stop.</summary>
    public void AnswerReadyToStop()
    {
        foreach (var stop in _readyToStop)
            stop.Answer(peer);
        _readyToStop.Clear();
    }

    /// <summary>Fails the requests when the peer ends, because the outcome of the transfer will stay unknown.</summary>
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

    // A request to prepare for a stop is answered a little later. By then the other peers have heard of the new leader,
    // and have got back what they had forwarded to this peer.
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

    /// <summary>The time has come for <see cref="AnswerReadyToStop"/>.</summary>
    public sealed record StopAnswerDue
    {
        public static readonly StopAnswerDue Instance = new();
    }

    /// <summary>The time has come for <see cref="OnTimeout"/>.</summary>
    public sealed record TransferTimeout
    {
        public static readonly TransferTimeout Instance = new();
    }
}
