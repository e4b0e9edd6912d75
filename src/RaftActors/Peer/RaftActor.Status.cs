using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors;

internal sealed partial class RaftActor
{
    // Of the term only what is durable is told.
    private RaftStatus Status() => new()
    {
        Group = _settings.Group,
        MemberId = _self.Id,
        StoreId = _storeId,
        GroupId = _identity.Id,
        ForeignPeers = _identity.RecentForeigners(),
        Role = _role,
        Term = _writeAhead.DurableHardState.Term,
        Leader = _leader?.Member,
        FirstIndex = _raftLog.FirstIndex,
        LastIndex = _raftLog.LastIndex,
        PersistedIndex = _writeAhead.PersistedIndex,
        CommitIndex = _raftLog.CommitIndex,
        AppliedIndex = _machine.AppliedIndex,
        LogBytes = _raftLog.Bytes,
        SnapshotIndex = _snapshots.Stored.LastIncludedIndex,
        SnapshotBytes = _snapshots.Stored.Latest?.Manifest.Snapshot.Content.Length ?? 0,
        Members = Configuration.Members(),
        Learners = Membership.Configuration.Shown(Configuration.Learners),
        Followers = FollowerStatuses(),
        Problems = _problems.All,
        Damages = Damages(),
        DroppedMessages = _dropped,
        MaximumFrameSize = _frameSizes.Own,
        OtherFrameSizes = new Dictionary<string, long>(_frameSizes.Others),
    };

    private FollowerStatus[] FollowerStatuses()
    {
        if (_leading is not { } leading)
            return [];
        var statuses = new FollowerStatus[leading.Followers.Length];
        for (int i = 0; i < statuses.Length; i++)
        {
            var (voter, progress) = leading.Followers[i];
            bool active = Now - progress.LastContact < _settings.ElectionTimeoutMax;
            string state = progress.State.ToString();
            statuses[i] = new FollowerStatus(voter.Id, state, progress.MatchIndex, progress.NextIndex, active)
            {
                Differs = progress.RebuildFrom > 0 || leading.Digests.Differs(voter.Id),
            };
        }
        return statuses;
    }

    private void OnGetMembers()
    {
        var configuration = Configuration;
        var members = new List<MemberStatus>(configuration.Servers.Length);
        foreach (var server in configuration.Servers)
        {
            var role = configuration.IsIncomingVoter(server.Id) ? MemberRole.Voter
                : configuration.IsVoter(server.Id) ? MemberRole.OutgoingVoter
                : MemberRole.Learner;
            var progress = _leading?.Find(server.Id)?.Progress;
            bool isSelf = server.Id == _self.Id;
            long? match = _leading is null ? null : isSelf ? _writeAhead.PersistedIndex : progress?.MatchIndex;
            bool isHeard = server.IsBound && Now - progress?.LastContact < _settings.ElectionTimeoutMax;
            bool? active = _leading is null ? null : isSelf || isHeard;
            members.Add(new MemberStatus(server.Id, server.Address, role, server.StoreId, match, active)
            {
                Priority = server.Priority,
            });
        }
        bool isChanging = configuration.IsJoint || _changes.IsUnderWay;
        long index = _configurations.LatestIndex;
        Sender.Tell(
            new GroupMembers(_settings.Group, index, IsConfigurationCommitted, isChanging, _leader?.Member, members),
            Self);
    }
}
