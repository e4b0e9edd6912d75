using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Changes of members by joint consensus (paper, section 6), one at a time. Voters to come first catch up as learners (dissertation, section 4.2.1); then a joint configuration, in which both sets of
// voters have to agree; once that is committed, by whichever leader, the new one.
internal sealed partial class RaftActor
{
    // Outlives the leadership that began it: who asked for it wants to know what became of it.
    private PendingChange? _change;

    // The index of the last configuration that is known to be committed.
    private long _committedConfiguration;

    private bool IsConfigurationCommitted => _configurations.LatestIndex <= _log.CommitIndex;

    private void OnChangeMembers(Payload payload, ReplyTo replyTo)
    {
        if (payload.TryReadMemberChange() is not { } change)
            FailProposal(replyTo, FailureReason.InvalidMembers, "The request cannot be read.");
        else if (change.Problem(Configuration) is { } problem)
            FailProposal(replyTo, FailureReason.InvalidMembers, problem);
        else if (_change is not null || Configuration.IsJoint || !IsConfigurationCommitted)
            FailProposal(replyTo, FailureReason.ChangeUnderWay, "Another change of members is under way. Ask again when it is done.");
        else if (change.ExpectedIndex != 0 && change.ExpectedIndex != _configurations.LatestIndex)
            FailProposal(replyTo, FailureReason.MembersChanged, $"The configuration is that of index {_configurations.LatestIndex}, not {change.ExpectedIndex}. Look at the members again.");
        else if (change.IsDone(Configuration))
            AnswerProposed(replyTo, _configurations.LatestIndex, Term, null);
        else if (IsHandingOver || _log.CommitIndex < _leading!.FirstIndex)
            FailProposal(replyTo, FailureReason.ChangeUnderWay, "The leadership is changing. Ask again.");
        else
            BeginChange(change, replyTo);
    }

    private void BeginChange(MemberChange change, ReplyTo replyTo)
    {
        var toCome = change.VotersToCome.Where(voter => !Configuration.IsVoter(voter.Id)).ToList();
        Log.Info("{0}: the voters are to be [{1}], the learners [{2}].", PersistenceId, string.Join(", ", change.Voters), string.Join(", ", change.Learners));
        var catchUps = toCome.ConvertAll(voter => new CatchUp(voter.Id, _settings.ElectionTimeoutMin));
        _change = new PendingChange(change, replyTo, catchUps, Now);
        var unknown = toCome.FindAll(voter => Configuration.Find(voter.Id) is null);
        if (unknown.Count > 0)
            AppendConfiguration(Configuration.Teaching(unknown));
        ContinueChange();
    }

    /// <summary>Changes the voters once those to come have caught up. Asked again after everything that may have brought that nearer.</summary>
    private void ContinueChange()
    {
        if (_leading is not { } leading || _change is not { Index: 0 } pending || !IsConfigurationCommitted || IsHandingOver)
            return;
        bool ready = true;
        foreach (var catchUp in pending.CatchUps)
        {
            if (leading.Find(catchUp.Id) is not { } learner)
                throw new InvariantViolationException($"{catchUp.Id} is to catch up, but is no member.");
            if (learner.Voter.IsBound)
                catchUp.Reached(learner.Progress.MatchIndex, _log.LastIndex, Now);
            var heard = learner.Progress.LastContact;
            bool isSilent = Now - (heard > pending.Began ? heard : pending.Began) >= _settings.CatchUpTimeout;
            if (catchUp.IsTooSlow || isSilent)
            {
                string why = catchUp.IsTooSlow
                    ? "does not catch up with the log"
                    : $"has not answered for {RaftSettings.Text(_settings.CatchUpTimeout)}, the time that raft.catch-up-timeout"
                        + " gives it: start its process, with raft.join = on, or look at the network";
                AbandonChange(
                    FailureReason.NotCaughtUp,
                    $"{catchUp.Id} at {learner.Voter.Address} {why}. It is a learner; the voters are as they were. Ask again.");
                return;
            }
            ready &= catchUp.IsDone;
        }
        if (!ready)
            return;
        AppendConfiguration(Configuration.Towards(pending.Change.VotersToCome, pending.Change.LearnersToCome));
        pending.Index = _log.LastIndex;
    }

