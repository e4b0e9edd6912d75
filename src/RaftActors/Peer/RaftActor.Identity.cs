using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// What the peer does about other groups, and about the identity of its own.
internal sealed partial class RaftActor
{
    private readonly GroupIdentity _identity;

    /// <summary>Drops a message of another group; both ends say so by name.</summary>
    private bool DropForeign(PeerHeader header)
    {
        Count("another group");
        OnForeign(header);
        _identity.Refuse(header, RefusalReason.AnotherGroup);
        return false;
    }

    private void OnContactRefused(ContactRefused refused)
    {
        if (refused.Header.ToStoreId != _storeId)
            return;
        if (refused.Reason == RefusalReason.AnotherGroup && refused.Header.GroupId != _identity.Id)
            OnForeign(refused.Header);
        if (refused.Reason == RefusalReason.StoreInUse && _leader is null)
            _problems.Begin(PeerProblemKind.StoreInUse,
                MemberAddresses.TwoNodes(_self.Id, _self.Address, refused.OtherAddress));
    }

    private void OnForeign(PeerHeader header)
    {
        _identity.NoteForeign(header);
        _changes.OnForeign(header, _identity.Foreign(header));
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

    /// <summary>
    /// A group that a version without identities founded gets one, once all members speak this version: such a version
    /// would not carry it on.
    /// </summary>
    private void IdentifyGroup()
    {
        if (_leading is not { } leading || Configuration.GroupId.Length > 0 || Configuration.IsJoint
            || !IsConfigurationCommitted || IsTransferring || _raftLog.CommitIndex < leading.FirstIndex)
            return;
        foreach (var follower in leading.Followers)
            if (follower.Progress.Version < PeerHeader.GroupIdentities)
                return;
        AppendConfiguration(Configuration.Beginning(_random.NewIdentity(_settings), 1));
    }
}
