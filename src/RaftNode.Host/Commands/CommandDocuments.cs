using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaftNode.Host.Cluster;
using RaftNode.Host.Commands.Checks;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary>Why a command was not done.</summary>
/// <param name="Type">The kind, as in a problem body; <c>about:blank</c> for what no node has said.</param>
/// <param name="Detail">What was wrong, where, and what to do.</param>
/// <param name="ExitCode">The exit code of the program.</param>
internal sealed record ErrorDocument(string Type, string Detail, int ExitCode);

/// <summary>The value of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Etag">The version of the value, as an ETag.</param>
/// <param name="Value">The value; <c>null</c> if it was written to a file.</param>
/// <param name="File">The file that has the value.</param>
internal sealed record ValueDocument(string Key, string? Etag, byte[]? Value, string? File = null);

/// <summary>A write of a key that was done.</summary>
/// <param name="Key">The key.</param>
/// <param name="Etag">The version that the write gave the key, as an ETag.</param>
/// <param name="Change">created, replaced or deleted.</param>
internal sealed record WrittenDocument(string Key, string? Etag, string Change);

/// <summary>A node that is ready, or that runs.</summary>
/// <param name="Url">The URL of the node.</param>
/// <param name="Detail">What the node said.</param>
internal sealed record HealthDocument(string Url, string Detail);

/// <summary>A new token.</summary>
/// <param name="Token">The token. It is shown only once.</param>
/// <param name="Line">The line for the file that <c>raftnode.http.access.tokens</c> names.</param>
/// <param name="File">The file to which the line was appended; <c>null</c> if it was not.</param>
internal sealed record TokenDocument(string Token, string Line, string? File);

/// <summary>A script for a shell.</summary>
/// <param name="Shell">The shell.</param>
/// <param name="Script">The script.</param>
internal sealed record ScriptDocument(string Shell, string Script);

/// <summary>A line of the node log.</summary>
/// <param name="Time">When it happened, in UTC.</param>
/// <param name="Level">DEBUG, INFO, WARN or ERROR.</param>
/// <param name="Source">The source.</param>
/// <param name="Message">What happened.</param>
internal sealed record LogLineDocument(DateTime Time, string Level, string Source, string Message);

/// <summary>An event of a watch: what the node sent, with its type and id.</summary>
internal sealed record WatchedDocument
{
    /// <summary>put, delete, reset or current.</summary>
    public string Event { get; init; } = "";

    /// <summary>The id from which a watch can resume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The key that changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>The index of the entry that changed the key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    /// <summary>The ETag of the key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Etag { get; init; }

    /// <summary>The value of the key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Value { get; init; }

    /// <summary>The index of a reset, or of the end of the state that followed it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Index { get; init; }
}

/// <summary>How fast a load was.</summary>
/// <param name="Prefix">What the keys of the load began with.</param>
/// <param name="Clients">How many requests were under way at a time.</param>
/// <param name="ValueBytes">The size of the values.</param>
/// <param name="Seconds">How long the load lasted.</param>
/// <param name="Requests">The requests that were done, by kind.</param>
/// <param name="Failures">How many requests failed.</param>
/// <param name="FirstFailure">Why the first of them failed.</param>
/// <param name="DeletedKeys">How many keys were deleted afterwards.</param>
internal sealed record BenchDocument(
    string Prefix, int Clients, int ValueBytes, double Seconds, IReadOnlyList<BenchRowDocument> Requests,
    long Failures, string? FirstFailure, int DeletedKeys);

/// <summary>How fast the requests of a kind were.</summary>
/// <param name="Request">read or write.</param>
/// <param name="Count">How many were done.</param>
/// <param name="PerSecond">How many were done in a second.</param>
/// <param name="P50Milliseconds">Half of them took no longer.</param>
/// <param name="P90Milliseconds">90 of 100 took no longer.</param>
/// <param name="P99Milliseconds">99 of 100 took no longer.</param>
/// <param name="MaxMilliseconds">The longest.</param>
internal sealed record BenchRowDocument(
    string Request, long Count, double PerSecond, double P50Milliseconds, double P90Milliseconds,
    double P99Milliseconds, double MaxMilliseconds);

