using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.Snapshots;
using RaftActors.Tracing;

namespace RaftActors.Protocol;

/// <summary>A message that raft.proto serializes.</summary>
internal interface IRaftMessage;

/// <summary>Who sends a message between peers, and in which term.</summary>
/// <param name="Address">Where the sender's node listens: replies go there.</param>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The sender's name.</param>
/// <param name="StoreId">The identity of its store.</param>
/// <param name="Term">Its term.</param>
/// <param name="ToStoreId">
/// In a reply, the store that asked. In a leader's message, the store that the log binds to the follower. Otherwise
/// empty.
/// </param>
internal sealed record PeerHeader(string Address, string Group, string MemberId, string StoreId, long Term,
    string ToStoreId = "")
{
    /// <summary>
    /// The largest message in bytes that the sender's remoting takes; 0 if the sender does not say it.
    /// </summary>
    public long MaximumFrameSize { get; init; }

    /// <summary>The identity of the group to which the sender's log belongs; empty if the log has none.</summary>
    public string GroupId { get; init; } = "";

    /// <summary>Whether the sender does not yet know that this identity is committed.</summary>
    public bool GroupIsUndecided { get; init; }

    /// <summary>The identity of the sender's group, once it is final; empty before.</summary>
    public string DecidedGroupId => GroupIsUndecided ? "" : GroupId;

    /// <summary>
    /// The version of the protocol that the sender understands: <see cref="CurrentVersion"/>, or an earlier one.
    /// </summary>
    public int Version { get; init; }

    /// <summary>Whether the sender says that its log is empty.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The incarnation of the sender's store; 0 from a version without incarnations.</summary>
    public long Incarnation { get; init; }

    /// <summary>
    /// Whether the sender may not confirm anything yet, because it has not been verified since its start.
    /// </summary>
    public bool IsVerifying { get; init; }

    /// <summary>The first version that has identities of groups.</summary>
    public const int GroupIdentities = 1;

    /// <summary>The first version that compares digests of replicas.</summary>
    public const int ReplicaDigests = 2;

    /// <summary>The first version whose followers rest when the leader asks them to.</summary>
    public const int Resting = 3;

    /// <summary>The version of the protocol that this code understands.</summary>
    public const int CurrentVersion = Resting;
}

/// <summary>Why nothing that a peer says counts.</summary>
internal enum RefusalReason
{
    /// <summary>The peer's log belongs to another group.</summary>
    AnotherGroup = 1,

    /// <summary>Another node runs with the peer's store.</summary>
    StoreInUse = 2,
}

/// <summary>A message between peers.</summary>
internal abstract record PeerMessage(PeerHeader Header) : IRaftMessage
{
    /// <summary>The sender's term.</summary>
    public long Term => Header.Term;
}

/// <summary>A message that this version cannot parse.</summary>
/// <param name="Manifest">The manifest of the message.</param>
/// <param name="Problem">What is wrong with the bytes.</param>
internal sealed record MalformedMessage(string Manifest, string Problem) : IRaftMessage
{
    /// <summary>Whether this version does not know the message. Otherwise its bytes have changed.</summary>
    public bool IsUnknown { get; init; }
}

/// <summary>
/// Asks for a vote (paper, section 5.2). With <paramref name="PreVote"/>, asks whether the vote would be granted
/// (dissertation, section 9.6).
/// </summary>
/// <param name="Header">The candidate. A pre-candidate's term is the one before the term of its election.</param>
/// <param name="LastLogIndex">The index of the candidate's last entry.</param>
/// <param name="LastLogTerm">The term of that entry.</param>
/// <param name="PreVote">Whether this is a pre-vote. A pre-vote changes no peer's state.</param>
/// <param name="Transfer">
/// Whether the leader asked for this election. Then voters do not refuse because they hear a leader.
/// </param>
/// <param name="Founding">
/// From a candidate with an empty log: the configuration with which it would found the group.
/// </param>
internal sealed record RequestVote(PeerHeader Header, long LastLogIndex, long LastLogTerm, bool PreVote, bool Transfer,
    Configuration? Founding) : PeerMessage(Header)
{
    /// <summary>The term of the election.</summary>
    public long ElectionTerm => PreVote ? Term + 1 : Term;

    /// <summary>
    /// The digest of the incarnations of stores that the candidate knows; 0 from a version without incarnations.
    /// </summary>
    public ulong StoresDigest { get; init; }
}

/// <summary>The answer to a <see cref="RequestVote"/>.</summary>
internal sealed record RequestVoteReply(PeerHeader Header, bool Granted, bool PreVote,
    long ElectionTerm) : PeerMessage(Header)
{
    /// <summary>
    /// The address of the leader that the voter follows, if that leader may not know the candidate's address; otherwise
    /// empty.
    /// </summary>
    public string LeaderAddress { get; init; } = "";

    /// <summary>The stores that the voter knows, if it knows other incarnations than the candidate.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];
}

