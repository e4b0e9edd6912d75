using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Requests;

namespace RaftActors.Membership;

/// <summary>
/// A leader's changes of members by joint consensus (paper, section 6), one at a time. New voters first catch up as
/// learners (dissertation, section 4.2.1). Then the leader appends a joint configuration, in which both sets of voters
/// must agree. Once the joint configuration is committed, the leader at that time appends the new configuration.
/// </summary>
/// <param name="settings">The settings of the peer.</param>
/// <param name="log">The log of the peer.</param>
/// <param name="configurations">The configurations in the log.</param>
/// <param name="logger">The logger of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class MemberChanges(
    RaftSettings settings, RaftLog log, ConfigurationHistory configurations, ILoggingAdapter logger, IChangingPeer peer)
{
    // Stays after the leadership is lost, because the requester wants to know the outcome.
    private PendingChange? _pending;

    /// <summary>Whether a change that this peer has begun is under way.</summary>
    public bool IsUnderWay => _pending is not null;

    private Configuration Latest => configurations.Latest;

    private bool IsLatestCommitted => configurations.LatestIndex <= log.CommitIndex;

    /// <summary>Called when a leader is asked for a change.</summary>
    public void Request(Payload payload, Proposer proposer)
    {
        if (payload.TryReadMemberChange() is not { } change)
            proposer.Fail(peer, FailureReason.InvalidMembers, "The request cannot be read.");
        else if (change.Obstacle(configurations, log.CommitIndex, IsUnderWay) is { } obstacle)
            proposer.Fail(peer, obstacle.Reason, obstacle.Message);
        else if (change.IsDone(Latest))
            proposer.Answer(peer, configurations.LatestIndex, peer.Term, null);
        else if (peer.IsTransferring || log.CommitIndex < peer.Leading!.FirstIndex)
            proposer.Fail(peer, FailureReason.ChangeUnderWay, "The leadership is changing. Ask again.");
        else
            Begin(change, proposer);
    }

    /// <summary>
    /// Begins the change of voters once the new voters have caught up. Called after everything that may have changed
    /// that.
    /// </summary>
    public void Continue()
    {
        if (peer.Leading is not { } leading || _pending is not { Index: 0 } pending)
            return;
        if (!IsLatestCommitted || peer.IsTransferring)
            return;
        if (pending.HaveCaughtUp(leading, log.LastIndex, peer.Now, settings.CatchUpTimeout, out string? failure))
        {
            peer.AppendConfiguration(Latest.EnterJoint(pending.Change.VotersToCome, pending.Change.LearnersToCome));
            pending.Index = log.LastIndex;
        }
        else if (failure is not null)
            Abandon(FailureReason.NotCaughtUp, failure);
    }

    /// <summary>
    /// Ends a committed joint configuration, whichever leader began it. A leader that is not a new voter first
    /// transfers its leadership to a voter that stays. So the group does not wait for an election, and pending requests
    /// are served. If the transfer fails, the leader steps down when the new configuration is committed.
    /// </summary>
    public void LeaveJoint()
    {
        if (peer.Leading is not { } leading || !Latest.IsJoint || !IsLatestCommitted || peer.IsTransferring)
            return;
        if (log.CommitIndex < leading.FirstIndex)
            return;
        bool goes = Latest.LeaveJoint() is var coming && !coming.IsVoter(settings.MemberId);
        if (goes && !leading.TriedToGo && peer.TryHandOver())
            leading.TriedToGo = true;
        else
            peer.AppendConfiguration(coming);
    }

    /// <summary>Called when a configuration is committed. Answers its requester.</summary>
    public void OnCommitted(long index, Configuration configuration)
    {
        if (_pending is not { Index: > 0 } pending || index < pending.Index || configuration.IsJoint)
            return;
        _pending = null;
        if (pending.Change.IsDone(configuration))
            pending.Proposer.Answer(peer, index, log.TermAt(index), null);
        else
        {
            string otherwise = "Another change of the members was made instead. Look at the members.";
            pending.Proposer.Fail(peer, FailureReason.OutcomeUnknown, otherwise);
        }
    }

    /// <summary>
    /// Called when this peer was removed by the configuration at an index. That may be what was requested.
    /// </summary>
    public void OnRemoved(long index)
    {
        if (_pending is not { Index: > 0 } pending || index <= pending.Index)
            return;
        if (!pending.Change.Excludes(settings.MemberId))
            return;
        _pending = null;
        pending.Proposer.Answer(peer, index, peer.Term, null);
    }

    /// <summary>Called when the node at the address of a new voter belongs to another group.</summary>
    /// <param name="header">The header of the node's message.</param>
    /// <param name="why">What is wrong with it, in a sentence or two.</param>
    public void OnForeign(PeerHeader header, string why)
    {
        if (_pending is not { Index: 0 } pending)
            return;
        foreach (var catchUp in pending.CatchUps)
        {
            if (peer.Leading?.Find(catchUp.Id) is not { Server: var voter })
                continue;
            if (voter.Address != header.Address && voter.Id != header.MemberId)
                continue;
            string left = $"{voter.Id} is a learner without a store; the voters are as they were.";
            Abandon(FailureReason.ForeignGroup, $"{why} {left}");
            return;
        }
    }

    /// <summary>
    /// Called when the peer no longer leads. A change in the log may still be completed, and this peer may see that.
    /// </summary>
    public void OnLeadershipLost()
    {
        if (_pending is { Index: > 0 })
        {
            peer.StartTimer(Timeout.Instance, settings.ForwardTimeout);
            return;
        }
        Abandon(
            FailureReason.OutcomeUnknown,
            "The leader lost its leadership. The new members may have become learners. "
            + "Look at the members, and ask again.");
    }

    /// <summary>
    /// Called when the entries after an index were removed from this log. A change among these entries may still be
    /// committed by other members.
    /// </summary>
    public void OnLogTruncated(long index)
    {
        if (_pending is not { } pending || pending.Index <= index)
            return;
        Abandon(
            FailureReason.OutcomeUnknown,
            "The leader lost its leadership, and entries of another leader replaced the change. Look at the members.");
    }

    /// <summary>Called when a peer that no longer leads has waited long enough to see its change completed.</summary>
    public void OnTimeout() => Abandon(
        FailureReason.OutcomeUnknown,
        "The leader lost its leadership while the change was under way. Look at the members.");

    /// <summary>Gives up the change, if there is one.</summary>
    public void Abandon(FailureReason reason, string message)
    {
        if (_pending is not { } pending)
            return;
        _pending = null;
        pending.Proposer.Fail(peer, reason, message);
    }

    private void Begin(MemberChange change, Proposer proposer)
    {
        var toCome = change.VotersToCome.Where(voter => !Latest.IsVoter(voter.Id)).ToList();
        string voters = string.Join(", ", change.Voters), learners = string.Join(", ", change.Learners);
        logger.Info("{0}: the voters are to be [{1}], the learners [{2}].", settings.PersistenceId, voters, learners);
        var catchUps = toCome.ConvertAll(voter => new CatchUp(voter.Id, settings.ElectionTimeoutMin));
        _pending = new PendingChange(change, proposer, catchUps, peer.Now);
        var unknown = toCome.FindAll(voter => Latest.Find(voter.Id) is null);
        if (unknown.Count > 0)
            peer.AppendConfiguration(Latest.WithLearners(unknown));
        Continue();
    }

    /// <summary>Time for <see cref="OnTimeout"/>.</summary>
    public sealed record Timeout
    {
        public static readonly Timeout Instance = new();
    }
}
