using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Requests;

namespace RaftActors;

// Changes of members by joint consensus (paper, section 6), one at a time. Voters to come first catch up as learners
// (dissertation, section 4.2.1). Then comes a joint configuration, in which both sets of voters have to agree. Once
// that is committed, by whichever leader, the new one follows.
internal sealed partial class RaftActor
{
    // Outlives the leadership that began it: who asked for it wants to know what became of it.
    private PendingChange? _change;

    private bool IsConfigurationCommitted => _configurations.LatestIndex <= _log.CommitIndex;

    private void OnChangeMembers(Payload payload, Proposer proposer)
    {
        if (payload.TryReadMemberChange() is not { } change)
            proposer.Fail(this, FailureReason.InvalidMembers, "The request cannot be read.");
        else if (change.Obstacle(_configurations, _log.CommitIndex, _change is not null) is { } obstacle)
            proposer.Fail(this, obstacle.Reason, obstacle.Message);
        else if (change.IsDone(Configuration))
            proposer.Answer(this, _configurations.LatestIndex, Term, null);
        else if (IsHandingOver || _log.CommitIndex < _leading!.FirstIndex)
            proposer.Fail(this, FailureReason.ChangeUnderWay, "The leadership is changing. Ask again.");
        else
            BeginChange(change, proposer);
    }

    private void BeginChange(MemberChange change, Proposer proposer)
    {
        var toCome = change.VotersToCome.Where(voter => !Configuration.IsVoter(voter.Id)).ToList();
        Log.Info(
            "{0}: the voters are to be [{1}], the learners [{2}].",
            PersistenceId, string.Join(", ", change.Voters), string.Join(", ", change.Learners));
        var catchUps = toCome.ConvertAll(voter => new CatchUp(voter.Id, _settings.ElectionTimeoutMin));
        _change = new PendingChange(change, proposer, catchUps, Now);
        var unknown = toCome.FindAll(voter => Configuration.Find(voter.Id) is null);
        if (unknown.Count > 0)
            AppendConfiguration(Configuration.Teaching(unknown));
        ContinueChange();
    }

    /// <summary>
    /// Changes the voters once those to come have caught up. Asked again after everything that may have brought that
    /// nearer.
    /// </summary>
    private void ContinueChange()
    {
        if (_leading is not { } leading || _change is not { Index: 0 } pending)
            return;
        if (!IsConfigurationCommitted || IsHandingOver)
            return;
        if (pending.HaveCaughtUp(leading, _log.LastIndex, Now, _settings.CatchUpTimeout, out string? failure))
        {
            AppendConfiguration(Configuration.Towards(pending.Change.VotersToCome, pending.Change.LearnersToCome));
            pending.Index = _log.LastIndex;
        }
        else if (failure is not null)
            AbandonChange(FailureReason.NotCaughtUp, failure);
    }

    private void OnConfigurationCommitted()
    {
        if (_configurations.TryCommit(_log.CommitIndex, out var committed))
        {
            var (index, configuration) = committed;
            DecideGroup(configuration, _leader?.GroupId ?? "");
            var learners = Membership.Configuration.Shown(configuration.Learners);
            Context.System.EventStream.Publish(new MembershipChanged(
                _settings.Group, _self.Id, index, configuration.Members(), learners, configuration.IsJoint));
            AnswerChange(index, configuration);
            if (_leading is not null)
                OnConfigurationCommittedByLeader(index, configuration);
        }
        LeaveJoint();
        ContinueChange();
    }

    private void AnswerChange(long index, Configuration configuration)
    {
        if (_change is not { Index: > 0 } pending || index < pending.Index || configuration.IsJoint)
            return;
        _change = null;
        if (pending.Change.IsDone(configuration))
            pending.Proposer.Answer(this, index, _log.TermAt(index), null);
        else
        {
            pending.Proposer.Fail(
                this,
                FailureReason.OutcomeUnknown,
                "The members were changed otherwise. Look at the members again.");
        }
    }

    private void OnConfigurationCommittedByLeader(long index, Configuration configuration)
    {
        foreach (var former in _configurations.At(index - 1).Configuration.Servers)
        {
            if (former.Id != _self.Id && former.IsBound && configuration.Find(former.Id) is null)
                Send(former.Address, new MemberRemoved(Header(former.StoreId), index));
        }
        if (configuration.IsVoter(_self.Id))
            return;
        // It could not hand over before. The others may elect one of them as soon as they know that this peer is no
        // longer one of them (paper, section 6).
        SendHeartbeats();
        BecomeFollower(Term, null);
        if (configuration.Find(_self.Id) is null)
            Leave(index);
    }

    /// <summary>
    /// Ends a joint configuration that is committed, whoever began it. A leader that is to go first hands over to a
    /// voter that stays: nobody waits for an election, and what clients asked of the leader meanwhile is done. If that
    /// does not succeed, the leader goes when the new configuration is committed.
    /// </summary>
    private void LeaveJoint()
    {
        if (_leading is not { } leading || !Configuration.IsJoint || !IsConfigurationCommitted || IsHandingOver)
            return;
        if (_log.CommitIndex < leading.FirstIndex)
            return;
        bool goes = Configuration.WithoutOutgoing() is var coming && !coming.IsVoter(_self.Id);
        if (goes && !leading.TriedToGo && BestSuccessor() is { } successor)
        {
            leading.TriedToGo = true;
            StartTransfer(successor.Voter.Id);
            return;
        }
        AppendConfiguration(coming);
    }

    // What is in the log may yet be completed, and this peer may see it.
    private void DropChange()
    {
        if (_change is { Index: 0 })
        {
            AbandonChange(
                FailureReason.OutcomeUnknown,
                "The leader lost its leadership. The new members may have become learners. "
                + "Look at the members, and ask again.");
        }
        else if (_change is not null)
            StartTimer(ChangeTimeout.Instance, _settings.ForwardTimeout);
    }

    private void AbandonChange(FailureReason reason, string message)
    {
        if (_change is not { } pending)
            return;
        _change = null;
        pending.Proposer.Fail(this, reason, message);
    }

    // Its entry is gone from this log. Whether it is committed all the same is for the other members to say.
    private void LoseChangeAfter(long index)
    {
        if (_change is not { } pending || pending.Index <= index)
            return;
        AbandonChange(
            FailureReason.OutcomeUnknown,
            "The leader lost its leadership, and another's entries came instead of the change. Look at the members.");
    }

    private void OnChangeTimeout() => AbandonChange(
        FailureReason.OutcomeUnknown,
        "The leader lost its leadership while the change was under way. Look at the members.");

    private sealed record ChangeTimeout
    {
        public static readonly ChangeTimeout Instance = new();
    }
}
