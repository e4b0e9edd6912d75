using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>A chunk that the leader sent.</summary>
internal sealed record ReceivedChunk(int Number, ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded;

/// <summary>All chunks before this one are durable. It is needed next.</summary>
internal sealed record ChunkWanted(int Number) : INoSerializationVerificationNeeded;

/// <summary>
/// Stores the chunks of a leader's snapshot in order. In the end it checks that they have the checksum that the leader
/// said.
/// </summary>
internal sealed class SnapshotReceiver : UntypedActor
{
    private readonly ChunkStore _chunks;
    private readonly SnapshotContent _content;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ContentDigest _digest = new();
    private ReadOnlyMemory<byte>? _saving;
    private bool _abandoned;

    public SnapshotReceiver(ChunkStore chunks, SnapshotContent content)
    {
        _chunks = chunks;
        _content = content;
    }

    public static Props Props(ChunkStore chunks, SnapshotContent content) =>
        Akka.Actor.Props.Create(() => new SnapshotReceiver(chunks, content));

    protected override void PostStop() => _digest.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReceivedChunk chunk:
                OnChunk(chunk);
                break;
            case AbandonSnapshot:
                _abandoned = true;
                StopIfIdle();
                break;
            case SaveSnapshotSuccess:
                OnSaved(_saving!.Value);
                break;
            case SaveSnapshotFailure failure:
                _log.Warning("A chunk of a snapshot cannot be stored: {0}", failure.Cause.Message);
                _saving = null;
                StopIfIdle();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // A chunk that comes again while it is being stored needs no second answer. A chunk that is not the next one shows
    // that the leader does not know which is next, so the leader is told.
    private void OnChunk(ReceivedChunk chunk)
    {
        if (_saving is not null || _abandoned)
            return;
        if (chunk.Number != _digest.Chunks + 1)
        {
            Want();
            return;
        }
        _saving = chunk.Data;
        _chunks.Save(chunk.Number, chunk.Data, Self);
    }

    private void OnSaved(ReadOnlyMemory<byte> chunk)
    {
        _saving = null;
        _digest.Add(chunk.Span);
        if (_abandoned)
            StopIfIdle();
        else if (_digest.Chunks < _content.Chunks)
            Want();
        else if (_digest.Content == _content)
            Context.Parent.Tell(new ChunksWritten(_content), Self);
        else
            StartOver();
    }

    private void StartOver()
    {
        _log.Warning("The snapshot that was received has {0}, but was to have {1}: it is asked for again.",
            _digest.Content, _content);
        _digest.Dispose();
        _digest = new ContentDigest();
        Want();
    }

    private void Want() => Context.Parent.Tell(new ChunkWanted(_digest.Chunks + 1), Self);

    private void StopIfIdle()
    {
        if (_abandoned && _saving is null)
            Context.Stop(Self);
    }
}
