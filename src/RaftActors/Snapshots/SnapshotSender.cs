using Akka.Actor;
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
internal sealed record Sending(PeerHeader Header, string MemberId, string Address, Snapshot Snapshot,
    ChunkStore Chunks);

/// <summary>
/// Sends a snapshot to a follower: the chunk that it wants, as a <see cref="SnapshotReader"/> reads it, no faster than
/// the rate allows, and again when there is no answer within an election timeout. The leader's heartbeats and entries
/// go their own way meanwhile.
/// </summary>
internal sealed class SnapshotSender : UntypedActor, IWithTimers
{
    // A rate is kept on average over this time: timers are not finer than 10 ms.
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

    // A reader that fails never answers.
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
                break; // A second answer.
            case ChunkRead read when read.Number == _wanted && _message is null:
                OnRead(read);
                break;
            case ChunkRead:
                break; // Of a chunk that is no longer wanted.
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
