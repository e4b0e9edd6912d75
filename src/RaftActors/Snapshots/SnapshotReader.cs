using Akka.Actor;
using Akka.Persistence;
using RaftActors.Sessions;

namespace RaftActors.Snapshots;

/// <summary>
/// Asks a <see cref="SnapshotReader"/> for a chunk. The answer is <see cref="ChunkRead"/> or
/// <see cref="SnapshotUnreadable"/>. If a second request follows before the answer, only the second is answered.
/// </summary>
internal sealed record ReadChunk(int Number) : INoSerializationVerificationNeeded;

/// <summary>A chunk of a snapshot.</summary>
internal sealed record ChunkRead(int Number, ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded;

/// <summary>
/// Asks a <see cref="SnapshotReader"/> for the whole snapshot. The answer is <see cref="SnapshotRead"/> or
/// <see cref="SnapshotUnreadable"/>. Then the reader stops.
/// </summary>
internal sealed record ReadAll : INoSerializationVerificationNeeded
{
    public static readonly ReadAll Instance = new();
}

/// <summary>A whole snapshot. Its checksum was right.</summary>
/// <param name="Sessions">The client sessions.</param>
/// <param name="State">The bytes of the state machine. The stream can be read once.</param>
internal sealed record SnapshotRead(SessionTable Sessions, Stream State) : INoSerializationVerificationNeeded;

/// <summary>A snapshot cannot be read. The reader has stopped.</summary>
/// <param name="Problem">What is wrong, as a clause.</param>
/// <param name="Cause">
/// The failure of the snapshot store. <c>null</c> if the store answered and the data is not what was written: the
/// snapshot is damaged.
/// </param>
internal sealed record SnapshotUnreadable(string Problem, Exception? Cause = null) : INoSerializationVerificationNeeded;

/// <summary>Tells a <see cref="SnapshotReader"/> that it is no longer needed.</summary>
internal sealed record EndReading : INoSerializationVerificationNeeded
{
    public static readonly EndReading Instance = new();
}

/// <summary>
/// Reads a snapshot from the snapshot store, chunk by chunk on request, or as a whole. It computes the checksum of the
/// chunks as it reads them. It returns the last chunk only if the checksum is right, unless some chunks were skipped.
/// </summary>
/// <remarks>
/// A follower that goes on from what another leader had sent skips chunks. It must check for itself whether the chunks
/// fit together. If they do not, it asks for all of them.
/// </remarks>
internal sealed class SnapshotReader : UntypedActor
{
    private readonly SnapshotContent _content;
    private readonly ChunkStore _chunks;
    private readonly TimeSpan? _patience;
    private readonly ContentDigest _digest = new();
    private IActorRef _asker = ActorRefs.Nobody;

    // The number of the chunk that was asked for last; 0 once it was returned.
    private int _wanted;

    // The chunks so far, if the whole snapshot was asked for; otherwise null.
    private Queue<ReadOnlyMemory<byte>>? _all;

    public SnapshotReader(SnapshotContent content, ChunkStore chunks, TimeSpan? patience)
    {
        _content = content;
        _chunks = chunks;
        _patience = patience;
    }

    /// <summary>The props of a reader.</summary>
    /// <param name="content">What the chunks must be.</param>
    /// <param name="chunks">Where the chunks are.</param>
    /// <param name="patience">
    /// The time without a request after which the reader stops, because the asking actor may be gone. <c>null</c> for
    /// never.
    /// </param>
    public static Props Props(SnapshotContent content, ChunkStore chunks, TimeSpan? patience = null) =>
        Akka.Actor.Props.Create(() => new SnapshotReader(content, chunks, patience));

    protected override void PreStart() => Context.SetReceiveTimeout(_patience);

    protected override void PostStop() => _digest.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReadChunk read:
                _asker = Sender;
                Load(read.Number);
                break;
            case ReadAll:
                _asker = Sender;
                _all = new Queue<ReadOnlyMemory<byte>>();
                Load(1);
                break;
            case LoadSnapshotResult result when _wanted > 0 && result.ToSequenceNr == _wanted:
                OnLoaded(result);
                break;
            case LoadSnapshotResult:
                break; // The request for this chunk was replaced by another.
            case LoadSnapshotFailed failure:
                Finish(new SnapshotUnreadable(failure.Cause.Message, failure.Cause));
                break;
            case EndReading or ReceiveTimeout:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Load(int chunk)
    {
        _wanted = chunk;
        _chunks.Load(chunk, Self);
    }

    private void OnLoaded(LoadSnapshotResult result)
    {
        int number = _wanted;
        if (ChunkStore.Read(result, number) is not { Data: var data })
        {
            string cause = ChunkStore.Problem(result.Snapshot?.Snapshot);
            Finish(new SnapshotUnreadable($"chunk {number} of {_content.Chunks} is missing or cannot be read{cause}"));
            return;
        }
        if (number == _digest.Chunks + 1)
            _digest.Add(data.Span);
        bool isWhole = number == _content.Chunks && _digest.Chunks == number;
        if (isWhole && _digest.Content != _content)
        {
            string why = $"it is damaged: its checksum is {_digest.Content.Sha256}, not {_content.Sha256}";
            Finish(new SnapshotUnreadable(why));
            return;
        }
        _wanted = 0;
        if (_all is null)
        {
            _asker.Tell(new ChunkRead(number, data), Self);
            return;
        }
        _all.Enqueue(data);
        if (isWhole)
            Finish(Read(_all));
        else
            Load(number + 1);
    }

    private static object Read(Queue<ReadOnlyMemory<byte>> chunks)
    {
        var stream = new ChunkStream(chunks);
        try
        {
            return new SnapshotRead(SnapshotBytes.ReadHead(stream), stream);
        }
        catch (Exception problem)
        {
            return new SnapshotUnreadable($"its head cannot be read: {problem.Message}", problem);
        }
    }

    private void Finish(object answer)
    {
        _asker.Tell(answer, Self);
        Context.Stop(Self);
    }
}
