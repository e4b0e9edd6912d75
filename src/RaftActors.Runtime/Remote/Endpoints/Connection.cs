using Akka.Actor;
using Akka.Event;
using Akka.Remote.Delivery;
using Akka.Remote.Protocol;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>Why a connection ended.</summary>
internal enum Parting
{
    /// <summary>The stream ended, the other side said goodbye without a reason, or this side closed.</summary>
    Plain,

    /// <summary>The other system goes down.</summary>
    ShuttingDown,

    /// <summary>The other system has quarantined this one.</summary>
    Quarantined,

    /// <summary>What came was not the protocol.</summary>
    Malformed,

    /// <summary>No sign of life for too long.</summary>
    Silent,
}

/// <summary>
/// One channel from its handshake to its end. Frames are taken apart where they are read and their messages go straight to the mailboxes; all that concerns the
/// connection itself is told to the endpoint manager, and nothing is read between the handshake and its decision.
/// </summary>
internal sealed class Connection : IChannelHandler
{
    private enum Phase
    {
        Introduction,
        Decision,
        Open,
        Over,
    }

    private readonly Remoting _remoting;
    private readonly InboundMessages _messages;
    private readonly FailureDetector _detector;
    private SystemInbox _inbox = null!;
    private volatile Phase _phase;
    private bool _ackDue;
    private Parting _parting;
    private Exception? _cause;
    private volatile bool _carriedMessages;

    public Connection(Remoting remoting, Channel channel, bool isInbound)
    {
        _remoting = remoting;
        Channel = channel;
        IsInbound = isInbound;
        _messages = new InboundMessages(remoting, channel.Peer);
        _detector = remoting.Settings.TransportFailureDetector.Create(() => remoting.System.Scheduler.MonotonicClock);
    }

    public Channel Channel { get; }

    public bool IsInbound { get; }

    /// <summary>Who the other side said it is; known from the handshake on.</summary>
    public Address? Origin { get; private set; }

    /// <summary>Which incarnation of it.</summary>
    public int Uid { get; private set; }

    /// <summary>Whose this is, as far as the endpoint manager knows, which alone uses it.</summary>
    public Association? Association { get; set; }

    /// <summary>Nothing is taken from it, or written to it, any more.</summary>
    public bool IsOver => _phase == Phase.Over;

    /// <summary>Whether the other system uses this connection for its own messages.</summary>
    public bool CarriedMessages => _carriedMessages;

    public void Start()
    {
        _detector.HeartBeat();
        Channel.Start(this);
    }

    public void Introduce() => WriteControl(_remoting.Introduction);

    /// <summary>Sends a frame that is not to wait for room among the messages, or gives the connection up if not even that is taken in.</summary>
    public void WriteControl(ReadOnlySpan<byte> frame)
    {
        if (Channel.TryWriteControl(frame) == WriteResult.Full)
            End(Parting.Plain, new RemoteTransportException("The remote system does not read what is sent to it"));
    }

    /// <summary>The manager agrees: messages may come in.</summary>
    public void Open(SystemInbox inbox)
    {
        _inbox = inbox;
        _phase = Phase.Open;
        Channel.Resume();
    }

    /// <summary>Says goodbye, after whatever was written before; what still comes in is ignored.</summary>
    public void Leave(FrameKind goodbye)
    {
        _phase = Phase.Over;
        Channel.TryWriteControl(Frame.Disassociate(goodbye));
        Channel.Close();
        // So that it is noticed when the other side closes.
        Channel.Resume();
    }

    /// <summary>Every heartbeat interval, so that the other side hears of this one. The silence of the other side ends the connection.</summary>
    public void Beat()
    {
        if (_phase == Phase.Over)
            return;
        if (_detector.IsAvailable)
        {
            if (_phase == Phase.Open)
                WriteControl(Frame.Heartbeat);
            return;
        }
        _parting = Parting.Silent;
        _phase = Phase.Over;
        Channel.Abort();
    }