/// <summary>Entries of the leader, or without entries its heartbeat (paper, section 5.3).</summary>
internal sealed record AppendEntries(PeerHeader Header, long PrevLogIndex, long PrevLogTerm, long LeaderCommit,
    long ReadContext, EntryBatch Entries) : PeerMessage(Header)
{
    /// <summary>The index of the last entry. Without entries, the previous index.</summary>
    public long LastIndex => PrevLogIndex + Entries.Count;

    /// <summary>
    /// The number of the message among the leader's messages to this follower. A rejection returns it. 0 from a version
    /// that does not number its messages.
    /// </summary>
    public long Number { get; init; }

    /// <summary>
    /// The digest of the incarnations of stores that the leader knows; 0 from a version without incarnations.
    /// </summary>
    public ulong StoresDigest { get; init; }

    /// <summary>The stores that the leader knows, if the follower may know less.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];

    /// <summary>In a heartbeat: the latest digest that a majority of the replicas had.</summary>
    public ReplicaDigest Agreed { get; init; }

    /// <summary>
    /// In a heartbeat: the index of the entry at which replicas differ and no digest has a majority; otherwise 0.
    /// </summary>
    public long UndecidedAt { get; init; }

    /// <summary>In a heartbeat: whether the leader asks the follower to rest.</summary>
    public bool Rests { get; init; }

    /// <summary>The spans of the entries that have one, which are few or none. Nothing depends on them.</summary>
    public IReadOnlyList<EntryTrace> Traces { get; init; } = [];
}

/// <summary>The answer to an <see cref="AppendEntries"/>.</summary>
/// <param name="Header">The follower.</param>
/// <param name="Success">Whether the follower's log has the previous entry.</param>
/// <param name="MatchIndex">
/// On success: the last index up to which the logs agree and the follower's log is durable.
/// </param>
/// <param name="AcceptedIndex">On success: the last index up to which the logs agree.</param>
/// <param name="RejectedIndex">On rejection: the previous index of the request.</param>
/// <param name="Conflict">On rejection: how the follower's log differs at that index.</param>
/// <param name="ReadContext">The read context of the request.</param>
internal sealed record AppendEntriesReply(
    PeerHeader Header, bool Success, long MatchIndex, long AcceptedIndex, long RejectedIndex, LogConflict Conflict,
    long ReadContext) : PeerMessage(Header)
{
    /// <summary>In a rejection: the number of the request; 0 from a version that does not return it.</summary>
    public long Number { get; init; }

    /// <summary>The stores that the follower knows, if it knows other incarnations than the leader.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];

    /// <summary>In the answer to a heartbeat: the latest digest of the follower's replica.</summary>
    public ReplicaDigest Digest { get; init; }

    /// <summary>
    /// The index that a snapshot must include to rebuild the follower's replica, if that replica differs from a
    /// majority's; otherwise 0.
    /// </summary>
    public long RebuildFrom { get; init; }

    /// <summary>In the answer to a heartbeat: whether the follower rests, as the leader asked it to.</summary>
    public bool Rests { get; init; }
}

/// <summary>
/// A chunk of the leader's snapshot, for a follower whose next entry the leader has compacted (paper, section 7 and
/// Figure 13).
/// </summary>
/// <param name="Header">The leader.</param>
/// <param name="Snapshot">The whole snapshot, of which this is a chunk.</param>
/// <param name="Chunk">The number of the chunk; the first is 1.</param>
/// <param name="Data">The bytes of the chunk.</param>
internal sealed record InstallSnapshot(PeerHeader Header, Snapshot Snapshot, int Chunk,
    ReadOnlyMemory<byte> Data) : PeerMessage(Header);

/// <summary>
/// The answer to an <see cref="InstallSnapshot"/>. All chunks before <paramref name="NextChunk"/> are durable.
/// </summary>
/// <param name="Header">The follower.</param>
/// <param name="LastIncludedIndex">The last included index of the snapshot.</param>
/// <param name="LastIncludedTerm">The last included term of the snapshot.</param>
/// <param name="NextChunk">The number of the chunk that the follower needs next.</param>
/// <param name="Installed">
/// Whether the follower's log reaches the last included entry, so that it needs no more chunks.
/// </param>
internal sealed record InstallSnapshotReply(PeerHeader Header, long LastIncludedIndex, long LastIncludedTerm,
    int NextChunk, bool Installed) : PeerMessage(Header);

/// <summary>
/// A peer introduces itself to another peer. It asks whether that peer's log is empty (see <see cref="Founding"/>), and
/// what that peer knows about its store (see <see cref="StoreVerification"/>).
/// </summary>
internal sealed record Introduce(PeerHeader Header, long Round) : PeerMessage(Header)
{
    /// <summary>The term with which the asking peer started.</summary>
    public long RecoveredTerm { get; init; }

    /// <summary>The last index with which the asking peer started.</summary>
    public long RecoveredIndex { get; init; }

