using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.Snapshots;

namespace RaftActors.Protocol;

/// <summary>What is serialized by the messages of raft.proto.</summary>
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
    /// <summary>The most bytes of one message that the sender's remoting takes; 0 where it does not say.</summary>
    public long MaximumFrameSize { get; init; }

    /// <summary>The identity of the group that the sender's log belongs to; empty when the log has none.</summary>
    public string GroupId { get; init; } = "";

    /// <summary>Whether the sender does not know that this identity is committed.</summary>
    public bool GroupIsUndecided { get; init; }

    /// <summary>The identity of the sender's group, once that cannot change any more; else empty.</summary>
    public string DecidedGroupId => GroupIsUndecided ? "" : GroupId;

    /// <summary>What the sender understands: <see cref="CurrentVersion"/>, or less of an earlier version.</summary>
    public int Version { get; init; }

    /// <summary>Whether the sender says that its log is empty.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Which incarnation of its store the sender is; 0 from a version that has none.</summary>
    public long Incarnation { get; init; }

    /// <summary>Whether the sender has yet to find out whether it may confirm anything.</summary>
    public bool IsVerifying { get; init; }

    /// <summary>The first version that has identities of groups.</summary>
    public const int GroupIdentities = 1;

    /// <summary>The first version that compares digests of replicas.</summary>
    public const int ReplicaDigests = 2;

    /// <summary>What this version understands.</summary>
    public const int CurrentVersion = ReplicaDigests;
}

/// <summary>Why nothing that a peer says counts.</summary>
internal enum RefusalReason
{
    /// <summary>Its log belongs to another group.</summary>
    AnotherGroup = 1,

    /// <summary>Another node runs with the same store.</summary>
    StoreInUse = 2,
}

/// <summary>A message between peers.</summary>
internal abstract record PeerMessage(PeerHeader Header) : IRaftMessage
{
    /// <summary>The sender's term.</summary>
    public long Term => Header.Term;
}

/// <summary>Bytes that are none of the messages that this version knows.</summary>
/// <param name="Manifest">What they claim to be.</param>
/// <param name="Problem">What is wrong.</param>
internal sealed record MalformedMessage(string Manifest, string Problem) : IRaftMessage
{
    /// <summary>
    /// Whether it is none of the messages that this version knows, rather than one whose bytes have changed.
    /// </summary>
    public bool IsUnknown { get; init; }
}

/// <summary>
/// Asks for a vote (paper, section 5.2), or with <paramref name="PreVote"/> whether one would be given (dissertation,
/// section 9.6).
/// </summary>
/// <param name="Header">
/// The candidate; a pre-candidate's term is the one before that of the election it asks about.
/// </param>
/// <param name="LastLogIndex">The index of the candidate's last entry.</param>
/// <param name="LastLogTerm">The term of that entry.</param>
/// <param name="PreVote">Nobody's state changes.</param>
/// <param name="Transfer">The leader asked for this election: stickiness does not apply.</param>
/// <param name="Founding">Of a candidate with an empty log: the configuration it would found.</param>
internal sealed record RequestVote(PeerHeader Header, long LastLogIndex, long LastLogTerm, bool PreVote, bool Transfer,
    Configuration? Founding) : PeerMessage(Header)
{
    /// <summary>The term of the election.</summary>
    public long ElectionTerm => PreVote ? Term + 1 : Term;

    /// <summary>Of the incarnations of stores that the candidate knows; 0 from a version that has none.</summary>
    public ulong StoresDigest { get; init; }
}

/// <summary>The answer to a <see cref="RequestVote"/>.</summary>
internal sealed record RequestVoteReply(PeerHeader Header, bool Granted, bool PreVote,
    long ElectionTerm) : PeerMessage(Header)
{
    /// <summary>
    /// The leader that the voter follows and that may not know where the candidate is; otherwise empty.
    /// </summary>
    public string LeaderAddress { get; init; } = "";

    /// <summary>The stores that the voter knows, if it knows other incarnations than the candidate.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];
}

/// <summary>The leader's entries, or without any its heartbeat (paper, section 5.3).</summary>
internal sealed record AppendEntries(PeerHeader Header, long PrevLogIndex, long PrevLogTerm, long LeaderCommit,
    long ReadContext, EntryBatch Entries) : PeerMessage(Header)
{
    /// <summary>The index of the last entry, or the previous index when there is none.</summary>
    public long LastIndex => PrevLogIndex + Entries.Count;

    /// <summary>
    /// Counts the leader's messages to this follower; a rejection returns it. 0 from a leader that does not count.
    /// </summary>
    public long Number { get; init; }

    /// <summary>Of the incarnations of stores that the leader knows; 0 from a version that has none.</summary>
    public ulong StoresDigest { get; init; }

    /// <summary>What the leader knows of stores, if the follower may know less.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];

    /// <summary>Of a heartbeat: the latest digest that a majority of the replicas had.</summary>
    public ReplicaDigest Agreed { get; init; }

    /// <summary>Of a heartbeat: the entry after which replicas differ without a majority; otherwise 0.</summary>
    public long UndecidedAt { get; init; }
}

