using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>
/// Where messages for one address go: into the connection while there is one; until there is, they wait; while there cannot be, they are dead letters. Any thread
/// sends; the endpoint manager alone changes where it leads. Messages of one sender to one recipient keep their order.
/// </summary>
internal sealed class Outlet(Remoting remoting, Address remote)
{
    private enum State
    {
        /// <summary>No connection, and nothing against making one: the next message asks for it.</summary>
        Idle,
        Waiting,
        Open,
        Shut,

        /// <summary>Forgotten; there may be another for the address.</summary>
        Retired,
    }

    private readonly Lock _gate = new();
    private List<Waiting> _waiting = [];
    private long _waitingBytes;
    private State _state;
    private volatile Channel? _channel;

    public Address Remote { get; } = remote;

    /// <summary>False if this outlet is retired: there is another.</summary>
    public bool TrySend(object message, IActorRef? sender, RemoteActorRef recipient)
    {
        if (_state == State.Shut)
        {
            remoting.Undeliverable(remoting.Counters.Unreachable, message, sender, recipient);
            return true;
        }
        if (!remoting.Codec.TrySerialize(message, recipient, out var payload))
        {
            remoting.Undeliverable(remoting.Counters.NotSerialized, message, sender, recipient);
            return true;
        }
        if (payload.Bytes.Length > remoting.MaximumFrameSize)
        {
            remoting.Oversized(payload.Bytes.Length, message, sender, recipient);
            return true;
        }
        var frame = new EnvelopeEncoder(recipient.Utf8Path, remoting.Codec.SenderPath(sender), payload.Bytes, payload.SerializerId, payload.Manifest);
        if (frame.Size > remoting.MaximumFrameSize)
        {
            remoting.Oversized(frame.Size, message, sender, recipient);
            return true;
        }
        if (_channel is { } channel)
        {
            switch (channel.TryWrite(frame))
            {
                case WriteResult.Written:
                    return true;
                case WriteResult.Full:
                    remoting.Undeliverable(remoting.Counters.OutboundOverflow, message, sender, recipient);
                    return true;
            }
        }
        return TryWait(frame, message, sender, recipient);
    }

    /// <summary>What waits goes out first, then whatever is sent from now on.</summary>
    public void Open(Channel channel)
    {
        lock (_gate)
        {
            // If it broke already, its loss is about to be noticed.
            if (!channel.TryWriteAll(_waiting.Select(waiting => (ReadOnlyMemory<byte>)waiting.Frame)))
                return;
            _waiting = [];
            _waitingBytes = 0;
            _state = State.Open;
            _channel = channel;
        }
    }

    /// <summary>A connection is being made: messages wait for it.</summary>
    public void Wait() => Become(State.Waiting);

    /// <summary>From now on messages are dead letters, and those that wait are.</summary>
    public void Shut() => Become(State.Shut);

    /// <summary>The next message asks for a connection.</summary>
    public void Rest() => Become(State.Idle);

    /// <summary>False if somebody just sent something.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            if (_state != State.Idle)
                return false;
            _state = State.Retired;
            return true;
        }
    }

    private void Become(State state)
    {
        List<Waiting> lost = [];
        lock (_gate)
        {
            _channel = null;
            _state = state;
            if (state != State.Waiting)
            {
                (lost, _waiting) = (_waiting, lost);
                _waitingBytes = 0;
            }
        }
        foreach (var waiting in lost)
            remoting.Undeliverable(remoting.Counters.Unreachable, waiting.Message, waiting.Sender, waiting.Recipient);
    }

    private bool TryWait(scoped in EnvelopeEncoder frame, object message, IActorRef? sender, RemoteActorRef recipient)
    {
        var connect = false;
        RemotingCounters.RemotingCounter? reason = null;
        lock (_gate)
        {
            switch (_state)
            {
                case State.Retired:
                    return false;
                case State.Shut:
                    reason = remoting.Counters.Unreachable;
                    break;
                case State.Open:
                    // Opened meanwhile, or lost and not noticed yet.
                    reason = _channel!.TryWrite(frame) switch
                    {
                        WriteResult.Written => null,
                        WriteResult.Full => remoting.Counters.OutboundOverflow,
                        _ => remoting.Counters.Unreachable,
                    };
                    break;
                case var _ when _waitingBytes + frame.Size > remoting.OutboundBufferSize:
                    reason = remoting.Counters.OutboundOverflow;
                    break;
                default:
                    connect = _state == State.Idle;
                    _state = State.Waiting;
                    _waiting.Add(new Waiting(frame.ToArray(), message, sender, recipient));
                    _waitingBytes += frame.Size;
                    break;
            }
        }
        if (connect)
            remoting.Manager.Tell(new EndpointManager.Connect(Remote), ActorRefs.NoSender);
        if (reason is not null)
            remoting.Undeliverable(reason, message, sender, recipient);
        return true;
    }

    private readonly record struct Waiting(byte[] Frame, object Message, IActorRef? Sender, RemoteActorRef Recipient);
}