    /// <summary>The digest of the incarnations of stores that the asking peer knows.</summary>
    public ulong StoresDigest { get; init; }
}

/// <summary>The answer to <see cref="Introduce"/>.</summary>
internal sealed record IntroduceReply(PeerHeader Header, long Round, bool Empty,
    string BoundStoreId) : PeerMessage(Header)
{
    /// <summary>
    /// The address of the leader that the answering peer follows, if that leader may not know the asking peer's
    /// address; otherwise empty.
    /// </summary>
    public string LeaderAddress { get; init; } = "";

    /// <summary>The term of the last entry of the answering peer's log.</summary>
    public long LastLogTerm { get; init; }

    /// <summary>The index of that entry.</summary>
    public long LastLogIndex { get; init; }

    /// <summary>Whether the answering peer's store is known to be set back.</summary>
    public bool IsSetBack { get; init; }

    /// <summary>What the answering peer remembers about the asking store; <c>null</c> if nothing.</summary>
    public StoreRecord? Known { get; init; }

    /// <summary>
    /// The stores that the answering peer knows, if their digest differs. They also say where members were heard that
    /// have moved.
    /// </summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];
}

/// <summary>
/// A leader tells a peer that the group has bound its member to another store than <c>Header.ToStoreId</c>.
/// </summary>
internal sealed record StoreReplaced(PeerHeader Header) : PeerMessage(Header);

/// <summary>Tells a peer that nothing it says counts here.</summary>
internal sealed record ContactRefused(PeerHeader Header, RefusalReason Reason) : PeerMessage(Header)
{
    /// <summary>The address of the other node that runs with the store; otherwise empty.</summary>
    public string OtherAddress { get; init; } = "";
}

/// <summary>A leader tells its successor to start an election at once (dissertation, section 3.10).</summary>
internal sealed record TimeoutNow(PeerHeader Header) : PeerMessage(Header);

/// <summary>A request to transfer the leadership, forwarded by a peer that does not lead.</summary>
/// <param name="Header">The forwarding peer.</param>
/// <param name="RequestId">
/// Returned in the answer: a <see cref="ForwardReply"/> that names the new leader and its term.
/// </param>
/// <param name="Target">The member id of the target; empty for any.</param>
internal sealed record ForwardTransfer(PeerHeader Header, long RequestId, string Target) : PeerMessage(Header);

/// <summary>A peer tells another peer that the group has removed it.</summary>
/// <param name="Header">Any peer.</param>
/// <param name="Index">The index of a committed configuration without the receiver.</param>
internal sealed record MemberRemoved(PeerHeader Header, long Index) : PeerMessage(Header);

/// <summary>A proposal, forwarded by a peer that does not lead.</summary>
internal sealed record ForwardProposal(PeerHeader Header, long RequestId, Payload Command,
    bool ReplyWhenAppended) : PeerMessage(Header)
{
    /// <summary>The kind of the entry: a command or a session entry.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>
    /// The session and number of an exactly-once command, or the session that a session entry is about.
    /// </summary>
    public SessionStamp? Session { get; init; }

    /// <summary>
    /// The span in which the proposal is forwarded; <c>null</c> if none is recorded. Nothing depends on it.
    /// </summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>
/// Asks the leader from which index on the asking peer may answer linearizable reads (dissertation, section 6.4).
/// </summary>
/// <param name="Header">The asking peer.</param>
/// <param name="RequestIds">The numbers of the asking peer's reads.</param>
internal sealed record ReadIndex(PeerHeader Header, long[] RequestIds) : PeerMessage(Header);

/// <summary>The answer to <see cref="ReadIndex"/>.</summary>
/// <param name="Header">The answering peer.</param>
/// <param name="RequestIds">The numbers of the reads.</param>
/// <param name="Failure">Why the reads failed; <c>null</c> on success.</param>
/// <param name="Message">The reason in a sentence.</param>
/// <param name="Index">
/// An index that was committed after the request came. A state machine that has applied it may answer the reads.
/// </param>
internal sealed record ReadIndexReply(PeerHeader Header, long[] RequestIds, FailureReason? Failure, string Message,
    long Index) : PeerMessage(Header);

/// <summary>The leader's answer to a forwarded request.</summary>
/// <param name="Header">The answering peer.</param>
/// <param name="RequestId">The number of the request.</param>
/// <param name="Failure">Why the request failed; <c>null</c> on success.</param>
/// <param name="Message">The reason in a sentence.</param>
/// <param name="Leader">The leader, if the answering peer knows it.</param>
/// <param name="Index">
/// The index of the entry. For a query, the index of the last entry that the answer reflects.
/// </param>
/// <param name="EntryTerm">The term of the entry.</param>
/// <param name="Response">The state machine's response, or <c>null</c>.</param>
internal sealed record ForwardReply(
    PeerHeader Header, long RequestId, FailureReason? Failure, string Message, Member? Leader, long Index,
    long EntryTerm, Payload? Response) : PeerMessage(Header);