    private void OnConfigurationCommitted()
    {
        var (index, configuration) = _configurations.At(_log.CommitIndex);
        if (index > _committedConfiguration)
        {
            _committedConfiguration = index;
            DecideGroup(configuration, _leader?.GroupId ?? "");
            Context.System.EventStream.Publish(new MembershipChanged(
                _settings.Group, _self.Id, index, configuration.Members(), Membership.Configuration.Shown(configuration.Learners), configuration.IsJoint));
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
            AnswerProposed(pending.ReplyTo, index, _log.TermAt(index), null);
        else
            FailProposal(pending.ReplyTo, FailureReason.OutcomeUnknown, "The members were changed otherwise. Look at the members again.");
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
        // It could not hand over before. The others may elect one of them as soon as they know that it is no longer one of them (paper, section 6).
        SendHeartbeats();
        BecomeFollower(Term, null);
        if (configuration.Find(_self.Id) is null)
            Leave(index);
    }

    /// <summary>
    /// Ends a joint configuration that is committed, whoever began it. A leader that is to go first hands over to one that stays: nobody waits for an election, and what clients asked of it meanwhile
    /// is done. If that does not succeed, it goes when the new configuration is committed.
    /// </summary>
    private void LeaveJoint()
    {
        if (_leading is not { } leading || !Configuration.IsJoint || !IsConfigurationCommitted || _log.CommitIndex < leading.FirstIndex || IsHandingOver)
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
            AbandonChange(FailureReason.OutcomeUnknown, "The leader lost its leadership. The new members may have become learners. Look at the members, and ask again.");
        else if (_change is not null)
            StartTimer(ChangeTimeout.Instance, _settings.ForwardTimeout);
    }

    private void AbandonChange(FailureReason reason, string message)
    {
        if (_change is not { } pending)
            return;
        _change = null;
        FailProposal(pending.ReplyTo, reason, message);
    }

    // Its entry is gone from this log. Whether it is committed all the same is for the other members to say.
    private void LoseChangeAfter(long index)
    {
        if (_change is { } pending && pending.Index > index)
            AbandonChange(FailureReason.OutcomeUnknown, "The leader lost its leadership, and another's entries came instead of the change. Look at the members.");
    }

    private void OnChangeTimeout() => AbandonChange(
        FailureReason.OutcomeUnknown, "The leader lost its leadership while the change was under way. Look at the members.");

    private void OnGetMembers()
    {
        var configuration = Configuration;
        var members = new List<MemberStatus>(configuration.Servers.Length);
        foreach (var server in configuration.Servers)
        {
            var role = configuration.IsComing(server.Id) ? MemberRole.Voter : configuration.IsVoter(server.Id) ? MemberRole.OutgoingVoter : MemberRole.Learner;
            var progress = _leading?.Find(server.Id)?.Progress;
            bool isSelf = server.Id == _self.Id;
            long? match = _leading is null ? null : isSelf ? _persistedIndex : progress?.MatchIndex;
            bool? active = _leading is null ? null : isSelf || (server.IsBound && Now - progress?.LastContact < _settings.ElectionTimeoutMax);
            members.Add(new MemberStatus(server.Id, server.Address, role, server.StoreId, match, active) { Priority = server.Priority });
        }
        Sender.Tell(new GroupMembers(_settings.Group, _configurations.LatestIndex, IsConfigurationCommitted, configuration.IsJoint || _change is not null, _leader?.Member, members), Self);
    }

    private sealed record ChangeTimeout
    {
        public static readonly ChangeTimeout Instance = new();
    }
}
