using Akka.Actor;
using Akka.Persistence;
using RaftActors.Protocol;

namespace RaftActors.Snapshots;

/// <summary>A snapshot cannot be sent on: a chunk of it is gone, or they are not what they were.</summary>
internal sealed record SendingFailed(string MemberId, string Problem) : INoSerializationVerificationNeeded;

/// <summary>What a <see cref="SnapshotSender"/> needs to know.</summary>
/// <param name="Header">The leader, in its term.</param>
/// <param name="MemberId">The follower.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Chunks">Its chunks.</param>
internal sealed record Sending(PeerHeader Header, string MemberId, string Address, Snapshot Snapshot, ChunkStore Chunks);

/// <summary>
/// Sends a snapshot to a follower: the chunk that it wants, no faster than the rate allows, and again when there is no answer within an election timeout. The leader's heartbeats and
/// entries go their own way meanwhile.
/// </summary>
internal sealed class SnapshotSender : UntypedActor, IWithTimers
{
    // A rate is kept on average over this time: timers are not finer than 10 ms.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(50);

    private readonly Sending _sending;
    private readonly RaftSettings _settings;
    private readonly IPeerResolver _resolver;
    // Of all chunks up to the first that was not read in its turn: a follower that goes on where another leader was has to find out by itself, and then asks for all of them.
    private readonly ContentDigest _digest = new();
    private int _wanted = 1;
    private InstallSnapshot? _message;
    private TimeSpan _earliest;

    public SnapshotSender(Sending sending, RaftSettings settings, IPeerResolver resolver)
    {
        _sending = sending;
        _settings = settings;
        _resolver = resolver;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _settings.ElapsedTime(Context.System.Scheduler);

    public static Props Props(Sending sending, RaftSettings settings, IPeerResolver resolver) => Akka.Actor.Props.Create(() => new SnapshotSender(sending, settings, resolver));

    protected override void PreStart() => Load(1);

    protected override void PostStop() => _digest.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InstallSnapshotReply reply when reply.NextChunk != _wanted && reply.NextChunk <= _sending.Snapshot.Content.Chunks:
                Load(reply.NextChunk);
                break;
            case InstallSnapshotReply:
                break; // A second answer.
            case LoadSnapshotResult result:
                OnLoaded(result);
                break;
            case LoadSnapshotFailed failure:
                Fail(failure.Cause.Message);
                break;
            case SendNow:
                Send();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Load(int chunk)
    {
        _wanted = chunk;
        _message = null;
        Timers.Cancel(SendNow.Instance);
        _sending.Chunks.Load(chunk, Self);
    }

    private void OnLoaded(LoadSnapshotResult result)
    {
        if (result.ToSequenceNr != _wanted || _message is not null)
            return; // Of a chunk that is no longer wanted.
        if (ChunkStore.Read(result, _wanted) is not { } chunk)
        {
            Fail($"chunk {_wanted} is missing or cannot be read{ChunkStore.Problem(result.Snapshot?.Snapshot)}");
            return;
        }
        if (_wanted == _digest.Chunks + 1)
            _digest.Add(chunk.Data.Span);
        if (_wanted == _digest.Chunks && _wanted == _sending.Snapshot.Content.Chunks && _digest.Content != _sending.Snapshot.Content)
        {
            Fail("its checksum is not what it was");
            return;
        }
        _message = new InstallSnapshot(_sending.Header, _sending.Snapshot, _wanted, chunk.Data);
        var wait = _earliest - Now;
        if (wait > TimeSpan.Zero)
            Timers.StartSingleTimer(SendNow.Instance, SendNow.Instance, wait);
        else
            Send();
    }

    private void Send()
    {
        if (_message is not { } message)
            return;
        _resolver.Resolve(_sending.Address, _settings.Group).Tell(message, ActorRefs.NoSender);
        var from = _earliest < Now - Burst ? Now - Burst : _earliest;
        _earliest = from + TimeSpan.FromSeconds((double)message.Data.Length / _settings.SnapshotSendRate);
        Timers.StartSingleTimer(SendNow.Instance, SendNow.Instance, _settings.ElectionTimeoutMin);
    }

    private void Fail(string problem)
    {
        Context.Parent.Tell(new SendingFailed(_sending.MemberId, problem), Self);
        Context.Stop(Self);
    }

    private sealed record SendNow
    {
        public static readonly SendNow Instance = new();
    }
}
