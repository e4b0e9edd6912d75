using RaftActors.Membership;

namespace RaftActors.Inspection;

/// <summary>What a stopped peer has in its store, and so would start with.</summary>
public sealed record StoreReport
{
    /// <summary>Whether the store holds nothing that can be read, and nothing that cannot.</summary>
    public bool IsEmpty => Events == 0 && Snapshots.Count == 0 && Problems.Count == 0;

    /// <summary>The group; <c>null</c> when no event or snapshot that can be read names it.</summary>
    public string? Group { get; internal set; }

    /// <summary>The peer's member id.</summary>
    public string? MemberId { get; internal set; }

    /// <summary>The identity of the peer's store.</summary>
    public string? StoreId { get; internal set; }

    /// <summary>The identity of the group that its log belongs to; empty when the log has none.</summary>
    public string GroupId => Histories.Length > 0 ? Histories[^1].GroupId : "";

    /// <summary>The term that the peer is in.</summary>
    public long Term { get; internal set; }

    /// <summary>Who has its vote in that term, if anybody.</summary>
    public string? VotedFor { get; internal set; }

    /// <summary>How many events the journal holds.</summary>
    public long Events { get; internal set; }

    /// <summary>The sequence number of the first of them; 0 without any.</summary>
    public long FirstEvent { get; internal set; }

    /// <summary>The sequence number of the last of them; 0 without any.</summary>
    public long LastEvent { get; internal set; }

    /// <summary>The first index of the log: the one after the snapshot that the peer would start from.</summary>
    public long FirstIndex { get; internal set; } = 1;

    /// <summary>
    /// The last index of the log, or of the snapshot when there is nothing after it. What of the log is committed, the
    /// store does not say.
    /// </summary>
    public long LastIndex { get; internal set; }

    /// <summary>The term of the entry at <see cref="LastIndex"/>.</summary>
    public long LastTerm { get; internal set; }

    /// <summary>The index of the configuration that counts; 0 when the store has none.</summary>
    public long ConfigurationIndex { get; internal set; }

    /// <summary>The voters of that configuration; those to come while it is joint.</summary>
    public IReadOnlyList<Member> Voters { get; internal set; } = [];

    /// <summary>The former voters while it is joint; otherwise empty.</summary>
    public IReadOnlyList<Member> OutgoingVoters { get; internal set; } = [];

    /// <summary>Who gets the log but has no vote.</summary>
    public IReadOnlyList<Member> Learners { get; internal set; } = [];

    /// <summary>The group's histories, as that configuration has them.</summary>
    internal History[] Histories { get; set; } = [];

    /// <summary>The snapshots, the oldest first.</summary>
    public IReadOnlyList<InspectedSnapshot> Snapshots { get; internal set; } = [];

    /// <summary>
    /// What is wrong with the store; empty when nothing is. A damaged snapshot is a problem even when an older one can
    /// be started from.
    /// </summary>
    public IReadOnlyList<string> Problems { get; internal set; } = [];
}

/// <summary>A snapshot in the store.</summary>
/// <param name="SequenceNr">The event up to which it replaces the journal.</param>
/// <param name="Index">The last entry that it includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">How many bytes it has.</param>
/// <param name="Chunks">In how many chunks.</param>
/// <param name="Sha256">Their checksum, as the manifest has it, in hexadecimal digits.</param>
/// <param name="Problem">What is wrong with it; <c>null</c> when all chunks are there and have that checksum.</param>
public sealed record InspectedSnapshot(long SequenceNr, long Index, long Term, long Bytes, int Chunks, string Sha256,
    string? Problem);
