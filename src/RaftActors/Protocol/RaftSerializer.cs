using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Snapshots;

namespace RaftActors.Protocol;

/// <summary>
/// The serializer of the messages between peers and of the journal's events: raft.proto, told apart by short manifests. Bytes that make no sense become a
/// <see cref="MalformedMessage"/> rather than an exception, which would end the connection they came over.
/// </summary>
public sealed class RaftSerializer : SerializerWithStringManifest
{
    private const string RequestVoteManifest = "RV", RequestVoteReplyManifest = "RVR";
    private const string AppendEntriesManifest = "AE", AppendEntriesReplyManifest = "AER";
    private const string AskIdentityManifest = "ID", IdentityReplyManifest = "IDR", StoreReplacedManifest = "SR", TimeoutNowManifest = "TN";
    private const string MemberRemovedManifest = "MR", ContactRefusedManifest = "CR", ChangeMembersManifest = "CM";
    private const string ForwardProposalManifest = "FP", ForwardReplyManifest = "FR", ForwardTransferManifest = "FT";
    private const string ReadIndexManifest = "RI", ReadIndexReplyManifest = "RIR";
    private const string PeerCreatedManifest = "PC", PersistedManifest = "P", SessionOpenedManifest = "SO";
    private const string ProposeManifest = "CP", ChangeSessionManifest = "CS", QueryManifest = "CQ", ProposalAnswerManifest = "CPA", QueryAnswerManifest = "CQA";
    private const string InstallSnapshotManifest = "IS", InstallSnapshotReplyManifest = "ISR";
    private const string SnapshotInstalledManifest = "SI", SnapshotManifestManifest = "SM", SnapshotChunkManifest = "SC", StoreRenewedManifest = "SRN", JournalCutManifest = "JC";

    private long _room;

    /// <summary>Creates the serializer.</summary>
    /// <param name="system">The actor system.</param>
    public RaftSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 6214;

    /// <summary>The serializer of an actor system, which has the extension.</summary>
    internal static RaftSerializer Of(ActorSystem system) =>
        (RaftSerializer)system.Serialization.FindSerializerForType(typeof(IRaftMessage));

