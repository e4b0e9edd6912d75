using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace RaftActors.Remoting;

/// <summary>
/// A connection to another actor system. For Akka.Remote it is an ordinary association. The messages of peers take a
/// short way past Akka.Remote's actors: they are encoded by their sender's thread, and delivered to the peer where they
/// arrive.
/// </summary>
/// <remarks>
/// The short way is open once both sides have introduced themselves. Akka.Remote's decisions about the other system
/// hold for the link too: Akka.Remote ends the connection to a system that it does not want, or that its failure
/// detector gave up.
/// </remarks>
internal sealed class TcpLink : AssociationHandle, IChannelHandler
{
    // How often, at least, Akka.Remote's failure detector learns of the frames that take the short way.
    private const int TellAliveAfterMs = 100;

    private static readonly InboundPayload _heartbeat = new(ByteString.CopyFrom(Frame.Heartbeat));

    private readonly TcpTransport _transport;
    private readonly Channel _channel;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IHandleEventListener? _listener;
    private volatile bool _isDisassociated;
    private volatile Address? _origin;
    private volatile bool _hasIntroducedItself;
    private PeerInbox? _inbox;
    private long _told;

    /// <summary>Makes a link. The link begins to read as soon as Akka.Remote listens to it.</summary>
    public TcpLink(TcpTransport transport, Address local, Address remote, Channel channel)
        : base(local, remote)
    {
        _transport = transport;
        _channel = channel;
        ReadHandlerSource.Task.ContinueWith(
            static (task, link) => ((TcpLink)link!).Start(task.Result),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
    }

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => _closed.Task;

    /// <summary>The address of the other system, once peers may use this link; otherwise <c>null</c>.</summary>
    public Address? Peer => _hasIntroducedItself && !_isDisassociated ? _origin : null;

    /// <summary>Sends a message to a peer of the other system.</summary>
    /// <returns>
    /// Whether the message was accepted, or was dropped because too many bytes wait to be sent. If not, the link cannot
    /// be used.
    /// </returns>
    public bool TrySend(scoped in PeerFrame frame)
    {
        switch (_channel.TryWrite(frame))
        {
            case WriteResult.Full:
                _transport.ReportFull(this);
                return true;
            case WriteResult.Written:
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override bool Write(ByteString payload)
    {
        bool isWritten = _channel.TryWrite(payload.Span) == WriteResult.Written;
        if (isWritten && !_hasIntroducedItself && Frame.HandshakeOf(payload.Span) is not null)
        {
            _hasIntroducedItself = true;
            AnnounceIfOpen();
        }
        return isWritten;
    }

#pragma warning disable CS0672 // The overload with a reason calls this one.
    /// <inheritdoc/>
    public override void Disassociate() => Close();
#pragma warning restore CS0672

    /// <summary>Sends what was written before, and ends the connection.</summary>
    public void Close()
    {
        _isDisassociated = true;
        _channel.Close();
        _transport.AbortLater(this);
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort() => _channel.Abort();

    /// <inheritdoc/>
    public int Received(ReadOnlySpan<byte> bytes)
    {
        int used = 0;
        try
        {
            while (Frame.LengthOf(bytes[used..], (int)_transport.MaximumPayloadBytes) is var length and >= 0
                && length <= bytes.Length - used - Frame.LengthBytes)
            {
                Take(bytes.Slice(used + Frame.LengthBytes, length));
                used += Frame.LengthBytes + length;
            }
            return used;
        }
        catch (FormatException problem)
        {
            // TLS begins with a record of the type handshake (22).
            _transport.ReportCut(this, bytes is [22, 3, ..]
                ? "It begins TLS, and this system has no TLS. Either all systems have TLS, or none."
                : problem.Message);
            _channel.Abort();
            return bytes.Length;
        }
    }

    /// <inheritdoc/>
    public void Closed(Exception? cause)
    {
        _isDisassociated = true;
        _transport.Remove(this);
        // If a connection was reset, Akka.Remote would assume that the other system has shut down.
        bool isReset = cause is SocketException { SocketErrorCode: SocketError.ConnectionReset };
        _listener?.Notify(new Disassociated(isReset ? DisassociateInfo.Shutdown : DisassociateInfo.Unknown));
        _closed.TrySetResult();
    }

    private void Start(IHandleEventListener listener)
    {
        _listener = listener;
        _channel.Start(this);
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        if (_isDisassociated || frame.IsEmpty)
            return;
        if (_origin is null)
        {
            var origin = Frame.HandshakeOf(frame);
            if (origin is not null && _channel.WhyNotAt(origin.Host) is { } refusal)
            {
                _transport.Refused(this, refusal);
                _channel.Abort();
                return;
            }
            _origin = origin;
            _listener!.Notify(new InboundPayload(ByteString.CopyFrom(frame)));
            AnnounceIfOpen();
        }
        else if (Peer is null || !TryDeliver(frame))
        {
            _listener!.Notify(new InboundPayload(ByteString.CopyFrom(frame)));
        }
        else if (Environment.TickCount64 - _told >= TellAliveAfterMs)
        {
            _told = Environment.TickCount64;
            _listener!.Notify(_heartbeat);
        }
    }

    private bool TryDeliver(ReadOnlySpan<byte> frame) => _transport.Links?.Serializer is { } serializer
        && PeerEnvelope.TryRead(Frame.PayloadOf(frame), out var envelope)
        && (_inbox ??= new PeerInbox((ExtendedActorSystem)_transport.System, serializer)).TryDeliver(envelope);

    private void AnnounceIfOpen()
    {
        if (Peer is not null)
            _transport.Links?.Opened(this);
    }
}