    int IChannelHandler.Received(ReadOnlySpan<byte> bytes)
    {
        _detector.HeartBeat();
        var used = 0;
        try
        {
            while (_phase is Phase.Introduction or Phase.Open)
            {
                var length = Frame.LengthOf(bytes[used..], _remoting.MaximumFrameSize);
                if (length < 0 || bytes.Length - used - Frame.LengthBytes < length)
                    break;
                var frame = bytes.Slice(used + Frame.LengthBytes, length);
                used += Frame.LengthBytes + length;
                Take(Frame.Parse(frame));
            }
            Acknowledge();
        }
        catch (Exception e)
        {
            // Whatever it is, it must not reach the thread that reads from all sockets.
            (e is OversizedFrameException ? _remoting.Counters.OversizedInbound : _remoting.Counters.Malformed).Increment();
            _remoting.Log.Error(e is WireFormatException or OversizedFrameException ? null : e, "Dropping the connection with {0}: {1}", Origin?.ToString() ?? Channel.Peer, e.Message);
            End(Parting.Malformed, e);
        }
        return _phase == Phase.Over ? bytes.Length : used;
    }

    void IChannelHandler.Closed(Exception? cause)
    {
        _phase = Phase.Over;
        _remoting.Manager.Tell(new EndpointManager.Lost(this, _parting, _cause ?? cause), ActorRefs.NoSender);
    }

    private void Take(scoped in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Payload when _phase == Phase.Open:
                TakePayload(frame.Payload);
                break;
            case FrameKind.Heartbeat or FrameKind.Empty:
                break;
            case FrameKind.Associate when _phase == Phase.Introduction:
                MeetOrigin(frame.Handshake!);
                break;
            case FrameKind.Disassociate:
                End(Parting.Plain);
                break;
            case FrameKind.DisassociateShuttingDown:
                End(Parting.ShuttingDown);
                break;
            case FrameKind.DisassociateQuarantined:
                End(Parting.Quarantined);
                break;
            default:
                throw new WireFormatException($"{frame.Kind} in the phase of {_phase}");
        }
    }

    private void MeetOrigin(HandshakeData handshake)
    {
        var origin = handshake.Origin;
        if (origin.Protocol.Length == 0 || origin.System.Length == 0 || origin.Hostname.Length == 0 || origin.Port is 0 or > ushort.MaxValue)
            throw new WireFormatException($"A system at \"{origin.Protocol}://{origin.System}@{origin.Hostname}:{origin.Port}\" cannot be");
        Origin = new Address("akka." + origin.Protocol, origin.System, origin.Hostname, (int)origin.Port);
        Uid = unchecked((int)handshake.Uid);
        _phase = Phase.Decision;
        Channel.Pause();
        _remoting.Manager.Tell(new EndpointManager.Introduced(this), ActorRefs.NoSender);
    }

    private void TakePayload(ReadOnlySpan<byte> payload)
    {
        var envelope = new EnvelopeDecoder(payload);
        if (envelope.Ack is { } ack)
            _remoting.Manager.Tell(new EndpointManager.Acknowledged(this, ack), ActorRefs.NoSender);
        if (!envelope.HasMessage)
            return;
        _carriedMessages = true;
        if (envelope.Seq == EnvelopeEncoder.Unnumbered)
        {
            _messages.Deliver(envelope);
            return;
        }
        _messages.Deliver(envelope, _inbox);
        _ackDue = true;
    }

    /// <summary>One acknowledgement for all system messages that came together.</summary>
    private void Acknowledge()
    {
        if (!_ackDue)
            return;
        _ackDue = false;
        WriteControl(Frame.PureAck(_inbox.Ack));
    }

    private void End(Parting parting, Exception? cause = null)
    {
        _parting = parting;
        _cause = cause;
        _phase = Phase.Over;
        Channel.Abort();
    }
}