/// <summary>What was checked before the start of a node.</summary>
/// <param name="Rows">What was checked, and what was found.</param>
/// <param name="Errors">How many rows are errors.</param>
/// <param name="Warnings">How many rows are warnings.</param>
internal sealed record CheckDocument(IReadOnlyList<CheckRow> Rows, int Errors, int Warnings);

/// <summary>What a command found to be done already.</summary>
/// <param name="Detail">Why nothing was done, in a sentence.</param>
internal sealed record UnchangedDocument(string Detail);

/// <summary>A change of the members that was done.</summary>
/// <param name="Etag">The ETag of the new configuration.</param>
internal sealed record ChangedMembersDocument(string? Etag);

/// <summary>The status of the nodes that were asked.</summary>
internal sealed record NodesDocument(IReadOnlyList<AskedNodeDocument> Nodes);

/// <summary>A node that was asked for its status.</summary>
/// <param name="Url">The URL at which the node was asked.</param>
/// <param name="Status">What the node said; <c>null</c> if it did not answer.</param>
/// <param name="Problem">Why the node did not answer.</param>
internal sealed record AskedNodeDocument(string Url, StatusDocument? Status, string? Problem);

/// <summary>A backup in a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The checksum at the end of the file, which was verified.</param>
/// <param name="Group">The name of the group.</param>
/// <param name="GroupId">The identity of the group; empty if it had none.</param>
/// <param name="Index">The index of the last entry that is included.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="TakenAt">When the backup was taken, in UTC.</param>
/// <param name="Members">The voters of the group.</param>
internal sealed record BackupDocument(
    string File, long Bytes, string Sha256, string Group, string GroupId, long Index, long Term,
    DateTimeOffset TakenAt, IReadOnlyList<MemberDocument> Members);

/// <summary>A backup of several groups in a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The checksum at the end of the file, which was verified.</param>
/// <param name="Group">What the names of the groups begin with: <c>raft.group</c>.</param>
/// <param name="Count">The number of groups, <c>raftnode.groups</c>.</param>
/// <param name="Groups">The backup of each group.</param>
internal sealed record GroupsBackupDocument(
    string File, long Bytes, string Sha256, string Group, int Count, IReadOnlyList<BackupDocument> Groups);

/// <summary>What a restore made.</summary>
/// <param name="Backup">What was restored.</param>
/// <param name="Group">The name of the new group.</param>
/// <param name="GroupId">The identity of the new group.</param>
/// <param name="Index">The index of the last entry that the new group begins with.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Stores">The stores that were made, one for each member.</param>
/// <param name="Next">What to do next.</param>
internal sealed record RestoreDocument(
    BackupDocument Backup, string Group, string GroupId, long Index, long Term,
    IReadOnlyList<RestoredStoreDocument> Stores, string Next);

/// <summary>What a restore of several groups made.</summary>
/// <param name="Backup">What was restored.</param>
/// <param name="Group">What the names of the new groups begin with.</param>
/// <param name="Groups">The new groups.</param>
/// <param name="Stores">The stores that were made, one for each member. Each has all groups.</param>
/// <param name="Next">What to do next.</param>
internal sealed record GroupsRestoreDocument(
    GroupsBackupDocument Backup, string Group, IReadOnlyList<RestoredGroupDocument> Groups,
    IReadOnlyList<RestoredNodeDocument> Stores, string Next);

/// <summary>A group that a restore made.</summary>
/// <param name="Group">The name of the new group.</param>
/// <param name="GroupId">The identity of the new group.</param>
/// <param name="Index">The index of the last entry that the new group begins with.</param>
/// <param name="Term">The term of that entry.</param>
internal sealed record RestoredGroupDocument(string Group, string GroupId, long Index, long Term);

/// <summary>The store of a node that a restore of several groups made.</summary>
/// <param name="Member">Whose store it is.</param>
/// <param name="Place">Where it is.</param>
internal sealed record RestoredNodeDocument(MemberDocument Member, string Place);

/// <summary>A store that a restore made.</summary>
/// <param name="Member">Whose store it is.</param>
/// <param name="Place">Where it is: a directory or a database.</param>
/// <param name="StoreId">The identity of the store.</param>
internal sealed record RestoredStoreDocument(MemberDocument Member, string Place, string StoreId);

