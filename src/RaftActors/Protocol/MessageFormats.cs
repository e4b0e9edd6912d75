using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Log;
using RaftActors.Resting;
using RaftActors.Snapshots;
using static RaftActors.Protocol.MessageFormat;

namespace RaftActors.Protocol;

/// <summary>The messages of raft.proto, with a short manifest for each type.</summary>
internal static class MessageFormats
{
    private static readonly MessageFormat[] Table =
    [
        // Between peers.
        new(typeof(AppendEntries), "AE", Write, static (bytes, s) => AppendCodec.Read(bytes, s.Headers)),
        new(typeof(AppendEntriesReply), "AER", Write, static (bytes, s) => AppendReplyCodec.Read(bytes, s.Headers)),
        Plain("RV", static (RequestVote m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("RVR", static (RequestVoteReply m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("FP", static (ForwardProposal m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("FT", static (ForwardTransfer m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("FR", static (ForwardReply m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("RI", static (ReadIndex m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("RIR", static (ReadIndexReply m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("IS", static (InstallSnapshot m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("ISR", static (InstallSnapshotReply m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("ID", static (Introduce m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("IDR", static (IntroduceReply m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("SR", static (StoreReplaced m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("TN", static (TimeoutNow m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("MR", static (MemberRemoved m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("CR", static (ContactRefused m) => m.ToWire(), static wire => wire.FromWire()),

        // Between nodes.
        Plain("NH", static (NodeHeartbeat m) => m.ToWire(), static (Wire.NodeHeartbeat wire) => wire.FromWire()),

        // Between a client on a node of its own and a peer.
        WithContent<Propose, Wire.ClientProposal>(
            "CP", static (m, s) => m.ToWire(s.Serialization), static (wire, _) => wire.FromWire()),
        WithContent<Proposed, Wire.ClientAnswer>(
            "CPA", static (m, s) => m.ToWire(s.Serialization, s.Room), ReadProposalAnswer),
        WithContent<ProposalFailed, Wire.ClientAnswer>("CPA", static (m, _) => m.ToWire(), ReadProposalAnswer),
        WithContent<Query, Wire.ClientQuery>(
            "CQ", static (m, s) => m.ToWire(s.Serialization), static (wire, _) => wire.FromWire()),
        WithContent<QueryResult, Wire.ClientAnswer>(
            "CQA", static (m, s) => m.ToWire(s.Serialization, s.Room), ReadQueryAnswer),
        WithContent<QueryFailed, Wire.ClientAnswer>("CQA", static (m, _) => m.ToWire(), ReadQueryAnswer),
        Plain("CS", static (OpenSession m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("CS", static (KeepSessionAlive m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("CS", static (CloseSession m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("SO", static (SessionOpened m) => m.ToWire(), static wire => wire.FromWire()),
        Plain("CM", static (ChangeMembers m) => m.ToWire(), static wire => wire.FromWire()),

        // In the journal and the snapshot store.
        Stored("P", static (StatePersisted m) => m.ToWire(), static m => m.Batches, ReadPersisted),
        Stored("PC", static (PeerCreated m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("SRN", static (StoreRenewed m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("JC", static (JournalCut m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("SI", static (SnapshotInstalled m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("SM", static (SnapshotManifest m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("SC", static (SnapshotChunk m) => m.ToWire(), static wire => wire.FromWire()),

        // In the journal: the catalogue of the node's groups.
        Stored("GW", static (CatalogueWritten m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("GC", static (GroupCreated m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("GEG", static (GroupEnding m) => m.ToWire(), static wire => wire.FromWire()),
        Stored("GED", static (GroupEnded m) => m.ToWire(), static wire => wire.FromWire()),
    ];

    private static readonly Dictionary<Type, MessageFormat> ByType = Table.ToDictionary(static format => format.Type);

    private static readonly Dictionary<string, MessageFormat> ByManifest = Table
        .DistinctBy(static format => format.Manifest)
        .ToDictionary(static format => format.Manifest, StringComparer.Ordinal);

    /// <summary>The format of a message.</summary>
    /// <exception cref="ArgumentException">The message is not one of raft.proto.</exception>
    public static MessageFormat For(object message) => ByType.TryGetValue(message.GetType(), out var format)
        ? format
        : throw new ArgumentException($"{message.GetType()} is no message of a Raft group.", nameof(message));

    /// <summary>The format with a manifest; <c>null</c> when no format has it, or when there is no manifest.</summary>
    public static MessageFormat? Find(string? manifest) =>
        manifest is null ? null : ByManifest.GetValueOrDefault(manifest);

    private static byte[] Write(object message, RaftSerializer serializer)
    {
        var head = MessageHead.Of((PeerMessage)message, serializer.Headers);
        var entries = message is AppendEntries append ? append.Entries.Encoded.Span : [];
        var bytes = new byte[head.Size + entries.Length];
        head.Write(bytes.AsSpan(0, head.Size));
        entries.CopyTo(bytes.AsSpan(head.Size));
        return bytes;
    }

    private static IRaftMessage ReadProposalAnswer(Wire.ClientAnswer wire, RaftSerializer serializer) =>
        wire.ToProposalAnswer(serializer.Serialization);

    private static IRaftMessage ReadQueryAnswer(Wire.ClientAnswer wire, RaftSerializer serializer) =>
        wire.ToQueryAnswer(serializer.Serialization);

    // The entries come last, because their field has the highest number. They are sliced out, and the generated parser
    // gets the bytes before them. Fields that a later version may add after them are skipped.
    private static StatePersisted ReadPersisted(byte[] bytes)
    {
        var reader = new ProtoReader(bytes);
        var entries = default(EntryFields);
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            var (field, type) = reader.Tag();
            if (field == EntryCodec.EntriesField && type == ProtoReader.Delimited)
                entries.Add(start, reader.Delimit().End.Value);
            else
                reader.Skip(type);
        }
        if (entries.Count == 0)
            return Wire.StatePersisted.Parser.ParseFrom(bytes).FromWire(EntryBatch.Empty);
        var head = Wire.StatePersisted.Parser.ParseFrom(bytes, 0, entries.Whole.Start.Value);
        return head.FromWire(EntryCodec.Batch(bytes, entries));
    }
}