    // The system has no address yet when it makes its serializers.
    private long Room => _room != 0 ? _room : _room = RaftSettings.FrameRoom(system);

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        AppendEntries => AppendEntriesManifest,
        AppendEntriesReply => AppendEntriesReplyManifest,
        Persisted => PersistedManifest,
        ForwardProposal => ForwardProposalManifest,
        ForwardReply => ForwardReplyManifest,
        RequestVote => RequestVoteManifest,
        RequestVoteReply => RequestVoteReplyManifest,
        AskIdentity => AskIdentityManifest,
        IdentityReply => IdentityReplyManifest,
        StoreReplaced => StoreReplacedManifest,
        MemberRemoved => MemberRemovedManifest,
        ContactRefused => ContactRefusedManifest,
        ChangeMembers => ChangeMembersManifest,
        TimeoutNow => TimeoutNowManifest,
        ForwardTransfer => ForwardTransferManifest,
        ReadIndex => ReadIndexManifest,
        ReadIndexReply => ReadIndexReplyManifest,
        PeerCreated => PeerCreatedManifest,
        SessionOpened => SessionOpenedManifest,
        Propose => ProposeManifest,
        OpenSession or KeepSessionAlive or CloseSession => ChangeSessionManifest,
        Query => QueryManifest,
        Proposed or ProposalFailed => ProposalAnswerManifest,
        QueryResult or QueryFailed => QueryAnswerManifest,
        InstallSnapshot => InstallSnapshotManifest,
        InstallSnapshotReply => InstallSnapshotReplyManifest,
        SnapshotInstalled => SnapshotInstalledManifest,
        SnapshotManifest => SnapshotManifestManifest,
        SnapshotChunk => SnapshotChunkManifest,
        StoreRenewed => StoreRenewedManifest,
        JournalCut => JournalCutManifest,
        _ => throw new ArgumentException($"{o.GetType()} is no message of a Raft group.", nameof(o)),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        AppendEntries m => Join(m.ToWire(), m.Entries),
        Persisted m => StoredChecksum.Seal(PersistedManifest, m.ToWire(), m.Batches),
        AppendEntriesReply m => m.ToWire().ToByteArray(),
        ForwardProposal m => m.ToWire().ToByteArray(),
        ForwardReply m => m.ToWire().ToByteArray(),
        RequestVote m => m.ToWire().ToByteArray(),
        RequestVoteReply m => m.ToWire().ToByteArray(),
        AskIdentity m => m.ToWire().ToByteArray(),
        IdentityReply m => m.ToWire().ToByteArray(),
        StoreReplaced m => m.ToWire().ToByteArray(),
        MemberRemoved m => m.ToWire().ToByteArray(),
        ContactRefused m => m.ToWire().ToByteArray(),
        ChangeMembers m => m.ToWire().ToByteArray(),
        TimeoutNow m => m.ToWire().ToByteArray(),
        ForwardTransfer m => m.ToWire().ToByteArray(),
        ReadIndex m => m.ToWire().ToByteArray(),
        ReadIndexReply m => m.ToWire().ToByteArray(),
        PeerCreated m => StoredChecksum.Seal(PeerCreatedManifest, m.ToWire(), []),
        SessionOpened m => m.ToWire().ToByteArray(),
        Propose m => m.ToWire(system.Serialization).ToByteArray(),
        OpenSession m => m.ToWire().ToByteArray(),
        KeepSessionAlive m => m.ToWire().ToByteArray(),
        CloseSession m => m.ToWire().ToByteArray(),
        Query m => m.ToWire(system.Serialization).ToByteArray(),
        Proposed m => m.ToWire(system.Serialization, Room).ToByteArray(),
        ProposalFailed m => m.ToWire().ToByteArray(),
        QueryResult m => m.ToWire(system.Serialization, Room).ToByteArray(),
        QueryFailed m => m.ToWire().ToByteArray(),
        InstallSnapshot m => m.ToWire().ToByteArray(),
        InstallSnapshotReply m => m.ToWire().ToByteArray(),
        SnapshotInstalled m => StoredChecksum.Seal(SnapshotInstalledManifest, m.ToWire(), []),
        SnapshotManifest m => StoredChecksum.Seal(SnapshotManifestManifest, m.ToWire(), []),
        SnapshotChunk m => StoredChecksum.Seal(SnapshotChunkManifest, m.ToWire(), []),
        StoreRenewed m => StoredChecksum.Seal(StoreRenewedManifest, m.ToWire(), []),
        JournalCut m => StoredChecksum.Seal(JournalCutManifest, m.ToWire(), []),
        _ => throw new ArgumentException($"{obj.GetType()} is no message of a Raft group.", nameof(obj)),
    };

    /// <summary>What <see cref="ToBinary"/> makes of a message, in two parts that follow each other, without copying them together.</summary>
    internal (IMessage? Head, ReadOnlyMemory<byte> Tail) Parts(PeerMessage message) => message switch
    {
        AppendEntries m => (m.ToWire(), m.Entries.Encoded),
        AppendEntriesReply m => (m.ToWire(), default),
        _ => (null, ToBinary(message)),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return Parse(bytes, manifest);
        }
        catch (Exception problem) when (problem is FormatException or InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            return new MalformedMessage(manifest, problem.Message);
        }
    }

    private static bool IsStored(string manifest) => manifest
        is PersistedManifest or PeerCreatedManifest or SnapshotInstalledManifest or SnapshotManifestManifest or SnapshotChunkManifest or StoreRenewedManifest or JournalCutManifest;

    private static IRaftMessage? ParseStored(byte[] bytes, string manifest)
    {
        if (!IsStored(manifest))
            return null;
        if (StoredChecksum.Problem(manifest, bytes) is { } problem)
            return new MalformedMessage(manifest, problem);
        switch (manifest)
        {
            case PersistedManifest:
            {
                var (head, entries) = SplitEntries(bytes);
                return Wire.Persisted.Parser.ParseFrom(bytes, 0, head).FromWire(entries);
            }
            case PeerCreatedManifest: return Wire.PeerCreated.Parser.ParseFrom(bytes).FromWire();
            case SnapshotInstalledManifest: return Wire.SnapshotInstalled.Parser.ParseFrom(bytes).FromWire();
            case SnapshotManifestManifest: return Wire.SnapshotManifest.Parser.ParseFrom(bytes).FromWire();
            case JournalCutManifest: return Wire.JournalCut.Parser.ParseFrom(bytes).FromWire();
            case StoreRenewedManifest: return Wire.StoreRenewed.Parser.ParseFrom(bytes).FromWire();
            case SnapshotChunkManifest: return Wire.SnapshotChunk.Parser.ParseFrom(bytes).FromWire();
            default: return null;
        }
    }

    private IRaftMessage Parse(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case AppendEntriesManifest:
            {
                var (head, entries) = SplitEntries(bytes);
                return Wire.AppendEntries.Parser.ParseFrom(bytes, 0, head).FromWire(entries);
            }
            case AppendEntriesReplyManifest: return Wire.AppendEntriesReply.Parser.ParseFrom(bytes).FromWire();
            case ForwardProposalManifest: return Wire.ForwardProposal.Parser.ParseFrom(bytes).FromWire();
            case ForwardReplyManifest: return Wire.ForwardReply.Parser.ParseFrom(bytes).FromWire();
            case RequestVoteManifest: return Wire.RequestVote.Parser.ParseFrom(bytes).FromWire();
            case RequestVoteReplyManifest: return Wire.RequestVoteReply.Parser.ParseFrom(bytes).FromWire();
            case AskIdentityManifest: return Wire.AskIdentity.Parser.ParseFrom(bytes).FromWire();
            case IdentityReplyManifest: return Wire.IdentityReply.Parser.ParseFrom(bytes).FromWire();
            case TimeoutNowManifest: return Wire.TimeoutNow.Parser.ParseFrom(bytes).FromWire();
            case ReadIndexManifest: return Wire.ReadIndex.Parser.ParseFrom(bytes).FromWire();
            case ReadIndexReplyManifest: return Wire.ReadIndexReply.Parser.ParseFrom(bytes).FromWire();
            case ForwardTransferManifest: return Wire.ForwardTransfer.Parser.ParseFrom(bytes).FromWire();
            case StoreReplacedManifest: return Wire.StoreReplaced.Parser.ParseFrom(bytes).FromWire();
            case MemberRemovedManifest: return Wire.MemberRemoved.Parser.ParseFrom(bytes).FromWire();
            case ContactRefusedManifest: return Wire.ContactRefused.Parser.ParseFrom(bytes).FromWire();
            case ChangeMembersManifest: return Wire.ClientMemberChange.Parser.ParseFrom(bytes).FromWire();
            case ProposeManifest: return Wire.ClientProposal.Parser.ParseFrom(bytes).FromWire();
            case ChangeSessionManifest: return Wire.ClientSession.Parser.ParseFrom(bytes).FromWire();
            case QueryManifest: return Wire.ClientQuery.Parser.ParseFrom(bytes).FromWire();
            case ProposalAnswerManifest: return Wire.ClientAnswer.Parser.ParseFrom(bytes).ToProposalAnswer(system.Serialization);
            case QueryAnswerManifest: return Wire.ClientAnswer.Parser.ParseFrom(bytes).ToQueryAnswer(system.Serialization);
            case SessionOpenedManifest: return Wire.SessionOpened.Parser.ParseFrom(bytes).FromWire();
            case InstallSnapshotManifest: return Wire.InstallSnapshot.Parser.ParseFrom(bytes).FromWire();
            case InstallSnapshotReplyManifest: return Wire.InstallSnapshotReply.Parser.ParseFrom(bytes).FromWire();
            default: return ParseStored(bytes, manifest) ?? new MalformedMessage(manifest, "The manifest is not known.") { IsUnknown = true };
        }
    }

    private static byte[] Join(IMessage head, EntryBatch batch)
    {
        var encoded = batch.Encoded.Span;
        int headSize = head.CalculateSize();
        var bytes = new byte[headSize + encoded.Length];
        head.WriteTo(bytes.AsSpan(0, headSize));
        encoded.CopyTo(bytes.AsSpan(headSize));
        return bytes;
    }

    // Entries come last, being the field with the highest number, and are sliced out; what comes before them is left to the generated parser. What a later version may add
    // behind them is stepped over.
    private static (int Head, EntryBatch Entries) SplitEntries(byte[] bytes)
    {
        var reader = new ProtoReader(bytes);
        var entries = new List<Log.LogEntry>();
        int head = -1, tail = bytes.Length;
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            var (field, type) = reader.Tag();
            if (field != EntryCodec.EntriesField || type != ProtoReader.Delimited)
            {
                reader.Skip(type);
                if (head >= 0)
                    tail = Math.Min(tail, start);
                continue;
            }
            if (tail < bytes.Length)
                throw new FormatException("Entries are not together.");
            if (head < 0)
                head = start;
            entries.Add(EntryCodec.Decode(bytes.AsMemory()[reader.Delimit()]));
        }
        return head < 0 ? (bytes.Length, EntryBatch.Empty) : (head, new EntryBatch([.. entries], bytes.AsMemory(head..tail)));
    }
}