/// <summary>The answer to an <see cref="AppendEntries"/>.</summary>
/// <param name="Header">The follower.</param>
/// <param name="Success">Whether its log has the previous entry.</param>
/// <param name="MatchIndex">On success: agreed and durable up to here.</param>
/// <param name="AcceptedIndex">On success: agreed up to here.</param>
/// <param name="RejectedIndex">Otherwise: the request's previous index.</param>
/// <param name="Conflict">Otherwise: how the follower's log differs there.</param>
/// <param name="ReadContext">That of the request.</param>
internal sealed record AppendEntriesReply(
    PeerHeader Header, bool Success, long MatchIndex, long AcceptedIndex, long RejectedIndex, LogConflict Conflict,
    long ReadContext) : PeerMessage(Header)
{
    /// <summary>Of a rejection: the number of the request; 0 from a follower that does not return it.</summary>
    public long Number { get; init; }

    /// <summary>The stores that the follower knows, if it knows other incarnations than the leader.</summary>
    public IReadOnlyList<StoreRecord> Stores { get; init; } = [];

    /// <summary>Of the answer to a heartbeat: the latest digest of the follower's replica.</summary>
    public ReplicaDigest Digest { get; init; }

    /// <summary>
    /// The follower's replica is set aside, and needs a snapshot up to this entry or a later one; otherwise 0.
    /// </summary>
    public long RebuildFrom { get; init; }
}

/// <summary>
/// A chunk of the leader's snapshot, for a follower whose next entry the leader has compacted (paper, section 7 and
/// Figure 13).
/// </summary>
/// <param name="Header">The leader.</param>
/// <param name="Snapshot">The whole snapshot.</param>
/// <param name="Chunk">The number of the chunk; the first is 1.</param>
/// <param name="Data">The chunk.</param>
internal sealed record InstallSnapshot(PeerHeader Header, Snapshot Snapshot, int Chunk,
    ReadOnlyMemory<byte> Data) : PeerMessage(Header);

/// <summary>
/// The answer to an <see cref="InstallSnapshot"/>: everything before <paramref name="NextChunk"/> is durable.
/// </summary>
/// <param name="Header">The follower.</param>
/// <param name="LastIncludedIndex">That of the snapshot.</param>
/// <param name="LastIncludedTerm">That of the snapshot.</param>
/// <param name="NextChunk">The chunk that is wanted next.</param>
/// <param name="Installed">Nothing more is wanted: the follower's log reaches the last included entry.</param>
internal sealed record InstallSnapshotReply(PeerHeader Header, long LastIncludedIndex, long LastIncludedTerm,
    int NextChunk, bool Installed) : PeerMessage(Header);

/// <summary>
/// Asks whether a peer is empty (see <see cref="Founding"/>), and what it knows of the asking peer's store (see
/// <see cref="StoreVerification"/>).
/// </summary>
internal sealed record AskIdentity(PeerHeader Header, long Round) : PeerMessage(Header)
{
    /// <summary>The term with which the asking peer started.</summary>
    public long RecoveredTerm { get; init; }

    /// <summary>The last index with which the asking peer started.</summary>
    public long RecoveredIndex { get; init; }
}

/// <summary>The answer to <see cref="AskIdentity"/>.</summary>
internal sealed record IdentityReply(PeerHeader Header, long Round, bool Empty,
    string BoundStoreId) : PeerMessage(Header)
{
    /// <summary>
    /// The leader that the answering peer follows and that may not know where the asking one is; otherwise empty.
    /// </summary>
    public string LeaderAddress { get; init; } = "";

    /// <summary>The term of the last entry of the log of the peer that answers.</summary>
    public long LastLogTerm { get; init; }

    /// <summary>The index of that entry.</summary>
    public long LastLogIndex { get; init; }

    /// <summary>Whether the store of the peer that answers is known to be set back.</summary>
    public bool IsSetBack { get; init; }

    /// <summary>What it remembers of the store that asked; <c>null</c> for nothing.</summary>
    public StoreRecord? Known { get; init; }
}

/// <summary>
/// A leader tells a peer that the group knows its member under another store than <c>Header.ToStoreId</c>.
/// </summary>
internal sealed record StoreReplaced(PeerHeader Header) : PeerMessage(Header);

/// <summary>Tells a peer that nothing that it says counts here.</summary>
internal sealed record ContactRefused(PeerHeader Header, RefusalReason Reason) : PeerMessage(Header)
{
    /// <summary>Where the other node is that runs with the store; otherwise empty.</summary>
    public string OtherAddress { get; init; } = "";
}

/// <summary>A leader tells the peer that is to succeed it to campaign at once (dissertation, section 3.10).</summary>
internal sealed record TimeoutNow(PeerHeader Header) : PeerMessage(Header);

