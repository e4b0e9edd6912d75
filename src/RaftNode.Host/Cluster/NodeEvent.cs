using System.Text.Json.Serialization;

namespace RaftNode.Host.Cluster;

/// <summary>Something that happened on a node: the data of an event of <c>GET /events</c>.</summary>
internal sealed record NodeEvent
{
    /// <summary>The longest text, in characters.</summary>
    public const int MostText = 400;

    /// <summary>The member id of the node.</summary>
    public required string Node { get; init; }

    /// <summary>A random number of the node's process. The numbers of a process begin at 1.</summary>
    public required string Run { get; init; }

    /// <summary>The number of the event among those of the process.</summary>
    public required long Number { get; init; }

    /// <summary>When it happened, in UTC, by the clock of the node.</summary>
    public required DateTime Time { get; init; }

    /// <summary>The kind of the event: one of <see cref="EventKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What happened, as a sentence without its full stop.</summary>
    public required string Text { get; init; }

    /// <summary>The name of the group that it is about, on a node with several groups.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>The node's term; of a snapshot, the term of its last entry.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Term { get; init; }

    /// <summary>The node's new role.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>The member id of the leader that the node knows now; <c>null</c> when it knows none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Leader { get; init; }

    /// <summary>Why an election began, or the type of a problem.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The index of a configuration, or of the last entry that a snapshot includes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Index { get; init; }

    /// <summary>The size of a snapshot in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }
}

/// <summary>The kinds of events.</summary>
internal static class EventKinds
{
    /// <summary>The node's process has started.</summary>
    public const string Started = "started";

    /// <summary>The node's peer has another role.</summary>
    public const string Role = "role";

    /// <summary>The node's peer knows another leader, or none.</summary>
    public const string Leader = "leader";

    /// <summary>The node's peer begins an election.</summary>
    public const string Election = "election";

    /// <summary>The node has a new snapshot.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The node knows that a configuration is committed.</summary>
    public const string Members = "members";

    /// <summary>Something is wrong with the node.</summary>
    public const string Problem = "problem";

    /// <summary>What was wrong with the node is right again.</summary>
    public const string Recovered = "recovered";

    /// <summary>All kinds.</summary>
    public static readonly IReadOnlySet<string> All =
        new HashSet<string> { Started, Role, Leader, Election, Snapshot, Members, Problem, Recovered };
}
