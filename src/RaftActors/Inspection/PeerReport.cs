using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.Storage;

namespace RaftActors.Inspection;

/// <summary>What a peer says about itself. It reports only a durable term.</summary>
internal static class PeerReport
{
    /// <summary>The status of a peer.</summary>
    public static RaftStatus Status(
        in PeerState state,
        RaftSettings settings,
        GroupIdentity identity,
        StoredSnapshots snapshots,
        Scrubbing scrubbing,
        PeerWatch watch,
        MessageFilter filter,
        TimeSpan now) => new()
        {
            Group = settings.Group,
            MemberId = settings.MemberId,
            StoreId = state.StoreId,
            GroupId = identity.Id,
            ForeignPeers = identity.RecentForeigners(),
            Role = state.Role,
            Term = state.Durable.Term,
            Leader = state.Leader,
            FirstIndex = state.Log.FirstIndex,
            LastIndex = state.Log.LastIndex,
            PersistedIndex = state.PersistedIndex,
            CommitIndex = state.Log.CommitIndex,
            AppliedIndex = state.AppliedIndex,
            LogBytes = state.Log.Bytes,
            SnapshotIndex = snapshots.LastIncludedIndex,
            SnapshotBytes = snapshots.Latest?.Manifest.Snapshot.Content.Length ?? 0,
            Members = state.Configuration.Members(),
            Learners = Configuration.Shown(state.Configuration.Learners),
            Followers = Followers(state, settings, now),
            Problems = watch.Problems,
            Damages = scrubbing.Damages,
            DroppedMessages = filter.Dropped,
            IsResting = state.IsResting,
            LateTimers = watch.LateTimers.Count,
            MaximumFrameSize = filter.FrameSizes.Own,
            OtherFrameSizes = new Dictionary<string, long>(filter.FrameSizes.Others),
        };

    /// <summary>The members of a peer's group, as the peer knows them.</summary>
    public static GroupMembers Members(
        in PeerState state, RaftSettings settings, ConfigurationHistory configurations, bool isChanging, TimeSpan now)
    {
        var configuration = state.Configuration;
        var members = new List<MemberStatus>(configuration.Servers.Length);
        foreach (var server in configuration.Servers)
            members.Add(Member(server, state, settings, now));
        long index = configurations.LatestIndex;
        bool isCommitted = index <= state.Log.CommitIndex;
        isChanging |= configuration.IsJoint;
        return new GroupMembers(settings.Group, index, isCommitted, isChanging, state.Leader, members)
        {
            Histories = configuration.Histories,
        };
    }

    private static MemberStatus Member(Server server, in PeerState state, RaftSettings settings, TimeSpan now)
    {
        var role = state.Configuration.IsIncomingVoter(server.Id) ? MemberRole.Voter
            : state.Configuration.IsVoter(server.Id) ? MemberRole.OutgoingVoter
            : MemberRole.Learner;
        var progress = state.Leading?.Find(server.Id)?.Progress;
        bool isSelf = server.Id == settings.MemberId;
        bool isHeard = server.IsBound && progress is not null && IsActive(state, progress, settings, now);
        // Only a leader knows how far the members' logs have come, and which members answer.
        long? match = state.Leading is null ? null : isSelf ? state.PersistedIndex : progress?.MatchIndex;
        bool? active = state.Leading is null ? null : isSelf || isHeard;
        return new MemberStatus(server.Id, server.Address, role, server.StoreId, match, active)
        {
            Priority = server.Priority,
        };
    }

    // While a group rests, the nodes hear each other on behalf of the followers that rest.
    private static bool IsActive(in PeerState state, FollowerProgress progress, RaftSettings settings, TimeSpan now) =>
        (state.IsResting && progress.Rests) || now - progress.LastContact < settings.ElectionTimeoutMax;

    private static FollowerStatus[] Followers(in PeerState state, RaftSettings settings, TimeSpan now)
    {
        if (state.Leading is not { } leading)
            return [];
        var statuses = new FollowerStatus[leading.Followers.Length];
        for (int i = 0; i < statuses.Length; i++)
        {
            var (voter, progress) = leading.Followers[i];
            bool active = IsActive(state, progress, settings, now);
            string name = progress.State.ToString();
            statuses[i] = new FollowerStatus(voter.Id, name, progress.MatchIndex, progress.NextIndex, active)
            {
                Differs = progress.RebuildFrom > 0 || leading.Digests.Differs(voter.Id),
            };
        }
        return statuses;
    }
}
