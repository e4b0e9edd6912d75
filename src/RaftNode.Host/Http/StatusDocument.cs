using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using RaftActors.Membership;

namespace RaftNode.Host.Http;

/// <summary>The body of <c>GET /status</c>.</summary>
internal sealed record StatusDocument
{
    /// <summary>The node's member id.</summary>
    public required string Node { get; init; }

    /// <summary>The node's process.</summary>
    public required int Pid { get; init; }

    /// <summary>follower, preCandidate, candidate or leader.</summary>
    public required string Role { get; init; }

    /// <summary>The node's term.</summary>
    public required long Term { get; init; }

    /// <summary>The member id of that term's leader, or <c>null</c> while the node knows none.</summary>
    public required string? Leader { get; init; }

    /// <summary>The last index known to be committed.</summary>
    public required long CommitIndex { get; init; }

    /// <summary>The last index that the state machine has applied.</summary>
    public required long AppliedIndex { get; init; }

    /// <summary>The last index in the node's log.</summary>
    public required long LastIndex { get; init; }

    /// <summary>The first index in the node's memory; what is before is in the snapshot.</summary>
    public required long FirstIndex { get; init; }

    /// <summary>The last index that is durable on the node.</summary>
    public required long PersistedIndex { get; init; }

    /// <summary>The bytes of payload in the log.</summary>
    public required long LogBytes { get; init; }

    /// <summary>The last index that the node's latest snapshot includes; 0 when there is none.</summary>
    public required long SnapshotIndex { get; init; }

    /// <summary>The bytes of that snapshot.</summary>
    public required long SnapshotBytes { get; init; }

    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>The identity of the group; empty as long as the node's log has none.</summary>
    public required string GroupId { get; init; }

    /// <summary>The nodes of other groups that were heard of in the last minute.</summary>
    public IReadOnlyList<ForeignNodeDocument> ForeignNodes { get; init; } = [];

    /// <summary>The identity of the node's store.</summary>
    public required string StoreId { get; init; }

    /// <summary>Where peers reach the node.</summary>
    public required string Address { get; init; }

    /// <summary>The node's key-value state, by which replicas can be compared.</summary>
    public required StateDocument State { get; init; }

    /// <summary>The group's voters.</summary>
    public required IReadOnlyList<MemberDocument> Members { get; init; }

    /// <summary>The group's members without a vote.</summary>
    public IReadOnlyList<MemberDocument> Learners { get; init; } = [];

    /// <summary>On a leader, how far the others are; otherwise empty.</summary>
    public required IReadOnlyList<FollowerDocument> Followers { get; init; }

    /// <summary>Why the node is not ready although its peer runs; empty when nothing is wrong.</summary>
    public IReadOnlyList<ProblemDocument> Problems { get; init; } = [];

    /// <summary>
    /// What of the node's store could not be read, each in a sentence; empty when all that was read is whole.
    /// </summary>
    public IReadOnlyList<string> Damages { get; init; } = [];

    /// <summary>The most bytes of one message that the node's remoting takes.</summary>
    public long MaximumFrameSize { get; init; }

    /// <summary>Other nodes whose remoting takes another size, each with it.</summary>
    public IReadOnlyDictionary<string, long> OtherFrameSizes { get; init; } = new Dictionary<string, long>();

    /// <summary>For how many seconds the node has run.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }
}

/// <summary>
/// The size and digest of a node's key-value state. Two nodes with the same index have the same keys and digest.
/// </summary>
/// <param name="Index">The index of the last command applied.</param>
/// <param name="Keys">How many keys have a value.</param>
/// <param name="Digest">16 hexadecimal digits over all keys, values and versions.</param>
internal sealed record StateDocument(long Index, long Keys, string Digest);

/// <summary>A member.</summary>
/// <param name="Id">Its member id.</param>
/// <param name="Address">Where peers reach it.</param>
/// <param name="Priority">How much it is wanted as the leader.</param>
internal sealed record MemberDocument(string Id, string Address, int Priority = 0)
{
    /// <summary>A member as a document.</summary>
    public static MemberDocument Of(Member member) => new(member.Id, member.Address, member.Priority);
}

/// <summary>How far a follower is, as the leader knows.</summary>
/// <param name="Id">Its member id.</param>
/// <param name="State">probe, replicate or snapshot.</param>
/// <param name="MatchIndex">The last index known to be durable on it.</param>
/// <param name="NextIndex">The next index to send.</param>
/// <param name="Active">Whether it answered lately.</param>
/// <param name="Differs">Whether its state differs from that of a majority and is being built anew.</param>
internal sealed record FollowerDocument(string Id, string State, long MatchIndex, long NextIndex, bool Active,
    bool Differs = false);

/// <summary>A node of another group, of which nothing counts.</summary>
/// <param name="Id">What it calls itself.</param>
/// <param name="Address">Where it is.</param>
/// <param name="GroupId">The identity of its group; empty when its log has none.</param>
internal sealed record ForeignNodeDocument(string Id, string Address, string GroupId);

/// <summary>Why a node is not ready.</summary>
/// <param name="Type">What is wrong, as in the <c>type</c> of a problem body.</param>
/// <param name="Detail">What is wrong, where, and what to do.</param>
internal sealed record ProblemDocument(string Type, string Detail);

/// <summary>How the documents are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(MembersDocument))]
[JsonSerializable(typeof(WantedMembersDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(LeaderDocument))]
[JsonSerializable(typeof(LeasesDocument))]
[JsonSerializable(typeof(WantedLeaseDocument))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class HostJson : JsonSerializerContext;
