using RaftActors.Groups;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.Tests.Log;

namespace RaftActors.Tests.Protocol;

/// <summary>What is stored has a checksum.</summary>
public sealed class StoredChecksumSpec
{
    private static readonly Snapshot Snapshot = new(9, 4, 1234,
        new Configuration([new Server("a", "host:1", "store-a")]), 1, new SnapshotContent(3, 1025, "00FF"));

    private static readonly CataloguedGroup Group = new()
    {
        Group = "orders",
        Incarnation = 7,
        MemberId = "a",
        Members = [new Member("a", "host:1") { Priority = 3 }, new Member("b", "host:2")],
        Join = true,
        Template = "small",
        Settings = "snapshot.entries = 10",
        StateMachine = "counter",
        JournalPluginId = "journal",
        SnapshotPluginId = "store",
    };

    private readonly RaftSerializer _serializer = new(null!);

    public static TheoryData<object> Stored => new(
        new PeerCreated(1, "group", "a", "store-a"),
        new StoreRenewed("store-b"),
        new StatePersisted(new HardState(5, "a", "store-a"), 3,
        [new EntryBatch([Logs.Entry(4, 3)]), new EntryBatch([Logs.Entry(5, 5)])]),
        new StatePersisted(null, 0, [new EntryBatch([Logs.Entry(1, 3)])]),
        new SnapshotInstalled(9, 4),
        new SnapshotManifest("group", "a", "store-a", new HardState(5, "b", "store-b"), Snapshot, 2,
        new KeptSnapshot(77, 1)),
        new SnapshotChunk(new byte[] { 1, 2, 3 }),
        new CatalogueWritten(1, "a", 9, [Group, Group with { IsEnding = true }]),
        new GroupCreated(Group),
        new GroupEnding("orders", 7),
        new GroupEnded("orders", 7));

    [Theory]
    [MemberData(nameof(Stored))]
    public void A_bit_that_changes_anywhere_is_noticed(object stored)
    {
        byte[] bytes = _serializer.ToBinary(stored);
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.IsType<MalformedMessage>(_serializer.FromBinary(changed, _serializer.Manifest(stored)));
        }
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void An_end_that_is_missing_is_noticed(object stored)
    {
        byte[] bytes = _serializer.ToBinary(stored);
        for (int length = 1; length < bytes.Length; length++)
            Assert.IsType<MalformedMessage>(_serializer.FromBinary(bytes[..length], _serializer.Manifest(stored)));
    }

    // Behind the checksum is, byte for byte, what versions before it wrote.
    [Theory]
    [MemberData(nameof(Stored))]
    public void What_was_written_before_there_were_checksums_is_read(object stored)
    {
        byte[] former = _serializer.ToBinary(stored)[StoredChecksum.Length..];

        object read = _serializer.FromBinary(former, _serializer.Manifest(stored));

        Assert.Equal(_serializer.ToBinary(stored), _serializer.ToBinary(read));
    }

    [Fact]
    public void One_kind_does_not_pass_for_another() =>
        Assert.IsType<MalformedMessage>(_serializer.FromBinary(_serializer.ToBinary(new SnapshotInstalled(9, 4)),
            _serializer.Manifest(new PeerCreated(1, "group", "a", "store-a"))));
}