/// <summary>A request to transfer the leadership that was told to a peer that is not the leader.</summary>
/// <param name="Header">The forwarding peer.</param>
/// <param name="RequestId">
/// Returned in the answer, a <see cref="ForwardReply"/> that names the new leader and its term.
/// </param>
/// <param name="Target">The member that is to lead, or empty for any.</param>
internal sealed record ForwardTransfer(PeerHeader Header, long RequestId, string Target) : PeerMessage(Header);

/// <summary>A peer tells another that it is no longer a member of the group.</summary>
/// <param name="Header">Any peer.</param>
/// <param name="Index">The index of a committed configuration without it.</param>
internal sealed record MemberRemoved(PeerHeader Header, long Index) : PeerMessage(Header);

/// <summary>A proposal that was told to a peer that is not the leader.</summary>
internal sealed record ForwardProposal(PeerHeader Header, long RequestId, Payload Command,
    bool ReplyWhenAppended) : PeerMessage(Header)
{
    /// <summary>The kind of entry that is wanted: a command or a session entry.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>
    /// The session and number of an exactly-once command, or the session that a session entry is about.
    /// </summary>
    public SessionStamp? Session { get; init; }
}

/// <summary>
/// A peer that is to answer linearizable reads asks the leader from which index on it may (dissertation, section 6.4).
/// </summary>
/// <param name="Header">The asking peer.</param>
/// <param name="RequestIds">Its reads.</param>
internal sealed record ReadIndex(PeerHeader Header, long[] RequestIds) : PeerMessage(Header);

/// <summary>The answer to <see cref="ReadIndex"/>.</summary>
/// <param name="Header">The answering peer.</param>
/// <param name="RequestIds">The reads.</param>
/// <param name="Failure">Why there is no index, or <c>null</c>.</param>
/// <param name="Message">The reason in a sentence.</param>
/// <param name="Index">
/// What was committed after the request came: a state machine that has applied it may answer.
/// </param>
internal sealed record ReadIndexReply(PeerHeader Header, long[] RequestIds, FailureReason? Failure, string Message,
    long Index) : PeerMessage(Header);

/// <summary>The leader's answer to what was forwarded.</summary>
/// <param name="Header">The answering peer.</param>
/// <param name="RequestId">What is answered.</param>
/// <param name="Failure">Why it was not done, or <c>null</c>.</param>
/// <param name="Message">The reason in a sentence.</param>
/// <param name="Leader">The leader that the answering peer knows.</param>
/// <param name="Index">The entry's index, or of a query that of the last entry the answer reflects.</param>
/// <param name="EntryTerm">The entry's term.</param>
/// <param name="Response">The state machine's answer, or <c>null</c>.</param>
internal sealed record ForwardReply(
    PeerHeader Header, long RequestId, FailureReason? Failure, string Message, Member? Leader, long Index,
    long EntryTerm, Payload? Response) : PeerMessage(Header);

/// <summary>The first event of a peer's journal.</summary>
internal sealed record PeerCreated(int FormatVersion, string Group, string MemberId, string StoreId) : IRaftMessage
{
    /// <summary>The format that this version writes, and the newest it reads.</summary>
    public const int CurrentFormat = 1;
}

/// <summary>
/// The event by which a store goes on under another identity, when an operator has made its member the only one of the
/// group.
/// </summary>
/// <param name="StoreId">The new identity.</param>
internal sealed record StoreRenewed(string StoreId) : IRaftMessage;

/// <summary>The one kind of event that follows: hard state, entries, or both, atomically.</summary>
/// <param name="HardState">The new hard state, or <c>null</c> when it is unchanged.</param>
/// <param name="PreviousIndex">
/// The entries replace everything after this index; without entries nothing is replaced.
/// </param>
/// <param name="Batches">The entries, in order.</param>
internal sealed record Persisted(HardState? HardState, long PreviousIndex,
    IReadOnlyList<EntryBatch> Batches) : IRaftMessage
{
    /// <summary>The stores that the peer knows, or <c>null</c> when nothing has changed.</summary>
    public IReadOnlyList<StoreRecord>? Stores { get; init; }

    /// <summary>So many bytes without a meaning: the event is to prove that the store takes one of this size.</summary>
    public int Padding { get; init; }

    /// <summary>Roughly the bytes of the event, for one of many.</summary>
    public long Size => Padding + Batches.Sum(static batch => (long)batch.Encoded.Length);
}

/// <summary>
/// The event by which the log goes on from what was before an event that cannot be read: what that one and those behind
/// it say of the log is void.
/// </summary>
/// <param name="From">The sequence number of the first event that is void.</param>
internal sealed record JournalCut(long From) : IRaftMessage;

/// <summary>
/// The event by which an installed snapshot takes the place of the log: the journal's entries before it are not those
/// of the log any more.
/// </summary>
/// <param name="LastIncludedIndex">The last entry that the snapshot replaces.</param>
/// <param name="LastIncludedTerm">The term of that entry.</param>
internal sealed record SnapshotInstalled(long LastIncludedIndex, long LastIncludedTerm) : IRaftMessage;
