using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Which group the peer belongs to. Names of groups and of members come from files, and (index, term) from small numbers: two
// groups have them alike. The identity of a group is random. The founder draws it; it stands in each configuration, and so in
// each snapshot and backup; a restore and a recover draw another one. Each message names it, and what comes from another group
// is refused before anything else is looked at.
//
// An identity that is not committed may yet be replaced: its founder, or a leader of a version without identities behind it, may
// lose to another. It is decided once its configuration is known to be committed here; then it is a part of the hard state, for
// the commit index is not durable. A peer that has not decided follows a leader of another identity that knows its store, as it
// would have without identities; a peer that has decided never does.
//
// A log without identity (of a former version, or behind the entry that brings it) tells nothing. Then stores, which are random
// too, say who belongs together: one of both has to know the other's store under its member.
internal sealed partial class RaftActor
{
    private static readonly TimeSpan ForeignMemory = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RefusalInterval = TimeSpan.FromSeconds(1);

    private readonly ForeignPeers _foreign = new(ForeignMemory);

    // When each address was last told that it is refused: two peers that refuse each other must not keep each other busy.
    private readonly Dictionary<string, TimeSpan> _refusals = new(StringComparer.Ordinal);

    /// <summary>The identity of the group that the log belongs to; empty when it has none.</summary>
    private string GroupId => IsGroupDecided ? _writeAhead.HardState.GroupId : Configuration.GroupId;

    private bool IsGroupDecided => _writeAhead.HardState.GroupId.Length > 0;

    private bool IsOfThisGroup(PeerMessage message)
    {
        var header = message.Header;
        string own = GroupId, its = header.GroupId;
        if (own == its)
            return true;
        if (own.Length > 0 && its.Length > 0)
        {
            if (IsGroupDecided)
                return header.GroupIsUndecided && IsReply(message) && IsKnownStore(header);
            return message is not (MemberRemoved or StoreReplaced or TimeoutNow) && IsAcquainted(message);
        }
        return its.Length == 0 ? header.IsEmpty || IsKnownStore(header) : _log.IsEmpty || IsAcquainted(message);
    }

    private static bool IsReply(PeerMessage message) => message is AppendEntriesReply or InstallSnapshotReply or RequestVoteReply or AskIdentity or IdentityReply;

    // A leader names the store of a follower only after it has bound it.
    private bool IsAcquainted(PeerMessage message) =>
        IsKnownStore(message.Header) || (message is AppendEntries or InstallSnapshot && message.Header.ToStoreId == _storeId);

    private bool IsKnownStore(PeerHeader header) => Configuration.Find(header.MemberId) is { IsBound: true } known && known.StoreId == header.StoreId;

    /// <summary>Drops a message of another group; both ends say so by name.</summary>
    private bool DropForeign(PeerHeader header)
    {
        Count("another group");
        OnForeign(header);
        Refuse(header, RefusalReason.AnotherGroup);
        return false;
    }

    private void Refuse(PeerHeader header, RefusalReason reason)
    {
        if (_refusals.TryGetValue(header.Address, out var last) && Now - last < RefusalInterval)
            return;
        if (_refusals.Count >= 64)
            _refusals.Clear();
        _refusals[header.Address] = Now;
        Send(header.Address, new ContactRefused(Header(header.StoreId), reason) { OtherAddress = reason == RefusalReason.StoreInUse ? _contacts[header.MemberId].Address : "" });
    }

    private void OnContactRefused(ContactRefused refused)
    {
        if (refused.Header.ToStoreId != _storeId)
            return;
        if (refused.Reason == RefusalReason.AnotherGroup && refused.Header.GroupId != GroupId)
            OnForeign(refused.Header);
        if (refused.Reason == RefusalReason.StoreInUse && _leader is null)
            BeginProblem(PeerProblemKind.StoreInUse, TwoNodes(_self.Id, _self.Address, refused.OtherAddress));
    }

    private void OnForeign(PeerHeader header)
    {
        bool isNews = _foreign.Note(new ForeignPeer(header.MemberId, header.Address, header.GroupId), Now);
        string reason = Foreign(header.MemberId, header.Address, header.GroupId);
        bool isExpected = false;
        foreach (var server in Configuration.Servers)
            isExpected |= server.Id == header.MemberId || server.Address == header.Address;
        if (_leader is null && isExpected)
            BeginProblem(PeerProblemKind.OtherGroup, reason);
        else if (isNews)
            Log.Warning("{0}: {1}", PersistenceId, reason);
        _changes.OnForeign(header, reason);
    }

    private string Foreign(string memberId, string address, string groupId)
    {
        string identity = groupId.Length > 0 ? $"its identity is {groupId}" : "its log has no identity";
        string own = GroupId.Length > 0 ? GroupId : "none";
        string what = $"{memberId} at {address} belongs to another group than this peer, "
            + $"so neither accepts messages of the other: {identity}, and the identity here is {own}.";
        if (groupId.Length > 0 && Configuration.Histories.Any(history => history.GroupId == groupId))
        {
            return $"{what} Its data is that of this group before a restore or a recovery. "
                + "If it is a member, remove it, and add it again with an empty data directory.";
        }
        return $"{what} One of the two has an old data directory, or an address that belongs to the other group. "
            + "Correct raft.members, or start the wrong node with an empty data directory.";
    }

    /// <summary>
    /// Takes note of the group's identity once it is known to be committed. A leader whose group was recovered has the former
    /// identity in what comes first, in entries or in a snapshot: what the leader has decided counts.
    /// </summary>
    private void DecideGroup(Configuration committed, string groupOfLeader)
    {
        string groupId = groupOfLeader.Length > 0 ? groupOfLeader : committed.GroupId;
        if (IsGroupDecided || groupId.Length == 0)
            return;
        Log.Info("{0}: the identity of the group is {1}.", PersistenceId, groupId);
        _writeAhead.DecideGroup(groupId);
        RequestFlush();
    }

    // Where the logs of two foundings begin to differ, whatever the terms.
    private bool ContinuesAnotherFounding(AppendEntries append) => IsAnotherFounding(append.Header) && append.PrevLogIndex >= _configurations.FirstOfGroup;

    // Once the peer has decided, its log is of that group from the first entry on, also where an entry to come brings the identity.
    private bool IsAnotherFounding(PeerHeader header) =>
        !IsGroupDecided && header.GroupId.Length > 0 && !_log.IsEmpty && Configuration.GroupId.Length > 0 && header.GroupId != Configuration.GroupId;

    /// <summary>A group that a version without identities founded gets one, once all members speak this version: such a version would not carry it on.</summary>
    private void IdentifyGroup()
    {
        if (_leading is not { } leading || Configuration.GroupId.Length > 0 || Configuration.IsJoint || !IsConfigurationCommitted || IsHandingOver || _log.CommitIndex < leading.FirstIndex)
            return;
        foreach (var follower in leading.Followers)
            if (follower.Progress.Version < PeerHeader.GroupIdentities)
                return;
        AppendConfiguration(Configuration.Beginning(_random.NewIdentity(_settings), 1));
    }
}
