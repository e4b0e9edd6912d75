using Akka.Event;
using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>
/// What this system has to do with one other address. At most one connection carries what is sent there, whichever side made it; when both made one at the same
/// time each side writes on its own and reads from both. After a failure the address is left alone for a while. Only the endpoint manager calls this.
/// </summary>
internal sealed partial class Association
{
    /// <summary>Without system messages exchanged there is nothing to remember for longer.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(1);

    /// <summary>However the gate is configured, an address that refuses connections is not tried again without a pause.</summary>
    private static readonly TimeSpan ShortestGate = TimeSpan.FromMilliseconds(10);

    private enum State
    {
        Idle,
        Attempting,
        Open,
        Gated,
    }

    private readonly Remoting _remoting;
    private readonly EndpointManager _manager;
    private readonly RemoteSettings _settings;
    private readonly List<Connection> _readOnly = [];
    private State _state;
    private TimeSpan _idleSince;
    private Attempt? _attempt;
    private Connection? _writer;
    private int _gate;
    private bool _failedBefore;

    /// <summary>The incarnation of the other system that was met last; none if that is over for good.</summary>
    private int? _uid;

    /// <summary>The incarnation that nothing is to do with any more.</summary>
    private int? _quarantined;
    private TimeSpan _quarantinedUntil;

    public Association(Remoting remoting, EndpointManager manager, Address remote)
    {
        _remoting = remoting;
        _manager = manager;
        _settings = remoting.Settings;
        _unacknowledged = new Delivery.UnacknowledgedMessages(_settings.SystemMessageBufferSize);
        _inbox = new Delivery.SystemInbox(_settings.SystemMessageBufferSize);
        _idleSince = manager.Now;
        Remote = remote;
        Outlet = remoting.OutletTo(remote);
    }

    public Address Remote { get; }

    public Outlet Outlet { get; }

    public int? Uid => _uid;

    public override string ToString() => $"{_remoting.LocalAddress} - {Remote} ({_state})";

    // ---- connections made here --------------------------------------------------------------------------------------

    public void Connect()
    {
        if (_state != State.Idle)
            return;
        _state = State.Attempting;
        Outlet.Wait();
        _attempt = new Attempt(this);
        _manager.Attempt(_attempt);
    }

    public void AttemptConnected(Attempt attempt, Channel channel)
    {
        if (attempt != _attempt)
        {
            channel.Abort();
            return;
        }
        attempt.Connection = _manager.Adopt(channel, isInbound: false, this);
        attempt.Connection.Introduce();
    }

    public void AttemptFailed(Attempt attempt, Exception cause)
    {
        if (attempt != _attempt)
            return;
        _attempt = null;
        attempt.Cancellation.Cancel();
        PublishFailure(new InvalidAssociationException($"Association failed with {Remote}", cause), inbound: false);
        // Whoever watches an actor of a system that was never met, or is refused, learns at once that there is nothing to watch.
        if (_uid is null)
            DropSystemMessages();
        if (_readOnly.Find(connection => !connection.IsOver) is { } other)
        {
            _readOnly.Remove(other);
            WriteTo(other);
            return;
        }
        CloseGate();
    }

    public void AttemptTimedOut(Attempt attempt, TimeSpan after)
    {
        if (attempt != _attempt)
            return;
        var connection = attempt.Connection;
        AttemptFailed(attempt, new TimeoutException($"No response from remote for outbound association. Associate timed out after [{after.TotalMilliseconds} ms]."));
        if (connection is not null)
            _manager.Leave(connection, FrameKind.Disassociate);
    }

    /// <summary>The other side of a connection that was made here answered.</summary>
    public void Introduced(Connection connection)
    {
        if (_attempt is null || _attempt.Connection != connection)
        {
            _manager.Leave(connection, FrameKind.Disassociate);
            return;
        }
        if (connection.Uid == _quarantined)
        {
            _manager.Leave(connection, FrameKind.DisassociateQuarantined);
            AttemptFailed(_attempt, new InvalidAssociationException("The remote system has a UID that has been quarantined. Association aborted."));
            return;
        }
        _attempt = null;
        Recognize(connection.Uid);
        _remoting.Events.Publish(new AssociatedEvent(_remoting.LocalAddress, Remote, inbound: false));
        WriteTo(connection);
        connection.Open(_inbox);
    }

    // ---- connections made there -------------------------------------------------------------------------------------

