using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Configurations in the log (paper, section 6): what becomes of one that is committed, and which a leader appends
// without being asked. Changes of members that are asked for are in MemberChanges.
internal sealed partial class RaftActor
{
    // Whether the supervisor knows that the start of this peer is over.
    private bool _isSettled;

    private bool IsConfigurationCommitted => _configurations.LatestIndex <= _raftLog.CommitIndex;

    // Not before an entry of the leader's own term is committed: until then this leader may not know a configuration
    // that another leader has brought about.
    private bool MayAppendConfiguration => _leading is { } leading
        && !IsTransferring
        && !Configuration.IsJoint
        && IsConfigurationCommitted
        && _raftLog.CommitIndex >= leading.FirstIndex;

    // ---- A configuration is committed

    private void OnConfigurationCommitted()
    {
        if (_configurations.TryCommit(_raftLog.CommitIndex, out var committed))
        {
            var (index, configuration) = committed;
            DecideGroup(configuration, _leader?.GroupId ?? "");
            var learners = Membership.Configuration.Shown(configuration.Learners);
            Context.System.EventStream.Publish(new MembershipChanged(
                _settings.Group, _self.Id, index, configuration.Members(), learners, configuration.IsJoint));
            _changes.OnCommitted(index, configuration);
            ReportPlacement();
            if (_leading is not null)
                OnConfigurationCommittedByLeader(index, configuration);
        }
        _changes.LeaveJoint();
        _changes.Continue();
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
            _removal.Begin(index);
    }

    /// <summary>Takes note of the group's identity once it is known to be committed.</summary>
    private void DecideGroup(Configuration committed, string groupOfLeader)
    {
        if (_identity.Deciding(committed, groupOfLeader) is not { } groupId)
            return;
        Log.Info("{0}: the identity of the group is {1}.", PersistenceId, groupId);
        _writeAhead.DecideGroup(groupId);
        RequestFlush();
    }

    // ---- A leader appends a configuration. The voters stay the same, so that this needs no joint configuration.

    /// <summary>Records the store of a member that has none yet.</summary>
    /// <remarks>
    /// The member was added, or it was down when an operator bootstrapped the group without it. It counts where it is
    /// said to be: at another address there may be one that was removed, under the same name.
    /// </remarks>
    private void BindStore(PeerHeader header)
    {
        bool isOfThisGroup = header.GroupId == _identity.Id || header is { IsEmpty: true, GroupId: "" };
        bool isUnbound = Configuration.Find(header.MemberId) is { IsBound: false } server
            && server.Address == header.Address;
        if (isUnbound && isOfThisGroup && MayAppendConfiguration)
            AppendConfiguration(Configuration.Binding(header.MemberId, header.StoreId));
    }

    /// <summary>Records where members are.</summary>
    private void RecordAddresses()
    {
        if (MayAppendConfiguration && _addresses.Moved() is var moved && !ReferenceEquals(moved, Configuration))
            AppendConfiguration(moved);
    }

    /// <summary>The group has the leases that its leader's settings ask for.</summary>
    private void ApplyLeaseSetting()
    {
        if (Configuration.Lease != _settings.Lease && MayAppendConfiguration)
            AppendConfiguration(Configuration.WithLease(_settings.Lease));
    }

    /// <summary>
    /// A group that a version without identities founded gets one, once all members speak this version: such a version
    /// would not carry it on.
    /// </summary>
    private void IdentifyGroup()
    {
        if (Configuration.GroupId.Length > 0 || !MayAppendConfiguration)
            return;
        foreach (var follower in _leading!.Followers)
            if (follower.Progress.Version < PeerHeader.GroupIdentities)
                return;
        AppendConfiguration(Configuration.Beginning(_random.NewIdentity(_settings), 1));
    }

    // ---- Who belongs to the group

    private void OnIntroduce(Introduce question)
    {
        _introductions.OnAsked(question);
        _bootstrapper.OnAsked(question.Header);
        BindStore(question.Header);
        _removal.Tell(question.Header);
    }

    private void OnIntroduceReply(IntroduceReply reply)
    {
        _ownStore.OnAnswer(reply);
        _introductions.Learn(reply.Stores);
        if (_raftLog.IsEmpty)
            OnFoundersAnswer(reply);
        else
            _introductions.GetInTouch(reply.LeaderAddress);
    }

    private void OnFoundersAnswer(IntroduceReply reply)
    {
        bool couldFound = _bootstrapper.IsToFound;
        _bootstrapper.OnAnswer(reply);
        if (!couldFound && _bootstrapper.IsToFound)
            FoundSoon();
    }

    // Many groups that are founded at once would keep each other from it, so the next one waits for this peer. Only the
    // supervisors of groups of the catalogue have asked anybody.
    private void Settle()
    {
        if (_isSettled || _settings.Incarnation == 0)
            return;
        _isSettled = true;
        Context.Parent.Tell(RaftSupervisor.PeerSettled.Instance);
    }

    private void OnStoreReplaced(StoreReplaced replaced)
    {
        if (replaced.Term < Term)
            return;
        Refuse(
            $"The group knows member '{_self.Id}' by another store than this one ({_storeId}): its data was lost or "
            + "replaced. Remove the member from the group and add it again.");
    }
}
