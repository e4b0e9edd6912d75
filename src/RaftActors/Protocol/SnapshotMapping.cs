using Google.Protobuf;
using RaftActors.Snapshots;

namespace RaftActors.Protocol;

/// <summary>Converts between the types of snapshots and the generated types of raft.proto.</summary>
internal static class SnapshotMapping
{
    public static Wire.InstallSnapshot ToWire(this InstallSnapshot m) =>
        new() { Header = m.Header.ToWire(), Snapshot = m.Snapshot.ToWire(), Chunk = m.Chunk,
            Data = UnsafeByteOperations.UnsafeWrap(m.Data) };

    public static InstallSnapshot FromWire(this Wire.InstallSnapshot m) =>
        new(m.Header.FromWire(), m.Snapshot.FromWire(), m.Chunk, m.Data.Memory);

    public static Wire.InstallSnapshotReply ToWire(this InstallSnapshotReply m) => new()
    {
        Header = m.Header.ToWire(),
        LastIncludedIndex = m.LastIncludedIndex,
        LastIncludedTerm = m.LastIncludedTerm,
        NextChunk = m.NextChunk,
        Installed = m.Installed,
    };

    public static InstallSnapshotReply FromWire(this Wire.InstallSnapshotReply m) =>
        new(m.Header.FromWire(), m.LastIncludedIndex, m.LastIncludedTerm, m.NextChunk, m.Installed);

    public static Wire.SnapshotInstalled ToWire(this SnapshotInstalled m) =>
        new() { LastIncludedIndex = m.LastIncludedIndex, LastIncludedTerm = m.LastIncludedTerm };

    public static SnapshotInstalled FromWire(this Wire.SnapshotInstalled m) =>
        new(m.LastIncludedIndex, m.LastIncludedTerm);

    public static Wire.SnapshotManifest ToWire(this SnapshotManifest m) => new()
    {
        FormatVersion = m.FormatVersion,
        Group = m.Group,
        MemberId = m.MemberId,
        StoreId = m.StoreId,
        HardState = m.HardState.ToWire(),
        Snapshot = m.Snapshot.ToWire(),
        Slot = m.Slot,
        Previous = m.Previous is { } previous
            ? new Wire.KeptSnapshot { SequenceNr = previous.SequenceNr, Slot = previous.Slot }
            : null,
        Stores = { m.Stores.Select(StoreMapping.ToWire) },
        RebuiltAt = m.RebuiltAt,
    };

    public static SnapshotManifest FromWire(this Wire.SnapshotManifest m) => new(
        m.Group,
        m.MemberId,
        m.StoreId,
        m.HardState?.FromWire() ?? throw new FormatException("The hard state is missing."),
        m.Snapshot.FromWire(),
        m.Slot,
        m.Previous is { } previous ? new KeptSnapshot(previous.SequenceNr, previous.Slot) : null)
    {
        FormatVersion = m.FormatVersion,
        Stores = m.Stores.FromWire(),
        RebuiltAt = m.RebuiltAt,
    };

    public static Wire.SnapshotChunk ToWire(this SnapshotChunk m) =>
        new() { Data = UnsafeByteOperations.UnsafeWrap(m.Data) };

    public static SnapshotChunk FromWire(this Wire.SnapshotChunk m) => new(m.Data.Memory);

    public static Wire.Snapshot ToWire(this Snapshot m) => new()
    {
        LastIncludedIndex = m.LastIncludedIndex,
        LastIncludedTerm = m.LastIncludedTerm,
        LastIncludedTime = m.LastIncludedTime,
        Configuration = m.Configuration.ToWire(),
        ConfigurationIndex = m.ConfigurationIndex,
        Chunks = m.Content.Chunks,
        Length = m.Content.Length,
        Sha256 = ByteString.CopyFrom(Convert.FromHexString(m.Content.Sha256)),
    };

    public static Snapshot FromWire(this Wire.Snapshot? m) => m?.Configuration is null
        ? throw new FormatException("The snapshot is not described.")
        : new Snapshot(
            m.LastIncludedIndex,
            m.LastIncludedTerm,
            m.LastIncludedTime,
            m.Configuration.FromWire(),
            m.ConfigurationIndex,
            new SnapshotContent(m.Chunks, m.Length, Convert.ToHexString(m.Sha256.Span)));
}
