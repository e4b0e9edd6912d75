using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>
/// Decides everything about connections: when to make one, which to keep, when to give an address a rest. It is an actor, so one thing happens at a time, on the
/// system's dispatcher and with the system's timers. Ordinary messages do not pass through here.
/// </summary>
internal sealed class EndpointManager : UntypedActor
{
    public const string Name = "endpointManager";

    /// <summary>How often what has outlived its time is looked for.</summary>
    private static readonly TimeSpan PruneInterval = TimeSpan.FromSeconds(10);

    private readonly Remoting _remoting;
    private readonly IScheduler _scheduler;
    private readonly Dictionary<Address, Association> _associations = [];
    private readonly HashSet<Connection> _connections = [];
    private readonly Cancelable _ticks;
    private IActorRef? _shutdownWanted;
    private bool _shutDown;

    public EndpointManager(Remoting remoting)
    {
        _remoting = remoting;
        _scheduler = Context.System.Scheduler;
        _ticks = new Cancelable(_scheduler);
    }

    public bool IsShuttingDown => _shutdownWanted is not null;

    public static Props Props(Remoting remoting) =>
        Actor.Props.CreateInternal(() => new EndpointManager(remoting), typeof(EndpointManager)).WithDispatcher(remoting.Settings.Dispatcher);

    protected override void PreStart()
    {
        ((ExtendedActorSystem)Context.System).SystemGuardian.Tell(RegisterTerminationHook.Instance, Self);
        var beat = _remoting.Settings.TransportFailureDetector.HeartbeatInterval;
        _scheduler.ScheduleTellRepeatedly(beat, beat, Self, HeartbeatTick.Instance, Self, _ticks);
        _scheduler.ScheduleTellRepeatedly(PruneInterval, PruneInterval, Self, PruneTick.Instance, Self, _ticks);
    }

    /// <summary>What it knows of other systems would be gone: rather lose one event.</summary>
    protected override void OnReceive(object message)
    {
        try
        {
            if (IsShuttingDown)
                HandleWhileShuttingDown(message);
            else
                Handle(message);
        }
        catch (Exception e)
        {
            _remoting.Log.Error(e, "Remoting failed to handle {0}", message);
        }
    }

    protected override void PostStop()
    {
        _ticks.Cancel();
        _remoting.StopListening();
        foreach (var connection in _connections)
            connection.Channel.Abort();
        foreach (var outlet in _remoting.Outlets)
            outlet.Shut();
    }

    // ---- for the associations ---------------------------------------------------------------------------------------

    public TimeSpan Now => _scheduler.MonotonicClock;

    public void After(TimeSpan delay, object message) => _scheduler.ScheduleTellOnce(delay, Self, message, Self);

    /// <summary>Reports back as <see cref="Connected"/>, or <see cref="AttemptTimedOut"/>.</summary>
    public void Attempt(Attempt attempt)
    {
        var self = Self;
        _remoting.Transport.Connect(attempt.Association.Remote, (channel, failure) => self.Tell(new Connected(attempt, channel, failure), ActorRefs.NoSender), attempt.Cancellation.Token);
        After(_remoting.ConnectionTimeout, new AttemptTimedOut(attempt));
    }

    public Connection Adopt(Channel channel, bool isInbound, Association? association = null)
    {
        var connection = new Connection(_remoting, channel, isInbound) { Association = association };
        _connections.Add(connection);
        connection.Start();
        return connection;
    }

