using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Protocol;

/// <summary>The first event of a peer's journal.</summary>
internal sealed record PeerCreated(int FormatVersion, string Group, string MemberId, string StoreId) : IRaftMessage
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;
}

/// <summary>
/// An event that gives the store a new identity. It is written when an operator has made its member the only one of the
/// group.
/// </summary>
/// <param name="StoreId">The new identity.</param>
internal sealed record StoreRenewed(string StoreId) : IRaftMessage;

/// <summary>The event for all later changes of hard state or log: hard state, entries, or both, atomically.</summary>
/// <param name="HardState">The new hard state; <c>null</c> if it has not changed.</param>
/// <param name="PreviousIndex">
/// The entries replace all entries after this index. Without entries, nothing is replaced.
/// </param>
/// <param name="Batches">The entries, in order.</param>
internal sealed record StatePersisted(HardState? HardState, long PreviousIndex,
    IReadOnlyList<EntryBatch> Batches) : IRaftMessage
{
    /// <summary>The stores that the peer knows; <c>null</c> if nothing has changed.</summary>
    public IReadOnlyList<StoreRecord>? Stores { get; init; }

    /// <summary>
    /// The number of meaningless bytes in the event. The event then proves that the store accepts an event of this
    /// size.
    /// </summary>
    public int Padding { get; init; }

    /// <summary>The approximate size of the event in bytes.</summary>
    public long Size => Padding + Batches.Sum(static batch => (long)batch.Encoded.Length);
}

/// <summary>
/// An event after which the log goes on from the entries before an event that cannot be read. The entries in that event
/// and in the events after it are void.
/// </summary>
/// <param name="From">The sequence number of the first void event.</param>
internal sealed record JournalCut(long From) : IRaftMessage;

/// <summary>
/// An event that records that an installed snapshot has replaced the log. The entries in the events before it no longer
/// belong to the log.
/// </summary>
/// <param name="LastIncludedIndex">The index of the last entry that the snapshot replaces.</param>
/// <param name="LastIncludedTerm">The term of that entry.</param>
internal sealed record SnapshotInstalled(long LastIncludedIndex, long LastIncludedTerm) : IRaftMessage;
