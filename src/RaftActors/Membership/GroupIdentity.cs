using Akka.Event;
using RaftActors.Client;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// Which group a peer belongs to. The names of groups and members come from files, and indexes and terms are small
/// numbers, so two groups may have the same. The identity of a group is random. The founder draws it. Each
/// configuration has the identity, and so has each snapshot and backup. A restore or a recovery draws another one. Each
/// message names the sender's identity. A message from another group is refused before anything else in it is looked
/// at.
/// </summary>
/// <remarks>
/// <para>
/// An identity that is not committed may still be replaced: its founder, or a leader with a version without identities
/// before it, may lose to another. The identity is decided once the peer knows that its configuration is committed. It
/// then becomes a part of the hard state, because the commit index is not durable. A peer that has not decided follows
/// a leader with another identity if that leader knows its store, as it would without identities. A peer that has
/// decided never does.
/// </para>
/// <para>
/// A log without an identity (from a former version, or before the entry that brings it) says nothing. Then the stores,
/// whose identities are random too, say who belongs together: one of the two peers must know the other's store for the
/// other's member.
/// </para>
/// </remarks>
internal sealed class GroupIdentity(
    RaftSettings settings,
    RaftLog raftLog,
    ConfigurationHistory configurations,
    MemberChanges changes,
    PeerProblems problems,
    ILoggingAdapter log,
    IStorePeer peer)
{
    private static readonly TimeSpan ForeignMemory = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RefusalInterval = TimeSpan.FromSeconds(1);

    private readonly ForeignPeers _foreign = new(ForeignMemory);

    // When each address was last told that it is refused. Two peers that refuse each other must not keep each other
    // busy.
    private readonly Dictionary<string, TimeSpan> _refusals = new(StringComparer.Ordinal);

    /// <summary>The identity of the group to which the log belongs; empty if the log has none.</summary>
    public string Id => IsDecided ? peer.HardState.GroupId : Configuration.GroupId;

    /// <summary>Whether the identity is final.</summary>
    public bool IsDecided => peer.HardState.GroupId.Length > 0;

    private Configuration Configuration => configurations.Latest;

    /// <summary>The peers of other groups that were heard lately.</summary>
    public IReadOnlyList<ForeignPeer> RecentForeigners() => _foreign.Recent(peer.Now);

    /// <summary>Whether a message comes from this group.</summary>
    public bool Includes(PeerMessage message)
    {
        var header = message.Header;
        string own = Id, its = header.GroupId;
        if (own == its)
            return true;
        if (own.Length > 0 && its.Length > 0)
        {
            if (IsDecided)
                return header.GroupIsUndecided && IsReply(message) && IsKnownStore(header);
            return message is not (MemberRemoved or StoreReplaced or TimeoutNow) && IsAcquainted(message);
        }
        return its.Length == 0 ? header.IsEmpty || IsKnownStore(header) : raftLog.IsEmpty || IsAcquainted(message);
    }

    /// <summary>
    /// The identity that is decided because a configuration is committed; <c>null</c> if none is, or if one was decided
    /// before. A leader whose group was recovered first sends entries, or a snapshot, with the former identity. So the
    /// identity that the leader has decided counts.
    /// </summary>
    public string? Deciding(Configuration committed, string groupOfLeader)
    {
        string groupId = groupOfLeader.Length > 0 ? groupOfLeader : committed.GroupId;
        return IsDecided || groupId.Length == 0 ? null : groupId;
    }

    // ---- Two foundings

    /// <summary>
    /// Whether entries would continue the log of another founding. That is where two logs begin to differ, whatever the
    /// terms.
    /// </summary>
    public bool ContinuesAnotherFounding(AppendEntries append) =>
        IsAnotherFounding(append.Header) && append.PrevLogIndex >= configurations.FirstOfGroup;

    /// <summary>
    /// Whether an entry of another founding has the same index and term as this log's entry, and would be taken for it.
    /// </summary>
    public bool IsMixedUp(AppendEntries append)
    {
        long first = IsAnotherFounding(append.Header) ? configurations.FirstOfGroup : 0;
        if (first <= append.PrevLogIndex || first > append.LastIndex)
            return false;
        var entry = append.Entries.Entries[(int)(first - append.PrevLogIndex - 1)];
        return raftLog.Has(first, entry.Term) && entry.Payload.TryReadConfiguration()?.GroupId != Configuration.GroupId;
    }

    // A peer that has decided has a log of that group from the first entry on, even if the identity comes in a later
    // entry.
    private bool IsAnotherFounding(PeerHeader header) =>
        !IsDecided && header.GroupId.Length > 0 && !raftLog.IsEmpty && Configuration.GroupId.Length > 0
        && header.GroupId != Configuration.GroupId;

    // ---- Other groups

    /// <summary>Called when another peer says that nothing this peer says counts there.</summary>
    public void OnRefused(ContactRefused refused)
    {
        if (refused.Header.ToStoreId != peer.StoreId)
            return;
        if (refused.Reason == RefusalReason.AnotherGroup && refused.Header.GroupId != Id)
            OnForeign(refused.Header);
        if (refused.Reason == RefusalReason.StoreInUse && peer.Leader is null)
        {
            var self = settings.Self;
            string twoNodes = MemberAddresses.TwoNodes(self.Id, self.Address, refused.OtherAddress);
            problems.Begin(PeerProblemKind.StoreInUse, twoNodes);
        }
    }

    /// <summary>Records a peer of another group, which may be at the address of a new voter.</summary>
    public void OnForeign(PeerHeader header)
    {
        bool isNews = _foreign.Note(new ForeignPeer(header.MemberId, header.Address, header.GroupId), peer.Now);
        bool isExpected = false;
        foreach (var server in Configuration.Servers)
            isExpected |= server.Id == header.MemberId || server.Address == header.Address;
        if (peer.Leader is null && isExpected)
            problems.Begin(PeerProblemKind.OtherGroup, Foreign(header));
        else if (isNews)
            log.Warning("{0}: {1}", settings.PersistenceId, Foreign(header));
        changes.OnForeign(header, Foreign(header));
    }

    /// <summary>Tells a peer that nothing it says counts here, at most once a second.</summary>
    /// <param name="header">The header of the peer's message.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="otherAddress">
    /// The address of another node that runs with the peer's store, if that is the reason.
    /// </param>
    public void Refuse(PeerHeader header, RefusalReason reason, string otherAddress = "")
    {
        var now = peer.Now;
        if (_refusals.TryGetValue(header.Address, out var last) && now - last < RefusalInterval)
            return;
        if (_refusals.Count >= 64)
            _refusals.Clear();
        _refusals[header.Address] = now;
        var refusal = new ContactRefused(peer.Header(header.StoreId), reason) { OtherAddress = otherAddress };
        peer.Send(header.Address, refusal);
    }

    // The message about a peer of another group.
    private string Foreign(PeerHeader header)
    {
        string its = header.GroupId;
        string identity = its.Length > 0 ? $"its identity is {its}" : "its log has no identity";
        string own = Id.Length > 0 ? Id : "none";
        string what = $"{header.MemberId} at {header.Address} belongs to another group than this peer, "
            + $"so neither accepts messages of the other: {identity}, and the identity here is {own}.";
        if (its.Length > 0 && Configuration.Histories.Any(history => history.GroupId == its))
        {
            return $"{what} Its data is that of this group before a restore or a recovery. "
                + "If it is a member, remove it, and add it again with an empty data directory.";
        }
        return $"{what} One of the two has an old data directory, or an address that belongs to the other group. "
            + "Correct raft.members, or start the wrong node with an empty data directory.";
    }

    private static bool IsReply(PeerMessage message) =>
        message is AppendEntriesReply or InstallSnapshotReply or RequestVoteReply or Introduce or IntroduceReply;

    // A leader names the store of a follower only after it has bound it.
    private bool IsAcquainted(PeerMessage message) => IsKnownStore(message.Header)
        || (message is AppendEntries or InstallSnapshot && message.Header.ToStoreId == peer.StoreId);

    private bool IsKnownStore(PeerHeader header) =>
        Configuration.Find(header.MemberId) is { IsBound: true } known && known.StoreId == header.StoreId;
}
