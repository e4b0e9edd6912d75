using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using RaftActors.Log;
using RaftActors.Protocol;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.Protocol;

public sealed class EntryCodecSpec
{
    private static readonly Gen<LogEntry> Entries =
        from index in Number
        from term in Number
        from kind in Gen.Choose(0, 4)
        from time in Number
        from payload in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
        from serializerId in Gen.Elements(0, 1, 17, 6214, -5, int.MaxValue, int.MinValue)
        from manifest in Gen.Elements("", "M", "Ünïcode ❄", new string('x', 300))
        from session in Sessions
        select new LogEntry(index, term, (EntryKind)kind, time,
            new Payload(payload, serializerId, manifest)) { Session = session };

    private static Gen<SessionStamp?> Sessions => Gen.OneOf(
        Gen.Constant<SessionStamp?>(null),
        from id in Number.Where(id =>
        id > 0) from sequence in Number from lowest in Number select (SessionStamp?)new SessionStamp(id, sequence,
        lowest));

    private static Gen<long> Number => Gen.Elements(0L, 1, 127, 128, 16_383, 16_384, 1L << 35, long.MaxValue);

    [Fact]
    public void Entries_are_written_as_the_generated_code_writes_them() =>
        Prop.ForAll(Entries.ArrayOf().ToArbitrary(), entries =>
    {
        var wire = new Wire.AppendEntries();
        foreach (var entry in entries)
            wire.Entries.Add(ToWire(entry));

        Assert.Equal(wire.ToByteArray(), EntryCodec.Encode(entries));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Entries_are_read_as_they_were_written() => Prop.ForAll(Entries.ToArbitrary(), entry =>
    {
        var read = EntryCodec.Decode(ToWire(entry).ToByteArray());

        AssertSame(entry, read);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_overhead_is_larger_than_the_one_that_is_reckoned_with() =>
        Prop.ForAll(Entries.ToArbitrary(), entry =>
        Assert.InRange(EntryCodec.Encode([entry]).Length, 0, entry.Size)).QuickCheckThrowOnFailure();

    [Fact]
    public void Fields_of_a_later_version_survive()
    {
        // Fields 12, 13 and 200: two numbers and a text.
        byte[] later = [.. ToWire(Entry(7)).ToByteArray(), 0x60, 0x2A, 0x68, 0x01, 0xC2, 0x0C, 0x02, 0x68, 0x69];

        var entry = EntryCodec.Decode(later);
        byte[] written = EntryCodec.Encode([entry]);

        Assert.Equal(later, written[2..]);
        AssertSame(Entry(7), entry with { UnknownFields = default });
    }

    [Fact]
    public void Cut_off_bytes_are_an_error_and_never_a_crash()
    {
        byte[] whole = ToWire(Entry(7)).ToByteArray();
        for (int length = 1; length < whole.Length; length++)
        {
            try
            {
                EntryCodec.Decode(whole.AsMemory(0, length));
            }
            catch (FormatException)
            {
                // As it should be; a cut between two fields is no error.
            }
        }
    }

    private static LogEntry Entry(long index) =>
        new(index, 3, EntryKind.Command, 1_700_000_000_000, new Payload(new byte[] { 1, 2, 3 }, 17, "M"));

    private static Wire.Entry ToWire(LogEntry entry) => new()
    {
        Index = entry.Index,
        Term = entry.Term,
        Kind = (Wire.EntryKind)entry.Kind,
        Time = entry.Time,
        Payload = ByteString.CopyFrom(entry.Payload.Bytes.Span),
        SerializerId = entry.Payload.SerializerId,
        Manifest = entry.Payload.Manifest,
        SessionId = entry.Session?.SessionId ?? 0,
        Sequence = entry.Session?.Sequence ?? 0,
        LowestPending = entry.Session?.LowestPending ?? 0,
    };

    private static void AssertSame(LogEntry expected, LogEntry actual)
    {
        Assert.Equal(expected.Payload.Bytes.ToArray(), actual.Payload.Bytes.ToArray());
        Assert.Equal(expected with { Payload = expected.Payload with { Bytes = default } },
            actual with { Payload = actual.Payload with { Bytes = default } });
    }
}
