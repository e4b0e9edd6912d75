using RaftActors.Membership;

namespace RaftActors.Client;

/// <summary>A peer's role (paper, section 5.1; pre-candidate: dissertation, section 9.6).</summary>
public enum RaftRole
{
    /// <summary>Follows the leader of its term, if there is one.</summary>
    Follower,

    /// <summary>Asks whether it could win an election, before it raises its term.</summary>
    PreCandidate,

    /// <summary>Asks for votes in its term.</summary>
    Candidate,

    /// <summary>Leads its term.</summary>
    Leader,
}

/// <summary>Asks a peer for its state. The answer is <see cref="RaftStatus"/>.</summary>
public sealed record GetStatus
{
    /// <summary>The only instance.</summary>
    public static readonly GetStatus Instance = new();
}

/// <summary>The state of a peer.</summary>
public sealed record RaftStatus
{
    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>The peer's member id.</summary>
    public required string MemberId { get; init; }

    /// <summary>The identity of the peer's store, drawn when it was created.</summary>
    public required string StoreId { get; init; }

    /// <summary>
    /// The identity of the group: 128 random bits that the founder drew. A restore and a recovery draw another one.
    /// Empty as long as the peer's log has none.
    /// </summary>
    public required string GroupId { get; init; }

    /// <summary>
    /// The peers of other groups that this peer has heard in the last minute. Nothing that they say counts.
    /// </summary>
    public required IReadOnlyList<ForeignPeer> ForeignPeers { get; init; }

    /// <summary>The peer's role.</summary>
    public required RaftRole Role { get; init; }

    /// <summary>The peer's current term.</summary>
    public required long Term { get; init; }

    /// <summary>The leader of that term, if the peer knows it.</summary>
    public required Member? Leader { get; init; }

    /// <summary>The index of the first entry in memory. The entries before it were compacted.</summary>
    public required long FirstIndex { get; init; }

    /// <summary>The index of the last entry in the log; 0 when it is empty.</summary>
    public required long LastIndex { get; init; }

    /// <summary>The last index up to which the log is durable on this peer.</summary>
    public required long PersistedIndex { get; init; }

    /// <summary>The last index that the peer knows to be committed.</summary>
    public required long CommitIndex { get; init; }

    /// <summary>The last index that the state machine has applied.</summary>
    public required long AppliedIndex { get; init; }

    /// <summary>The bytes of payload in the log.</summary>
    public required long LogBytes { get; init; }

    /// <summary>The index of the last entry that the latest snapshot includes; 0 if there is no snapshot.</summary>
    public long SnapshotIndex { get; init; }

    /// <summary>The bytes of the latest snapshot.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>
    /// The voters of the latest configuration in the log, or of the settings as long as the log has none.
    /// </summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>The learners of that configuration.</summary>
    public IReadOnlyList<Member> Learners { get; init; } = [];

    /// <summary>On a leader: how far each other member's log has come. On another peer: empty.</summary>
    public required IReadOnlyList<FollowerStatus> Followers { get; init; }

    /// <summary>
    /// How many messages the peer has dropped since it started, because they were invalid or meant for another peer.
    /// </summary>
    public long DroppedMessages { get; init; }

    /// <summary>
    /// Whether the peer rests, because the group is idle: see <see cref="RaftSettings.RestAfter"/>.
    /// </summary>
    public bool IsResting { get; init; }

    /// <summary>
    /// How many timers fired late by more than a heartbeat interval since the peer started: other work blocks the
    /// threads of its process, or the process stood still.
    /// </summary>
    public long LateTimers { get; init; }

    /// <summary>
    /// The parts of the peer's store that could not be read, at the start of the peer or in the last check. Each is a
    /// sentence without its full stop. Empty if everything was read.
    /// </summary>
    public IReadOnlyList<string> Damages { get; init; } = [];

    /// <summary>Why the peer cannot serve as it should; empty when nothing is wrong.</summary>
    public IReadOnlyList<PeerProblem> Problems { get; init; } = [];

    /// <summary>The largest message in bytes that the node's remoting takes; 0 without remoting.</summary>
    public long MaximumFrameSize { get; init; }

    /// <summary>
    /// The other members whose remoting has another frame size, each with its size. A message that is too large for one
    /// of the two nodes ends their connection. Empty when all members that were heard have the same size.
    /// </summary>
    public IReadOnlyDictionary<string, long> OtherFrameSizes { get; init; } = new Dictionary<string, long>();
}

/// <summary>What a leader knows about a follower.</summary>
/// <param name="MemberId">The follower.</param>
/// <param name="State">Probe, Replicate or Snapshot, as in the replication progress.</param>
/// <param name="MatchIndex">The last index known to be durable on the follower.</param>
/// <param name="NextIndex">The next index to send.</param>
/// <param name="RecentlyActive">Whether the follower answered within the last election timeout.</param>
public sealed record FollowerStatus(string MemberId, string State, long MatchIndex, long NextIndex, bool RecentlyActive)
{
    /// <summary>Whether the follower's replica differs from those of a majority, and is being built anew.</summary>
    public bool Differs { get; init; }
}
