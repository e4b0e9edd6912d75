using FsCheck;
using FsCheck.Fluent;
using RaftActors.Log;
using RaftActors.Sessions;
using RaftActors.Snapshots;

namespace RaftActors.Tests.Snapshots;

public sealed class SnapshotBytesSpec
{
    [Fact]
    public void Chunks_hold_the_parts_one_after_the_other_and_are_of_one_size() =>
        Prop.ForAll((from sizes in Gen.Choose(0, 40)
            .ArrayOf() from chunkSize in Gen.Choose(1, 50) select (sizes, chunkSize)).ToArbitrary(), input =>
        {
            var random = new Random(1);
            var parts = input.sizes.Select(size => random.GetItems<byte>([1, 2, 3, 4], size)).ToList();

            var chunks = SnapshotBytes.Chunks(parts.Select(part => (ReadOnlyMemory<byte>)part), input.chunkSize)
                .Select(chunk => chunk.ToArray()).ToList();

            Assert.Equal(parts.SelectMany(part => part), chunks.SelectMany(chunk => chunk));
            Assert.All(chunks.SkipLast(1), chunk => Assert.Equal(input.chunkSize, chunk.Length));
            Assert.All(chunks.TakeLast(1), chunk => Assert.InRange(chunk.Length, 1, input.chunkSize));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_sessions_are_those_of_the_moment_and_the_machines_bytes_follow()
    {
        var sessions = new SessionTable();
        sessions.Open(5, new SessionLimits(1000, 10, 10, 1000));
        var parts = SnapshotBytes.Join(sessions, [new byte[] { 7, 8 }, new byte[] { 9 }]);
        sessions.Remember(new SessionStamp(5, 1, 1), new SessionResponse(6, 1, null));

        var stream = new ChunkStream(new Queue<ReadOnlyMemory<byte>>(SnapshotBytes.Chunks(parts, 4)));
        var read = SnapshotBytes.ReadHead(stream);

        Assert.Equal(1, read.Count);
        Assert.Equal(Admission.Apply, read.Admit(new SessionStamp(5, 1, 1), out _));
        Assert.Equal([7, 8, 9], new BinaryReader(stream).ReadBytes(100));
    }
}