    /// <summary>Closes a connection in an orderly way, and in a less orderly one if the other side does not join in.</summary>
    public void Leave(Connection connection, FrameKind goodbye)
    {
        connection.Leave(goodbye);
        _scheduler.Advanced.ScheduleOnce(_remoting.Settings.FlushWait, connection.Channel.Abort);
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    private void Handle(object message)
    {
        switch (message)
        {
            case Connect connect:
                To(connect.Remote).Connect();
                break;
            case SendSystem send:
                To(send.Recipient.Path.Address).Send(send.Message, send.Recipient);
                break;
            case Connected { Channel: { } channel } connected:
                connected.Attempt.Association.AttemptConnected(connected.Attempt, channel);
                break;
            case Connected failed:
                failed.Attempt.Association.AttemptFailed(failed.Attempt, failed.Failure!);
                break;
            case AttemptTimedOut timedOut:
                timedOut.Attempt.Association.AttemptTimedOut(timedOut.Attempt, _remoting.ConnectionTimeout);
                break;
            case Accepted accepted:
                After(_remoting.ConnectionTimeout, new IntroductionDue(Adopt(accepted.Channel, isInbound: true)));
                break;
            case IntroductionDue { Connection: { Origin: null, IsOver: false } } due:
                Leave(due.Connection, FrameKind.Disassociate);
                break;
            case Introduced { Connection.IsInbound: true } introduced:
                To(introduced.Connection.Origin!).Accept(introduced.Connection);
                break;
            case Introduced introduced:
                introduced.Connection.Association!.Introduced(introduced.Connection);
                break;
            case Lost lost:
                _connections.Remove(lost.Connection);
                lost.Connection.Association?.Lost(lost.Connection, lost.Parting, lost.Cause);
                break;
            case Acknowledged acknowledged:
                acknowledged.Connection.Association?.Acknowledge(acknowledged.Connection, acknowledged.Ack);
                break;
            case ResendDue resend:
                resend.Association.Resend();
                break;
            case GateDue gate:
                gate.Association.OpenGate(gate.Number);
                break;
            case Quarantine quarantine:
                To(quarantine.Remote).Quarantine(quarantine.Uid);
                break;
            case GiveUp lost:
                // In this order: who learns of the end of the actors there finds the system quarantined.
                To(lost.Remote).Quarantine(lost.Uid ?? To(lost.Remote).Uid);
                AddressTerminatedTopic.Get(Context.System).Publish(new AddressTerminated(lost.Remote));
                break;
            case HeartbeatTick:
                foreach (var connection in _connections)
                    connection.Beat();
                break;
            case PruneTick:
                Prune();
                break;
            case TerminationHook:
                ShutDown(Sender);
                break;
        }
    }

    private Association To(Address remote)
    {
        if (!_associations.TryGetValue(remote, out var association))
            _associations[remote] = association = new Association(_remoting, this, remote);
        return association;
    }

    private void Prune()
    {
        foreach (var association in _associations.Values.ToArray())
        {
            if (association.TryPrune())
            {
                _associations.Remove(association.Remote);
                _remoting.Forget(association.Outlet);
            }
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    /// <summary>Lets what was told go out, says goodbye to everybody, and frees the port.</summary>
    private void ShutDown(IActorRef wantedBy)
    {
        _shutdownWanted = wantedBy;
        _ticks.Cancel();
        _remoting.StopListening();
        foreach (var association in _associations.Values)
            association.ShutDown();
        foreach (var connection in _connections.Where(connection => !connection.IsOver))
            Leave(connection, FrameKind.DisassociateShuttingDown);
        After(_remoting.Settings.FlushWait, FlushTimedOut.Instance);
        FinishWhenAllClosed();
    }

    private void HandleWhileShuttingDown(object message)
    {
        switch (message)
        {
            case Lost lost:
                _connections.Remove(lost.Connection);
                if (lost.Connection.Origin is { } origin)
                    _remoting.Events.Publish(new DisassociatedEvent(_remoting.LocalAddress, origin, lost.Connection.IsInbound));
                FinishWhenAllClosed();
                break;
            case Connected connected:
                connected.Channel?.Abort();
                break;
            case Accepted accepted:
                accepted.Channel.Abort();
                break;
            case Introduced introduced:
                Leave(introduced.Connection, FrameKind.DisassociateShuttingDown);
                break;
            case SendSystem send:
                _remoting.System.DeadLetters.Tell(new DeadLetter(send.Message, _remoting.System.DeadLetters, send.Recipient), ActorRefs.NoSender);
                break;
            case Connect connect:
                _remoting.OutletTo(connect.Remote).Shut();
                break;
            case FlushTimedOut when !_shutDown:
                _remoting.Log.Warning("Shutdown finished, but flushing might not have been successful and some messages might have been dropped. "
                    + "Increase akka.remote.flush-wait-on-shutdown to a larger value to avoid this.");
                foreach (var connection in _connections)
                    connection.Channel.Abort();
                Finish();
                break;
        }
    }

    private void FinishWhenAllClosed()
    {
        if (_connections.Count == 0)
            Finish();
    }

    private void Finish()
    {
        if (_shutDown)
            return;
        _shutDown = true;
        _remoting.Events.Publish(new RemotingShutdownEvent());
        _shutdownWanted!.Tell(TerminationHookDone.Instance, Self);
    }

    // ---- messages ---------------------------------------------------------------------------------------------------

    /// <summary>Somebody has something to say to an address that there is no connection with.</summary>
    internal sealed record Connect(Address Remote) : INoSerializationVerificationNeeded;

    internal sealed record SendSystem(ISystemMessage Message, RemoteActorRef Recipient) : INoSerializationVerificationNeeded;

    internal sealed record Connected(Attempt Attempt, Channel? Channel, Exception? Failure) : INoSerializationVerificationNeeded;

    internal sealed record AttemptTimedOut(Attempt Attempt) : INoSerializationVerificationNeeded;

    internal sealed record Accepted(Channel Channel) : INoSerializationVerificationNeeded;

    internal sealed record IntroductionDue(Connection Connection) : INoSerializationVerificationNeeded;

    /// <summary>The other side of a connection said who it is, and waits.</summary>
    internal sealed record Introduced(Connection Connection) : INoSerializationVerificationNeeded;

    internal sealed record Lost(Connection Connection, Parting Parting, Exception? Cause) : INoSerializationVerificationNeeded;

    internal sealed record Acknowledged(Connection Connection, Ack Ack) : INoSerializationVerificationNeeded;

    internal sealed record ResendDue(Association Association) : INoSerializationVerificationNeeded;

    internal sealed record GateDue(Association Association, int Number) : INoSerializationVerificationNeeded;

    /// <summary>Without a uid only a gate is closed.</summary>
    internal sealed record Quarantine(Address Remote, int? Uid) : INoSerializationVerificationNeeded;

    /// <summary>The system that was watched there is taken to be dead. Without a uid the incarnation that was met last is meant.</summary>
    internal sealed record GiveUp(Address Remote, int? Uid) : INoSerializationVerificationNeeded;

    private sealed class HeartbeatTick : INoSerializationVerificationNeeded
    {
        public static readonly HeartbeatTick Instance = new();
    }

    private sealed class PruneTick : INoSerializationVerificationNeeded
    {
        public static readonly PruneTick Instance = new();
    }

    private sealed class FlushTimedOut : INoSerializationVerificationNeeded
    {
        public static readonly FlushTimedOut Instance = new();
    }
}

/// <summary>One try to make a connection.</summary>
internal sealed class Attempt(Association association)
{
    public Association Association { get; } = association;

    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Once there is one: it may still fail to introduce itself.</summary>
    public Connection? Connection { get; set; }
}
