using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>Reads all chunks of a snapshot, and checks them, before any of them is used.</summary>
internal sealed class SnapshotReader
{
    private readonly SnapshotContent _content;
    private readonly ChunkStore _store;
    private readonly IActorRef _asker;
    private readonly Queue<ReadOnlyMemory<byte>> _chunks = new();
    private readonly ContentDigest _digest = new();

    /// <summary>Asks for the first chunk.</summary>
    public SnapshotReader(SnapshotContent content, ChunkStore store, IActorRef asker)
    {
        _content = content;
        _store = store;
        _asker = asker;
        store.Load(1, asker);
    }

    /// <summary>What is wrong with the snapshot, if anything is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes the chunk that was asked for, and asks for the next.</summary>
    /// <returns>Whether reading has ended: <see cref="Problem"/> says how.</returns>
    public bool Add(LoadSnapshotResult result)
    {
        int number = _digest.Chunks + 1;
        if (ChunkStore.Read(result, number) is not { } chunk)
        {
            Problem = $"chunk {number} of {_content.Chunks} is missing or cannot be read{ChunkStore.Problem(result.Snapshot?.Snapshot)}";
            return true;
        }
        _digest.Add(chunk.Data.Span);
        _chunks.Enqueue(chunk.Data);
        if (_digest.Chunks < _content.Chunks)
        {
            _store.Load(_digest.Chunks + 1, _asker);
            return false;
        }
        if (_digest.Content != _content)
            Problem = $"its checksum is {_digest.Content.Sha256}, not {_content.Sha256}";
        _digest.Dispose();
        return true;
    }

    /// <summary>The bytes, once.</summary>
    public Stream Open() => new ChunkStream(_chunks);
}
