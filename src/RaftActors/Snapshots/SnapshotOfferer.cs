using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Snapshots;

/// <summary>A snapshot was read for a subscriber.</summary>
/// <param name="Bytes">What the state machine wrote; <c>null</c> when it cannot be read.</param>
/// <param name="Problem">Why not.</param>
internal sealed record SnapshotRead(Stream? Bytes, string? Problem) : INoSerializationVerificationNeeded;

/// <summary>Reads a snapshot for a subscriber, away from the peer.</summary>
internal sealed class SnapshotOfferer : UntypedActor
{
    private readonly SnapshotContent _content;
    private readonly ChunkStore _chunks;
    private SnapshotReader _reader = null!;

    public SnapshotOfferer(SnapshotContent content, ChunkStore chunks)
    {
        _content = content;
        _chunks = chunks;
    }

    public static Props Props(SnapshotContent content, ChunkStore chunks) => Akka.Actor.Props.Create(() => new SnapshotOfferer(content, chunks));

    protected override void PreStart() => _reader = new SnapshotReader(_content, _chunks, Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult result when _reader.Add(result):
                Finish(_reader.Problem);
                break;
            case LoadSnapshotResult:
                break;
            case LoadSnapshotFailed failure:
                Finish(failure.Cause.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Finish(string? problem)
    {
        Stream? bytes = null;
        if (problem is null)
        {
            bytes = _reader.Open();
            SnapshotBytes.ReadHead(bytes);
        }
        Context.Parent.Tell(new SnapshotRead(bytes, problem), Self);
        Context.Stop(Self);
    }
}
