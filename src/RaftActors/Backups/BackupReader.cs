using Akka.Actor;
using Akka.Persistence;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>Reads a snapshot's chunks for a backup, one when it is asked for one. Stops when nothing more is asked for: whoever took the backup may be gone without a word.</summary>
internal sealed class BackupReader : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ChunkStore _chunks;
    private (int Chunk, IActorRef Asker)? _wanted;

    public BackupReader(ChunkStore chunks) => _chunks = chunks;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ChunkStore chunks) => Akka.Actor.Props.Create(() => new BackupReader(chunks));

    protected override void PreStart() => Wait();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReadBackup read:
                _wanted = (read.Chunk, Sender);
                _chunks.Load(read.Chunk, Self);
                Wait();
                break;
            case LoadSnapshotResult result when _wanted is { } wanted && result.ToSequenceNr == wanted.Chunk:
                Answer(ChunkStore.Read(result, wanted.Chunk) is { } chunk
                    ? new BackupChunk(chunk.Data)
                    : new BackupRefused($"Chunk {wanted.Chunk} of the snapshot is missing or cannot be read{ChunkStore.Problem(result.Snapshot?.Snapshot)}."));
                break;
            case LoadSnapshotResult:
                break;
            case LoadSnapshotFailed failure:
                Answer(new BackupRefused($"The snapshot cannot be read: {failure.Cause.Message}"));
                break;
            case EndBackup:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Answer(object answer)
    {
        _wanted?.Asker.Tell(answer, Self);
        _wanted = null;
    }

    private void Wait() => Timers.StartSingleTimer(EndBackup.Instance, EndBackup.Instance, Patience);
}
