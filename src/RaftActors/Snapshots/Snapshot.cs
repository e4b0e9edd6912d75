using RaftActors.Membership;

namespace RaftActors.Snapshots;

/// <summary>A snapshot: what it stands for (paper, Figure 13), and of what its bytes have to be.</summary>
/// <param name="LastIncludedIndex">The last entry that it replaces.</param>
/// <param name="LastIncludedTerm">The term of that entry.</param>
/// <param name="LastIncludedTime">The log time of that entry.</param>
/// <param name="Configuration">The configuration as of that entry.</param>
/// <param name="ConfigurationIndex">The index of that configuration's own entry.</param>
/// <param name="Content">What its bytes are.</param>
internal sealed record Snapshot(
    long LastIncludedIndex, long LastIncludedTerm, long LastIncludedTime, Configuration Configuration,
    long ConfigurationIndex, SnapshotContent Content);

/// <summary>
/// How many bytes a snapshot has, and their checksum. Two snapshots of one index can differ: equal states need not be
/// written equally.
/// </summary>
/// <param name="Chunks">The number of chunks.</param>
/// <param name="Length">The bytes of all of them.</param>
/// <param name="Sha256">The SHA-256 of these bytes, in hexadecimal digits.</param>
internal sealed record SnapshotContent(int Chunks, long Length, string Sha256);