    public void Accept(Connection connection)
    {
        connection.Association = this;
        connection.Introduce();
        if (connection.Uid == _quarantined)
        {
            _manager.Leave(connection, FrameKind.DisassociateQuarantined);
            return;
        }
        if (_uid is { } known && known != connection.Uid && (_writer is not null || _readOnly.Count > 0))
        {
            // It was started anew, and what there was leads nowhere.
            LeaveAll(FrameKind.Disassociate);
            Refuse(known);
        }
        Recognize(connection.Uid);
        _remoting.Events.Publish(new AssociatedEvent(_remoting.LocalAddress, Remote, inbound: true));
        switch (_state)
        {
            case State.Attempting:
            case State.Open when !IsGivenUp(_writer!):
                _readOnly.Add(connection);
                break;
            case State.Open:
                var old = _writer!;
                WriteTo(connection);
                _manager.Leave(old, FrameKind.Disassociate);
                break;
            default:
                WriteTo(connection);
                break;
        }
        connection.Open(_inbox);
    }

    /// <summary>
    /// The other side makes a connection only when it has none to write to. If it wrote to this one before it has given it up, whatever the state of the socket
    /// here; if not, both sides made one at the same time, and it goes on reading from this one.
    /// </summary>
    private static bool IsGivenUp(Connection writer) => writer.IsInbound || writer.CarriedMessages;

    // ---- the end of a connection ------------------------------------------------------------------------------------

    public void Lost(Connection connection, Parting parting, Exception? cause)
    {
        if (_attempt?.Connection == connection)
        {
            AttemptFailed(_attempt, cause ?? new InvalidAssociationException(Explain(parting)));
            return;
        }
        if (_writer != connection && !_readOnly.Remove(connection))
            return;
        PublishLoss(connection, parting, cause);
        if (_writer != connection)
            return;
        _writer = null;
        if (parting == Parting.ShuttingDown)
            DropSystemMessages();
        _remoting.Log.Log(
            parting == Parting.ShuttingDown ? LogLevel.DebugLevel : LogLevel.WarningLevel,
            null,
            $"Association with remote system {Remote} has ended; address is now gated for {_settings.RetryGateClosedFor.TotalMilliseconds} ms. Reason is: [{cause?.Message ?? Explain(parting)}]");
        CloseGate();
    }

    /// <summary>Closes what was sent to, and reads nothing more from anywhere.</summary>
    public void ShutDown()
    {
        _attempt?.Cancellation.Cancel();
        if (_state == State.Open)
            WriteAgain();
        Outlet.Shut();
    }

    // ---- the gate ---------------------------------------------------------------------------------------------------

    public void OpenGate(int number)
    {
        if (_state != State.Gated || number != _gate)
            return;
        _state = State.Idle;
        _idleSince = _manager.Now;
        if (_unacknowledged.IsEmpty)
            Outlet.Rest();
        else if (IsDeliveryOverdue())
            GiveUp(new TimeoutException("Delivery of system messages timed out and they were dropped"));
        else
            Connect();
    }

    private void CloseGate()
    {
        _state = State.Gated;
        _gate++;
        Outlet.Shut();
        var closedFor = _settings.RetryGateClosedFor < ShortestGate ? ShortestGate : _settings.RetryGateClosedFor;
        _manager.After(closedFor, new EndpointManager.GateDue(this, _gate));
    }

    // ---- quarantine -------------------------------------------------------------------------------------------------

    public void Quarantine(int? uid)
    {
        if (uid is null)
        {
            if (_state is State.Attempting or State.Open)
            {
                _remoting.Log.Warning("Association to [{0}] with unknown UID is reported as quarantined, but address cannot be quarantined without knowing the UID, gating instead for {1} ms.", Remote, _settings.RetryGateClosedFor.TotalMilliseconds);
                Disconnect();
            }
            return;
        }
        if (_quarantined == uid)
            return;
        // Another incarnation than the one that is meant is there already.
        if (_uid is { } known && known != uid)
            return;
        if (_uid is null && _state is State.Attempting)
        {
            Refuse(uid.Value);
            return;
        }
        PutInQuarantine(uid.Value);
    }

    private void PutInQuarantine(int uid)
    {
        Refuse(uid);
        _uid = null;
        _remoting.Events.Publish(new QuarantinedEvent(Remote, uid));
        DropSystemMessages();
        Disconnect();
    }

