using RaftActors.Membership;

namespace RaftActors.Inspection;

/// <summary>The contents of a stopped peer's store. The peer would start with these.</summary>
public sealed record StoreReport
{
    /// <summary>Whether the store holds no data, neither readable nor damaged.</summary>
    public bool IsEmpty => Events == 0 && Snapshots.Count == 0 && Problems.Count == 0;

    /// <summary>The name of the group; <c>null</c> if no readable event or snapshot names it.</summary>
    public string? Group { get; internal set; }

    /// <summary>The peer's member id.</summary>
    public string? MemberId { get; internal set; }

    /// <summary>The identity of the peer's store.</summary>
    public string? StoreId { get; internal set; }

    /// <summary>The identity of the group to which the log belongs; empty if the log has none.</summary>
    public string GroupId => Histories.Length > 0 ? Histories[^1].GroupId : "";

    /// <summary>The peer's term.</summary>
    public long Term { get; internal set; }

    /// <summary>The candidate that got the peer's vote in that term; <c>null</c> if there is none.</summary>
    public string? VotedFor { get; internal set; }

    /// <summary>How many events the journal holds.</summary>
    public long Events { get; internal set; }

    /// <summary>The sequence number of the first event; 0 if there is none.</summary>
    public long FirstEvent { get; internal set; }

    /// <summary>The sequence number of the last event; 0 if there is none.</summary>
    public long LastEvent { get; internal set; }

    /// <summary>The first index of the log. It follows the snapshot from which the peer would start.</summary>
    public long FirstIndex { get; internal set; } = 1;

    /// <summary>
    /// The last index of the log, or of the snapshot if no entry follows it. The store does not say how much of the log
    /// is committed.
    /// </summary>
    public long LastIndex { get; internal set; }

    /// <summary>The term of the entry at <see cref="LastIndex"/>.</summary>
    public long LastTerm { get; internal set; }

    /// <summary>The index of the latest configuration; 0 if the store has none.</summary>
    public long ConfigurationIndex { get; internal set; }

    /// <summary>The voters of that configuration. If it is joint, the new voters.</summary>
    public IReadOnlyList<Member> Voters { get; internal set; } = [];

    /// <summary>The former voters, if the configuration is joint; otherwise empty.</summary>
    public IReadOnlyList<Member> OutgoingVoters { get; internal set; } = [];

    /// <summary>The members that get the log and have no vote.</summary>
    public IReadOnlyList<Member> Learners { get; internal set; } = [];

    /// <summary>The histories of the group according to that configuration.</summary>
    internal History[] Histories { get; set; } = [];

    /// <summary>The snapshots, the oldest first.</summary>
    public IReadOnlyList<InspectedSnapshot> Snapshots { get; internal set; } = [];

    /// <summary>
    /// What is wrong with the store; empty if nothing is. A damaged snapshot is a problem even if the peer can start
    /// from an older one.
    /// </summary>
    public IReadOnlyList<string> Problems { get; internal set; } = [];
}

/// <summary>A snapshot in the store.</summary>
/// <param name="SequenceNr">The sequence number of the last event that the snapshot replaces.</param>
/// <param name="Index">The index of the last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
/// <param name="Chunks">The number of chunks.</param>
/// <param name="Sha256">The SHA-256 checksum of the chunks according to the manifest, in hexadecimal digits.</param>
/// <param name="Problem">
/// What is wrong with the snapshot; <c>null</c> if all chunks are there and have that checksum.
/// </param>
public sealed record InspectedSnapshot(long SequenceNr, long Index, long Term, long Bytes, int Chunks, string Sha256,
    string? Problem);
