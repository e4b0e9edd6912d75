using Akka.Actor;
using RaftActors.Protocol;

namespace RaftActors.Snapshots;

/// <summary>A snapshot cannot be sent: a chunk is missing, or the chunks are damaged.</summary>
internal sealed record SendingFailed(string MemberId, string Problem) : INoSerializationVerificationNeeded;

/// <summary>What a <see cref="SnapshotSender"/> sends, and to whom.</summary>
/// <param name="Header">The header of the leader in its term.</param>
/// <param name="MemberId">The member id of the follower.</param>
/// <param name="Address">The address of the follower.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Chunks">The chunks of the snapshot.</param>
internal sealed record Sending(PeerHeader Header, string MemberId, string Address, Snapshot Snapshot,
    ChunkStore Chunks);

/// <summary>
/// Sends a snapshot to a follower. It sends each chunk that the follower asks for, as a <see cref="SnapshotReader"/>
/// reads it, no faster than the rate allows. It sends a chunk again if there is no answer within an election timeout.
/// The leader sends heartbeats and entries by itself meanwhile.
/// </summary>
internal sealed class SnapshotSender : UntypedActor, IWithTimers
{
    // The rate is kept on average over this time, because timers are no finer than 10 ms.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(50);

    private readonly Sending _sending;
    private readonly RaftSettings _settings;
    private readonly IPeerResolver _resolver;
    private IActorRef _reader = ActorRefs.Nobody;
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

    public static Props Props(Sending sending, RaftSettings settings, IPeerResolver resolver) =>
        Akka.Actor.Props.Create(() => new SnapshotSender(sending, settings, resolver));

    protected override void PreStart()
    {
        _reader = Context.ActorOf(SnapshotReader.Props(_sending.Snapshot.Content, _sending.Chunks), "reader");
        Read(1);
    }

    // A reader that fails never answers, so the sender fails with it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InstallSnapshotReply reply when reply.NextChunk != _wanted
                && reply.NextChunk <= _sending.Snapshot.Content.Chunks:
                Read(reply.NextChunk);
                break;
            case InstallSnapshotReply:
                break; // The answer came twice.
            case ChunkRead read when read.Number == _wanted && _message is null:
                OnRead(read);
                break;
            case ChunkRead:
                break; // The follower no longer wants this chunk.
            case SnapshotUnreadable unreadable:
                Fail(unreadable.Problem);
                break;
            case SendNow:
                Send();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Read(int chunk)
    {
        _wanted = chunk;
        _message = null;
        Timers.Cancel(SendNow.Instance);
        _reader.Tell(new ReadChunk(chunk), Self);
    }

    private void OnRead(ChunkRead read)
    {
        _message = new InstallSnapshot(_sending.Header, _sending.Snapshot, read.Number, read.Data);
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
