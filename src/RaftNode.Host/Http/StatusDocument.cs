using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using RaftActors.Membership;

namespace RaftNode.Host.Http;

/// <summary>The body of <c>GET /status</c>.</summary>
internal sealed record StatusDocument
{
    /// <summary>The node's member id.</summary>
    public required string Node { get; init; }

    /// <summary>The process id of the node.</summary>
    public required int Pid { get; init; }

    /// <summary>The role: follower, preCandidate, candidate or leader.</summary>
    public required string Role { get; init; }

    /// <summary>The node's term.</summary>
    public required long Term { get; init; }

    /// <summary>The member id of that term's leader; <c>null</c> if the node knows none.</summary>
    public required string? Leader { get; init; }

    /// <summary>The last index known to be committed.</summary>
    public required long CommitIndex { get; init; }

    /// <summary>The last index that the state machine has applied.</summary>
    public required long AppliedIndex { get; init; }

    /// <summary>The last index in the node's log.</summary>
    public required long LastIndex { get; init; }

    /// <summary>The first index in the node's memory. The snapshot includes the entries before it.</summary>
    public required long FirstIndex { get; init; }

    /// <summary>The last index that is durable on the node.</summary>
    public required long PersistedIndex { get; init; }

    /// <summary>The bytes of payload in the log.</summary>
    public required long LogBytes { get; init; }

    /// <summary>The index of the last entry that the node's latest snapshot includes; 0 if there is none.</summary>
    public required long SnapshotIndex { get; init; }

    /// <summary>The size of that snapshot in bytes.</summary>
    public required long SnapshotBytes { get; init; }

    /// <summary>The name of the group.</summary>
    public required string Group { get; init; }

    /// <summary>
    /// The groups of a node with several, which the other properties are sums over; <c>null</c> for one group.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GroupsDocument? Groups { get; init; }

    /// <summary>The identity of the group; empty as long as the node's log has none.</summary>
    public required string GroupId { get; init; }

    /// <summary>The nodes of other groups that were heard in the last minute.</summary>
    public IReadOnlyList<ForeignNodeDocument> ForeignNodes { get; init; } = [];

    /// <summary>The identity of the node's store.</summary>
    public required string StoreId { get; init; }

    /// <summary>The address at which peers reach the node.</summary>
    public required string Address { get; init; }

    /// <summary>The node's key-value state, for comparing replicas.</summary>
    public required StateDocument State { get; init; }

    /// <summary>The group's voters.</summary>
    public required IReadOnlyList<MemberDocument> Members { get; init; }

    /// <summary>The group's members without a vote.</summary>
    public IReadOnlyList<MemberDocument> Learners { get; init; } = [];

    /// <summary>On a leader, how far the logs of the others have come; otherwise empty.</summary>
    public required IReadOnlyList<FollowerDocument> Followers { get; init; }

    /// <summary>
    /// Why the node is not ready although its peer runs. Also why scheduled backups fail, and what is wrong with its
    /// certificates and tokens: these do not make it unready. Empty when nothing is wrong.
    /// </summary>
    public IReadOnlyList<ProblemDocument> Problems { get; init; } = [];

    /// <summary>
    /// The parts of the node's store that could not be read, each in a sentence; empty if everything was read.
    /// </summary>
    public IReadOnlyList<string> Damages { get; init; } = [];

    /// <summary>Whether the peer rests, because the group is idle.</summary>
    public bool IsResting { get; init; }

    /// <summary>
    /// How many timers of the peer fired late by more than a heartbeat interval since the peer started.
    /// </summary>
    public long LateTimers { get; init; }

    /// <summary>The largest message in bytes that the node's remoting takes.</summary>
    public long MaximumFrameSize { get; init; }

    /// <summary>The other nodes whose remoting takes another size, each with its size in bytes.</summary>
    public IReadOnlyDictionary<string, long> OtherFrameSizes { get; init; } = new Dictionary<string, long>();

    /// <summary>The node's disk; <c>null</c> if all of its data is in a database server.</summary>
    public DiskDocument? Disk { get; init; }

    /// <summary>The memory of the node's process.</summary>
    public MemoryDocument? Memory { get; init; }

    /// <summary>What the node has done since its process started.</summary>
    public TrafficDocument? Traffic { get; init; }

    /// <summary>How long the node has run, in seconds.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }
}

