using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;

namespace RaftActors;

// Changes of members (paper, section 6): what becomes of a configuration that is committed, and what MemberChanges asks
// of this peer.
internal sealed partial class RaftActor : IChangingPeer
{
    private readonly MemberChanges _changes;

    private bool IsConfigurationCommitted => _configurations.LatestIndex <= _raftLog.CommitIndex;

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
            Leave(index);
    }

    LeaderState? IChangingPeer.Leading => _leading;

    TimeSpan IChangingPeer.Now => Now;

    long IChangingPeer.Term => Term;

    bool IChangingPeer.IsTransferring => IsTransferring;

    void IChangingPeer.AppendConfiguration(Configuration configuration) => AppendConfiguration(configuration);

    bool IChangingPeer.TryHandOver() => _transfers.TryHandOver();

    void IChangingPeer.StartChangeTimer(TimeSpan after) => StartTimer(ChangeTimeout.Instance, after);

    private sealed record ChangeTimeout
    {
        public static readonly ChangeTimeout Instance = new();
    }
}
