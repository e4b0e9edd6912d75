using Akka.Actor;
using Akka.Persistence;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;

namespace RaftActors.Tests.Snapshots;

/// <summary>The reader of a snapshot's chunks, with a probe in place of the snapshot store.</summary>
public sealed class SnapshotReaderSpec : VirtualTimeSpec
{
    private readonly FakeStore _store;
    private readonly byte[][] _chunks;

    public SnapshotReaderSpec()
    {
        _store = new FakeStore(CreateTestProbe());
        var parts = SnapshotBytes.Join(new SessionTable(), ["the state"u8.ToArray()]);
        _chunks = [.. SnapshotBytes.Chunks(parts, 4).Select(static chunk => chunk.ToArray())];
    }

    [Fact]
    public void Chunks_are_read_when_they_are_asked_for()
    {
        var reader = Start();
        _store.ExpectNone();

        for (int number = 1; number <= _chunks.Length; number++)
            Assert.Equal(_chunks[number - 1], Read(reader, number, _chunks[number - 1]).Data.ToArray());

        _store.ExpectNone();
    }

    [Fact]
    public void All_is_read_and_checked_before_any_of_it_is_given_out()
    {
        Start().Tell(ReadAll.Instance, TestActor);
        foreach (var chunk in _chunks)
        {
            Assert.False(HasMessages);
            _store.Answer(chunk);
        }

        var read = ExpectMsg<SnapshotRead>();

        Assert.Equal("the state", new StreamReader(read.State).ReadToEnd());
        Assert.Equal(0, read.Sessions.Count);
    }

    [Fact]
    public void The_last_chunk_is_not_given_out_when_the_chunks_are_not_what_was_written()
    {
        var reader = Watch(Start());
        Read(reader, 1, [0, 0, 0, 0]);
        for (int number = 2; number < _chunks.Length; number++)
            Read(reader, number, _chunks[number - 1]);

        reader.Tell(new ReadChunk(_chunks.Length), TestActor);
        _store.Answer(_chunks[^1]);

        var unreadable = ExpectMsg<SnapshotUnreadable>();
        Assert.Contains("its checksum is", unreadable.Problem);
        Assert.Null(unreadable.Cause);
        ExpectTerminated(reader);
    }

    // A follower goes on where another leader was, and finds out by itself whether the chunks fit.
    [Fact]
    public void Chunks_that_are_not_read_in_their_turn_are_given_out_unchecked()
    {
        var reader = Start();

        Read(reader, _chunks.Length, [9]);
        Read(reader, 1, _chunks[0]);
    }

    [Fact]
    public void Of_two_questions_only_the_later_is_answered()
    {
        var reader = Start();
        reader.Tell(new ReadChunk(1), TestActor);
        reader.Tell(new ReadChunk(2), TestActor);

        _store.Answer(_chunks[0]);
        Assert.False(HasMessages);
        _store.Answer(_chunks[1]);

        Assert.Equal(2, ExpectMsg<ChunkRead>().Number);
    }

    [Fact]
    public void A_missing_chunk_is_damage_and_a_store_that_fails_is_none()
    {
        Start().Tell(new ReadChunk(2), TestActor);
        _store.Answer(null);
        var missing = ExpectMsg<SnapshotUnreadable>();
        Assert.Equal($"chunk 2 of {_chunks.Length} is missing or cannot be read", missing.Problem);
        Assert.Null(missing.Cause);

        Start().Tell(ReadAll.Instance, TestActor);
        _store.Fail();
        Assert.IsType<IOException>(ExpectMsg<SnapshotUnreadable>().Cause);
    }

    [Fact]
    public void A_reader_of_which_nothing_is_asked_for_long_stops()
    {
        var reader = Watch(Start(TimeSpan.FromSeconds(10)));
        Advance(9_000);
        Read(reader, 1, _chunks[0]);
        Advance(9_000);
        Assert.False(HasMessages);

        Advance(1_000);

        ExpectTerminated(reader);
    }

    private IActorRef Start(TimeSpan? patience = null)
    {
        using var digest = new ContentDigest();
        foreach (var chunk in _chunks)
            digest.Add(chunk);
        var chunks = new ChunkStore(_store.SnapshotStore, "peer", 0, TimeProvider.System);
        return Sys.ActorOf(SnapshotReader.Props(digest.Content, chunks, patience));
    }

    private ChunkRead Read(IActorRef reader, int number, byte[] stored)
    {
        reader.Tell(new ReadChunk(number), TestActor);
        _store.Answer(stored);
        return ExpectMsg<ChunkRead>();
    }
}
