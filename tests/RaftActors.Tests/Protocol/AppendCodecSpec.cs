using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Tests.Log;
using RaftActors.Tracing;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.Protocol;

/// <summary>AppendEntries and its reply are written and read as the generated code of raft.proto would.</summary>
public sealed class AppendCodecSpec
{
    private static readonly PeerHeader Header = new("höst:1", "group", "a", "store-a", 5, "store-b")
    {
        MaximumFrameSize = 128_000, GroupId = "g", GroupIsUndecided = true, Version = 3, Incarnation = 1L << 41,
        IsVerifying = true,
    };

    private static readonly StoreRecord[][] StoreLists =
        [[], [new StoreRecord("store-b", 7, 2, 3, true, "host:2"), new StoreRecord("store-c", 8)]];

    private readonly RaftSerializer _serializer = new(null!);

    private static Gen<long> Number => Gen.Elements(0L, 1, 127, 128, 16_383, 16_384, 1L << 35, long.MaxValue);

    private static Gen<ulong> Digest => Gen.Elements(0UL, 1UL, ulong.MaxValue);

    private static Gen<bool> Flag => Gen.Elements(true, false);

    private static Gen<AppendEntries> Appends =>
        from previous in Number
        from term in Number
        from commit in Number
        from context in Number
        from number in Number
        from stores in Gen.Elements(StoreLists)
        from storesDigest in Digest
        from agreed in Number
        from digest in Digest
        from undecided in Number
        from rests in Flag
        from count in Gen.Choose(0, 3)
        select new AppendEntries(Header, previous, term, commit, context, Entries(count))
        {
            Number = number, Stores = stores, StoresDigest = storesDigest,
            Agreed = new ReplicaDigest(agreed, digest), UndecidedAt = undecided, Rests = rests,
        };

    private static Gen<AppendEntriesReply> Replies =>
        from success in Flag
        from match in Number
        from accepted in Number
        from rejected in Number
        from conflictTerm in Number
        from conflictIndex in Number
        from context in Number
        from number in Number
        from stores in Gen.Elements(StoreLists)
        from digestIndex in Number
        from digest in Digest
        from rebuildFrom in Number
        from rests in Flag
        select new AppendEntriesReply(
            Header, success, match, accepted, rejected, new LogConflict(conflictTerm, conflictIndex), context)
        {
            Number = number, Stores = stores, Digest = new ReplicaDigest(digestIndex, digest),
            RebuildFrom = rebuildFrom, Rests = rests,
        };

