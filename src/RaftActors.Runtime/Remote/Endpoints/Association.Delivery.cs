using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Delivery;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>System messages: numbered, kept until acknowledged, and sent again over whatever connection there is.</summary>
internal sealed partial class Association
{
    private readonly UnacknowledgedMessages _unacknowledged;
    private SystemInbox _inbox;
    private bool _resendPlanned;

    /// <summary>When to stop trying to deliver to a system that was not met again.</summary>
    private TimeSpan? _giveUpAt;

    private bool HasExchangedSystemMessages => _uid is not null && (_unacknowledged.NextSeq > 0 || _inbox.Ack.Cumulative >= 0);

    public void Send(ISystemMessage message, RemoteActorRef recipient)
    {
        if (!_remoting.Codec.TrySerialize(message, recipient, out var payload))
            return;
        var seq = _unacknowledged.NextSeq;
        var frame = new EnvelopeEncoder(recipient.Utf8Path, default, payload.Bytes, payload.SerializerId, payload.Manifest, (ulong)seq).ToArray();
        try
        {
            _unacknowledged.Add(new NumberedMessage(seq, frame, message));
        }
        catch (OutOfSyncException e)
        {
            GiveUp(e);
            return;
        }
        if (_state == State.Idle)
            Connect();
        // Many outstanding are sent bit by bit, as acknowledgements come in.
        if (_state != State.Open || _unacknowledged.InFlight > _settings.ResendLimit)
            return;
        _writer!.WriteControl(frame);
        PlanResend();
    }

    public void Acknowledge(Connection connection, Ack ack)
    {
        if (connection.Uid != _uid || _state != State.Open)
            return;
        try
        {
            _unacknowledged.Acknowledge(ack);
        }
        catch (OutOfSyncException e)
        {
            GiveUp(e);
            return;
        }
        foreach (var missing in _unacknowledged.Missing)
            _writer!.WriteControl(missing.Frame);
    }

    public void Resend()
    {
        _resendPlanned = false;
        if (_state == State.Open)
            WriteAgain();
    }

    /// <summary>Writes what is not acknowledged yet: to a new connection all of it, to an old one because it may have been lost.</summary>
    private void WriteAgain()
    {
        if (_unacknowledged.IsEmpty)
            return;
        foreach (var message in _unacknowledged.ToResend(_settings.ResendLimit))
            _writer!.WriteControl(message.Frame);
        PlanResend();
    }

    private void PlanResend()
    {
        if (_resendPlanned)
            return;
        _resendPlanned = true;
        _manager.After(_settings.ResendInterval, new EndpointManager.ResendDue(this));
    }

    private bool IsDeliveryOverdue() => _manager.Now >= (_giveUpAt ??= _manager.Now + _settings.SystemMessageDeliveryTimeout);

    /// <summary>The two systems do not agree any more about what was delivered: only a new incarnation of the other can.</summary>
    private void GiveUp(Exception cause)
    {
        if (_uid is { } uid)
        {
            _remoting.Log.Error(cause, "Association to [{0}] with UID [{1}] is irrecoverably failed. Quarantining address.", Remote, uid);
            PutInQuarantine(uid);
            return;
        }
        _remoting.Log.Warning("Association to [{0}] with unknown UID is irrecoverably failed. Address cannot be quarantined without knowing the UID, gating instead for {1} ms.", Remote, _settings.RetryGateClosedFor.TotalMilliseconds);
        _giveUpAt = null;
        DropSystemMessages();
        Disconnect();
    }

    private void DropSystemMessages()
    {
        foreach (var message in _unacknowledged.Reset())
            _remoting.System.DeadLetters.Tell(new DeadLetter(message.Message, _remoting.System.DeadLetters, _remoting.System.DeadLetters), ActorRefs.NoSender);
    }
}