/// <summary>The groups of a node.</summary>
/// <param name="Count">How many there are, <c>raftnode.groups</c>.</param>
/// <param name="Led">How many of them this node leads.</param>
/// <param name="WithoutLeader">Of how many this node knows no leader.</param>
/// <param name="NotRunning">Of how many this node's peer does not run.</param>
/// <param name="Leaders">How many each node leads, as far as this node knows.</param>
internal sealed record GroupsDocument(
    int Count, int Led, int WithoutLeader, int NotRunning, IReadOnlyDictionary<string, int> Leaders)
{
    /// <summary>The numbers of the groups in which something is wrong on this node, in order.</summary>
    public IReadOnlyList<int> Troubled { get; init; } = [];
}

/// <summary>A node's disk.</summary>
/// <param name="StoreBytes">The size of the files in the node's data directory.</param>
/// <param name="FreeBytes">What is free on the volume of that directory.</param>
/// <param name="VolumeBytes">The size of that volume.</param>
internal sealed record DiskDocument(long StoreBytes, long FreeBytes, long VolumeBytes);

/// <summary>The memory of a node's process.</summary>
/// <param name="WorkingSetBytes">The memory of the process that is in RAM.</param>
/// <param name="HeapBytes">What the garbage collector has allocated and not freed.</param>
internal sealed record MemoryDocument(long WorkingSetBytes, long HeapBytes);

/// <summary>
/// What a node has done since its process started. All are counts that only grow, so two readings give a rate.
/// </summary>
/// <param name="Proposals">The proposals of the node's clients: writes, sessions and leases.</param>
/// <param name="Queries">The queries of the node's clients.</param>
/// <param name="Batches">The batches of entries that the node committed as leader.</param>
/// <param name="BatchSeconds">
/// How long these batches took together, each from when its first entry was appended until all of it was committed.
/// </param>
/// <param name="JournalWrites">The writes of the node to its journal.</param>
/// <param name="JournalSeconds">How long these writes took together, each until it was durable.</param>
internal sealed record TrafficDocument(long Proposals, long Queries, long Batches, double BatchSeconds,
    long JournalWrites, double JournalSeconds);

/// <summary>
/// The size and digest of a node's key-value state. Two nodes with the same index have the same keys and digest.
/// </summary>
/// <param name="Index">The index of the last command applied.</param>
/// <param name="Keys">The number of keys with a value.</param>
/// <param name="Digest">16 hexadecimal digits over all keys, values and versions.</param>
internal sealed record StateDocument(long Index, long Keys, string Digest);

/// <summary>A member.</summary>
/// <param name="Id">The member id.</param>
/// <param name="Address">The address at which peers reach the member.</param>
/// <param name="Priority">The priority as leader.</param>
internal sealed record MemberDocument(string Id, string Address, int Priority = 0)
{
    /// <summary>A member as a document.</summary>
    public static MemberDocument Of(Member member) => new(member.Id, member.Address, member.Priority);
}

/// <summary>How far a follower's log has come, as the leader knows it.</summary>
/// <param name="Id">The member id.</param>
/// <param name="State">The state of the replication: probe, replicate or snapshot.</param>
/// <param name="MatchIndex">The last index known to be durable on the follower.</param>
/// <param name="NextIndex">The next index to send.</param>
/// <param name="Active">Whether the follower has answered lately.</param>
/// <param name="Differs">Whether the follower's state differs from that of a majority and is being rebuilt.</param>
internal sealed record FollowerDocument(string Id, string State, long MatchIndex, long NextIndex, bool Active,
    bool Differs = false);

/// <summary>A node of another group. Nothing that it says counts.</summary>
/// <param name="Id">The member id that the node uses.</param>
/// <param name="Address">The address of the node.</param>
/// <param name="GroupId">The identity of the node's group; empty if its log has none.</param>
internal sealed record ForeignNodeDocument(string Id, string Address, string GroupId);

/// <summary>What is wrong with a node.</summary>
/// <param name="Type">The kind of the problem, as in the <c>type</c> of a problem body.</param>
/// <param name="Detail">What is wrong, where, and what to do.</param>
internal sealed record ProblemDocument(string Type, string Detail);

/// <summary>Writes and reads the documents.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(GroupListDocument))]
[JsonSerializable(typeof(KeysDocument))]
[JsonSerializable(typeof(MembersDocument))]
[JsonSerializable(typeof(WantedMembersDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(LeaderDocument))]
[JsonSerializable(typeof(LeasesDocument))]
[JsonSerializable(typeof(WantedLeaseDocument))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class HostJson : JsonSerializerContext;
