using RaftActors.Membership;

namespace RaftActors.Snapshots;

/// <summary>A snapshot: what it replaces (paper, Figure 13), and what its bytes must be.</summary>
/// <param name="LastIncludedIndex">The index of the last entry that the snapshot replaces.</param>
/// <param name="LastIncludedTerm">The term of that entry.</param>
/// <param name="LastIncludedTime">The log time of that entry.</param>
/// <param name="Configuration">The configuration at that entry.</param>
/// <param name="ConfigurationIndex">The index of that configuration's entry.</param>
/// <param name="Content">The number, size and checksum of the chunks.</param>
internal sealed record Snapshot(
    long LastIncludedIndex, long LastIncludedTerm, long LastIncludedTime, Configuration Configuration,
    long ConfigurationIndex, SnapshotContent Content);

/// <summary>
/// The size of a snapshot and its checksum. Two snapshots of one index can differ, because equal states may be written
/// in different ways.
/// </summary>
/// <param name="Chunks">The number of chunks.</param>
/// <param name="Length">The number of bytes of all chunks.</param>
/// <param name="Sha256">The SHA-256 of these bytes, in hexadecimal digits.</param>
internal sealed record SnapshotContent(int Chunks, long Length, string Sha256);