/// <summary>The contents of a stopped node's store.</summary>
/// <param name="IsEmpty">Whether the journal is empty. Nothing else is said of an empty journal.</param>
/// <param name="Member">The member id.</param>
/// <param name="Group">The name of the group.</param>
/// <param name="GroupId">The identity of the group; empty if the log has none.</param>
/// <param name="StoreId">The identity of the store.</param>
/// <param name="Term">The term.</param>
/// <param name="VotedFor">Who got the vote in that term.</param>
/// <param name="Events">How many events the journal has.</param>
/// <param name="FirstIndex">The first index of the log.</param>
/// <param name="LastIndex">The last index of the log.</param>
/// <param name="LastTerm">The term of the entry at that index.</param>
/// <param name="Snapshots">The snapshots, the oldest first.</param>
/// <param name="ConfigurationIndex">The index of the latest configuration.</param>
/// <param name="Voters">The voters.</param>
/// <param name="OutgoingVoters">The former voters of a joint configuration.</param>
/// <param name="Learners">The learners.</param>
/// <param name="Problems">What is wrong with the store.</param>
internal sealed record StoreDocument(
    bool IsEmpty, string? Member, string? Group, string GroupId, string? StoreId, long Term, string? VotedFor,
    long Events, long FirstIndex, long LastIndex, long LastTerm, IReadOnlyList<StoredSnapshotDocument> Snapshots,
    long ConfigurationIndex, IReadOnlyList<MemberDocument> Voters, IReadOnlyList<MemberDocument> OutgoingVoters,
    IReadOnlyList<MemberDocument> Learners, IReadOnlyList<string> Problems);

/// <summary>The contents of the store of a stopped node with several groups.</summary>
/// <param name="Groups">What the store has of each group, ordered by their numbers.</param>
internal sealed record GroupStoresDocument(IReadOnlyList<StoreDocument> Groups);

/// <summary>A snapshot in a store.</summary>
/// <param name="Index">The index of the last entry that is included.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size.</param>
/// <param name="Sha256">The checksum.</param>
/// <param name="Problem">What is wrong with the snapshot; <c>null</c> if it was verified.</param>
internal sealed record StoredSnapshotDocument(long Index, long Term, long Bytes, string Sha256, string? Problem);

/// <summary>What a recovery made.</summary>
/// <param name="Member">The only member of the group now.</param>
/// <param name="Group">The name of the group.</param>
/// <param name="GroupId">The new identity of the group.</param>
/// <param name="FormerGroupId">The former identity; empty if there was none.</param>
/// <param name="Index">The index of the new configuration.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="StoreId">The new identity of the store.</param>
/// <param name="Next">What to do next, one step in each text.</param>
internal sealed record RecoveryDocument(
    MemberDocument Member, string Group, string GroupId, string FormerGroupId, long Index, long Term, string StoreId,
    IReadOnlyList<string> Next);

/// <summary>What a recovery of a node with several groups made.</summary>
/// <param name="Groups">What was made of each group that had other members.</param>
/// <param name="Next">What to do next, one step in each text.</param>
internal sealed record GroupsRecoveryDocument(IReadOnlyList<RecoveryDocument> Groups, IReadOnlyList<string> Next);

/// <summary>Writes the answers of commands as JSON.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ValueDocument))]
[JsonSerializable(typeof(WrittenDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(WatchedDocument))]
[JsonSerializable(typeof(UnchangedDocument))]
[JsonSerializable(typeof(NodeEvent))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(LogLineDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(BenchDocument))]
[JsonSerializable(typeof(TokenDocument))]
[JsonSerializable(typeof(ScriptDocument))]
[JsonSerializable(typeof(ChangedMembersDocument))]
[JsonSerializable(typeof(NodesDocument))]
[JsonSerializable(typeof(AskedNodeDocument))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(GroupsBackupDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(GroupsRestoreDocument))]
[JsonSerializable(typeof(StoreDocument))]
[JsonSerializable(typeof(GroupStoresDocument))]
[JsonSerializable(typeof(RecoveryDocument))]
[JsonSerializable(typeof(GroupsRecoveryDocument))]
[JsonSerializable(typeof(MembersDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(LeaderDocument))]
[JsonSerializable(typeof(LeasesDocument))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    /// <summary>
    /// The context for a line: names as in the bodies of HTTP. The line is no part of an HTML page, so quotes and
    /// letters need no escaping.
    /// </summary>
    public static CommandJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