    [Fact]
    public void An_append_is_what_the_generated_code_writes_and_comes_back() => Prop.ForAll(
        Appends.ToArbitrary(),
        message =>
        {
            byte[] bytes = _serializer.ToBinary(message);
            Assert.Equal(Sorted(ToWire(message).ToByteArray()), Sorted(bytes));
            Assert.Equal(ToWire(message), Wire.AppendEntries.Parser.ParseFrom(bytes));

            var read = (AppendEntries)_serializer.FromBinary(bytes, "AE");

            Assert.Equal(ToWire(message), ToWire(read));
            Assert.Equal(message.Entries.Encoded.ToArray(), read.Entries.Encoded.ToArray());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_reply_is_what_the_generated_code_writes_and_comes_back() => Prop.ForAll(
        Replies.ToArbitrary(),
        message =>
        {
            byte[] bytes = _serializer.ToBinary(message);
            Assert.Equal(Sorted(ToWire(message).ToByteArray()), Sorted(bytes));
            Assert.Equal(ToWire(message), Wire.AppendEntriesReply.Parser.ParseFrom(bytes));

            Assert.Equal(ToWire(message), ToWire((AppendEntriesReply)_serializer.FromBinary(bytes, "AER")));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Spans_come_back()
    {
        var span = new EntryTrace(4, new TraceContext(new ActivityContext(
            ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded,
            isRemote: true)));
        var message = new AppendEntries(Header, 3, 2, 1, 12, Entries(1)) { Traces = [span] };

        var read = (AppendEntries)_serializer.FromBinary(_serializer.ToBinary(message), "AE");

        Assert.Equal([span], read.Traces);
    }

    [Theory]
    [InlineData("AE")]
    [InlineData("AER")]
    public void Fields_of_a_later_version_are_skipped(string manifest)
    {
        PeerMessage message = manifest == "AE" ? Append() : Reply();
        // Fields 12 and 200: a number and a text.
        byte[] later = [.. _serializer.ToBinary(message), 0x60, 0x2A, 0xC2, 0x0C, 0x02, 0x68, 0x69];

        Assert.Equal(_serializer.ToBinary(message), _serializer.ToBinary(_serializer.FromBinary(later, manifest)));
    }

    [Theory]
    [InlineData("AE")]
    [InlineData("AER")]
    public void Cut_off_bytes_are_malformed_and_never_a_crash(string manifest)
    {
        byte[] whole = _serializer.ToBinary(manifest == "AE" ? Append() : Reply());
        int malformed = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            object read = _serializer.Read(whole.AsSpan(0, length), manifest);
            Assert.Equal(read.GetType(), _serializer.FromBinary(whole[..length], manifest).GetType());
            malformed += read is MalformedMessage ? 1 : 0;
        }

        // A cut between two fields behind the header is no error.
        Assert.InRange(malformed, whole.Length / 2, whole.Length - 1);
    }

    [Fact]
    public void A_message_without_a_header_is_malformed() => Assert.Contains(
        "The header is missing",
        Assert.IsType<MalformedMessage>(_serializer.Read([0x10, 0x01], "AER")).Problem);

    [Fact]
    public void Entries_that_are_not_consecutive_are_malformed()
    {
        byte[] entry = Entries(1).Encoded.ToArray();
        byte[] bytes = [.. _serializer.ToBinary(Append()), 0x10, 0x01, .. entry];

        Assert.IsType<MalformedMessage>(_serializer.Read(bytes, "AE"));
    }

    private static AppendEntries Append() =>
        new(Header, 3, 2, 1, 12, Entries(2)) { Number = 9, StoresDigest = 77, Rests = true };

    private static AppendEntriesReply Reply() =>
        new(Header, false, 0, 0, 7, new LogConflict(2, 3), 9) { Number = 300, RebuildFrom = 8 };

    private static EntryBatch Entries(int count) =>
        count == 0 ? EntryBatch.Empty : new([.. Enumerable.Range(0, count).Select(i => Logs.Entry(4 + i, 3))]);

    // The stores come in another place. So only the set of bytes is compared here.
    private static byte[] Sorted(byte[] bytes) => [.. bytes.Order()];

    private static Wire.AppendEntries ToWire(AppendEntries message)
    {
        var wire = Wire.AppendEntries.Parser.ParseFrom(message.Entries.Encoded.Span);
        wire.MergeFrom(new Wire.AppendEntries
        {
            Header = message.Header.ToWire(), PrevLogIndex = message.PrevLogIndex,
            PrevLogTerm = message.PrevLogTerm, LeaderCommit = message.LeaderCommit,
            ReadContext = message.ReadContext, Number = message.Number, StoresDigest = message.StoresDigest,
            Stores = { message.Stores.Select(StoreMapping.ToWire) }, DigestIndex = message.Agreed.Index,
            Digest = message.Agreed.Value, UndecidedAt = message.UndecidedAt, Rests = message.Rests,
        });
        return wire;
    }

    private static Wire.AppendEntriesReply ToWire(AppendEntriesReply message) => new()
    {
        Header = message.Header.ToWire(), Success = message.Success, MatchIndex = message.MatchIndex,
        AcceptedIndex = message.AcceptedIndex, RejectedIndex = message.RejectedIndex,
        ConflictTerm = message.Conflict.Term, ConflictIndex = message.Conflict.Index,
        ReadContext = message.ReadContext, Number = message.Number,
        Stores = { message.Stores.Select(StoreMapping.ToWire) }, DigestIndex = message.Digest.Index,
        Digest = message.Digest.Value, RebuildFrom = message.RebuildFrom, Rests = message.Rests,
    };
}