    private void Refuse(int uid)
    {
        _quarantined = uid;
        _quarantinedUntil = _manager.Now + _settings.QuarantineMarkerLife;
    }

    private void Disconnect()
    {
        _attempt?.Cancellation.Cancel();
        if (_attempt?.Connection is { } attempted)
            _manager.Leave(attempted, FrameKind.Disassociate);
        _attempt = null;
        LeaveAll(FrameKind.Disassociate);
        CloseGate();
    }

    // ---- the rest ---------------------------------------------------------------------------------------------------

    /// <summary>True if there is nothing to remember about the address.</summary>
    public bool TryPrune()
    {
        var now = _manager.Now;
        if (_quarantined is not null && now >= _quarantinedUntil)
            _quarantined = null;
        if (_state != State.Idle || _readOnly.Count > 0)
            return false;
        var silence = now - _idleSince;
        if (HasExchangedSystemMessages)
        {
            if (silence >= _settings.QuarantineAfterSilence)
                GiveUp(new TimeoutException("Delivery of system messages timed out and they were dropped"));
            return false;
        }
        return _quarantined is null && silence >= ForgottenAfter && Outlet.TryRetire();
    }

    private void WriteTo(Connection connection)
    {
        _writer = connection;
        _state = State.Open;
        _failedBefore = false;
        Outlet.Open(connection.Channel);
        WriteAgain();
    }

    /// <summary>Where the address was left to another incarnation, nothing that was meant for the one before reaches it.</summary>
    private void Recognize(int uid)
    {
        _giveUpAt = null;
        if (_uid == uid)
            return;
        if (_uid is not null)
            DropSystemMessages();
        _inbox = new Delivery.SystemInbox(_settings.SystemMessageBufferSize);
        _uid = uid;
    }

    private void LeaveAll(FrameKind goodbye)
    {
        Connection[] all = _writer is null ? [.. _readOnly] : [_writer, .. _readOnly];
        _writer = null;
        _readOnly.Clear();
        if (_state == State.Open)
            _state = State.Idle;
        foreach (var connection in all)
        {
            _manager.Leave(connection, goodbye);
            _remoting.Events.Publish(new DisassociatedEvent(_remoting.LocalAddress, Remote, connection.IsInbound));
        }
    }

    private void PublishLoss(Connection connection, Parting parting, Exception? cause)
    {
        if (parting is Parting.Quarantined or Parting.Malformed)
        {
            var failure = new InvalidAssociationException(Explain(parting), cause);
            _remoting.Events.Publish(new AssociationErrorEvent(failure, _remoting.LocalAddress, Remote, connection.IsInbound, LogLevel.ErrorLevel));
        }
        if (parting == Parting.Quarantined)
            _remoting.Events.Publish(new ThisActorSystemQuarantinedEvent(_remoting.LocalAddress, Remote));
        _remoting.Events.Publish(new DisassociatedEvent(_remoting.LocalAddress, Remote, connection.IsInbound));
    }

    /// <summary>Every failed attempt is an event, but only the first in a row is worth a line in the log.</summary>
    private void PublishFailure(InvalidAssociationException failure, bool inbound)
    {
        var level = _failedBefore ? LogLevel.DebugLevel : LogLevel.WarningLevel;
        _failedBefore = true;
        _remoting.System.EventStream.Publish(new AssociationErrorEvent(failure, _remoting.LocalAddress, Remote, inbound, LogLevel.WarningLevel));
        if (_remoting.Log.IsEnabled(level))
        {
            _remoting.Log.Log(
                level,
                null,
                $"Tried to associate with unreachable remote address [{Remote}]. Address is now gated for {_settings.RetryGateClosedFor.TotalMilliseconds} ms, all messages to this address will be delivered to dead letters. "
                + $"Reason: [{failure.InnerException!.Message}]");
        }
        _remoting.Events.Publish(new DisassociatedEvent(_remoting.LocalAddress, Remote, inbound));
    }

    private string Explain(Parting parting) => parting switch
    {
        Parting.ShuttingDown => $"The remote system terminated the association because it is shutting down. Shut down address: {Remote}",
        Parting.Quarantined => "The remote system has quarantined this system. No further associations to the remote system are possible until this system is restarted.",
        Parting.Malformed => "Error while decoding incoming Akka PDU",
        Parting.Silent => "No response from remote. Transport failure detector triggered.",
        _ => "Disassociated",
    };
}
