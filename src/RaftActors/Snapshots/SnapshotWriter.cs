using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>
/// Tells a <see cref="SnapshotWriter"/> or <see cref="SnapshotReceiver"/> to stop, once the store has answered its last
/// request.
/// </summary>
internal sealed record AbandonSnapshot : INoSerializationVerificationNeeded
{
    public static readonly AbandonSnapshot Instance = new();
}

/// <summary>All chunks of a snapshot are in the store.</summary>
internal sealed record ChunksWritten(SnapshotContent Content) : INoSerializationVerificationNeeded;

/// <summary>A snapshot could not be written.</summary>
internal sealed record ChunksFailed(string Problem) : INoSerializationVerificationNeeded;

/// <summary>
/// Writes the image of a state chunk by chunk. It writes a chunk when the chunk before is durable. So neither the peer
/// nor the state machine waits, and the journal's writes get their turn in between.
/// </summary>
internal sealed class SnapshotWriter : UntypedActor
{
    private readonly ChunkStore _chunks;
    private readonly IEnumerator<ReadOnlyMemory<byte>> _image;
    private readonly ContentDigest _digest = new();
    private bool _abandoned;

    public SnapshotWriter(ChunkStore chunks, IEnumerable<ReadOnlyMemory<byte>> image, int chunkSize)
    {
        _chunks = chunks;
        _image = SnapshotBytes.Chunks(image, chunkSize).GetEnumerator();
    }

    public static Props Props(ChunkStore chunks, IEnumerable<ReadOnlyMemory<byte>> image, int chunkSize) =>
        Akka.Actor.Props.Create(() => new SnapshotWriter(chunks, image, chunkSize));

    protected override void PreStart() => WriteNext();

    protected override void PostStop()
    {
        _image.Dispose();
        _digest.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AbandonSnapshot:
                _abandoned = true;
                break;
            case SaveSnapshotSuccess or SaveSnapshotFailure when _abandoned:
                Context.Stop(Self);
                break;
            case SaveSnapshotSuccess:
                WriteNext();
                break;
            case SaveSnapshotFailure failure:
                Finish(new ChunksFailed($"chunk {_digest.Chunks} cannot be stored: {failure.Cause.Message}"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void WriteNext()
    {
        bool more;
        try
        {
            more = _image.MoveNext();
        }
        catch (Exception failure)
        {
            // The state machine's enumerator has failed.
            Finish(new ChunksFailed($"the state machine cannot go on writing it: {failure.Message}"));
            return;
        }
        if (!more)
        {
            Finish(new ChunksWritten(_digest.Content));
            return;
        }
        _digest.Add(_image.Current.Span);
        _chunks.Save(_digest.Chunks, _image.Current, Self);
    }

    private void Finish(object result)
    {
        Context.Parent.Tell(result, Self);
        Context.Stop(Self);
    }
}
