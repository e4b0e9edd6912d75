using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Endpoints;

namespace Akka.Remote;

/// <summary>
/// Watches actors of other systems on behalf of those here, and with them their systems: the watcher there is asked for a heartbeat regularly, and when its answers fail to
/// come the system is quarantined and all its actors count as terminated.
/// </summary>
internal sealed class RemoteWatcher : UntypedActor
{
    public const string Name = "remote-watcher";

    private readonly Remoting _remoting;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IScheduler _scheduler = Context.System.Scheduler;
    private readonly HeartbeatRsp _ownHeartbeat;
    private readonly Cancelable _ticks;
    private readonly Dictionary<IInternalActorRef, HashSet<IInternalActorRef>> _watchers = [];
    private readonly Dictionary<Address, Node> _nodes = [];

    /// <summary>What was watched on a system when that was given up: whoever watched it then is told by the end of the address itself.</summary>
    private readonly HashSet<IInternalActorRef> _abandoned = [];

    public RemoteWatcher(Remoting remoting)
    {
        _remoting = remoting;
        _ownHeartbeat = new HeartbeatRsp(remoting.Uid);
        _ticks = new Cancelable(_scheduler);
    }

    public static Props Props(Remoting remoting) =>
        Actor.Props.CreateInternal(() => new RemoteWatcher(remoting), typeof(RemoteWatcher)).WithDispatcher(remoting.Settings.Dispatcher);

    protected override void PreStart()
    {
        var beat = _remoting.Settings.WatchFailureDetector.HeartbeatInterval;
        var reap = _remoting.Settings.UnreachableReaperInterval;
        _scheduler.ScheduleTellRepeatedly(beat, beat, Self, HeartbeatTick.Instance, Self, _ticks);
        _scheduler.ScheduleTellRepeatedly(reap, reap, Self, ReapTick.Instance, Self, _ticks);
    }

    protected override void PostStop() => _ticks.Cancel();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HeartbeatTick:
                foreach (var (address, node) in _nodes)
                    AskForHeartbeat(address, node);
                break;
            case Heartbeat:
                Sender.Tell(_ownHeartbeat, Self);
                break;
            case HeartbeatRsp response:
                HeartbeatCame(Sender.Path.Address, response.AddressUid);
                break;
            case ReapTick:
                ReapUnreachable();
                break;
            case ExpectedFirstHeartbeat expected:
                // From now on silence counts.
                if (_nodes.TryGetValue(expected.From, out var silent) && silent == expected.Node && !silent.Detector.IsMonitoring)
                    silent.Detector.HeartBeat();
                break;
            case WatchRemote watch:
                AddWatch(watch.Watchee, watch.Watcher);
                break;
            case UnwatchRemote unwatch:
                RemoveWatch(unwatch.Watchee, unwatch.Watcher);
                break;
            case Terminated terminated:
                WatcheeTerminated((IInternalActorRef)terminated.ActorRef, terminated.ExistenceConfirmed, terminated.AddressTerminated);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AddWatch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        _log.Debug("Watching: [{0} -> {1}]", watcher.Path, watchee.Path);
        if (!_watchers.TryGetValue(watchee, out var watchers))
            _watchers[watchee] = watchers = [];
        // Who watches it only now may have come too late to be told by the end of the address.
        if (_abandoned.Remove(watchee))
            watchers.Clear();
        watchers.Add(watcher);
        var address = watchee.Path.Address;
        if (!_nodes.TryGetValue(address, out var node))
            _nodes[address] = node = new Node(_remoting.Settings.WatchFailureDetector.Create(() => _scheduler.MonotonicClock));
        node.Watchees.Add(watchee);
        // The one watch that goes out to the other system.
        Context.Watch(watchee);
    }

    private void RemoveWatch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        _log.Debug("Unwatching: [{0} -> {1}]", watcher.Path, watchee.Path);
        if (!_watchers.TryGetValue(watchee, out var watchers) || !watchers.Remove(watcher) || watchers.Count > 0)
            return;
        Context.Unwatch(watchee);
        Forget(watchee);
    }

    private void WatcheeTerminated(IInternalActorRef watchee, bool existenceConfirmed, bool addressTerminated)
    {
        _log.Debug("Watchee terminated: [{0}]", watchee.Path);
        // Who watched when the system was given up is told by the end of its address, even if a Watch that it never acknowledged comes back from the dead letters first.
        if (!_abandoned.Contains(watchee) && _watchers.TryGetValue(watchee, out var watchers))
        {
            foreach (var watcher in watchers)
                watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed, addressTerminated));
        }
        Forget(watchee);
    }

    private void Forget(IInternalActorRef watchee)
    {
        _watchers.Remove(watchee);
        _abandoned.Remove(watchee);
        var address = watchee.Path.Address;
        if (!_nodes.TryGetValue(address, out var node) || !node.Watchees.Remove(watchee) || node.Watchees.Count > 0)
            return;
        _log.Debug("Unwatched last watchee of node: [{0}]", address);
        _nodes.Remove(address);
    }

    private void AskForHeartbeat(Address address, Node node)
    {
        if (!node.Detector.IsMonitoring)
            _scheduler.ScheduleTellOnce(_remoting.Settings.ExpectedResponseAfter, Self, new ExpectedFirstHeartbeat(address, node), Self);
        Context.ActorSelection(new RootActorPath(address) / Self.Path.Elements).Tell(Heartbeat.Instance, Self);
    }

    private void HeartbeatCame(Address from, int uid)
    {
        if (!_nodes.TryGetValue(from, out var node))
            return;
        // A system that was started anew does not know that its actors are watched; it answers for those that it does not have.
        if (node.Uid != uid)
        {
            foreach (var watchee in node.Watchees)
                watchee.SendSystemMessage(new Watch(watchee, (IInternalActorRef)Self));
        }
        node.Uid = uid;
        node.Detector.HeartBeat();
    }

    private void ReapUnreachable()
    {
        foreach (var (address, node) in _nodes)
        {
            if (node.Detector.IsAvailable)
                continue;
            _log.Warning("Detected unreachable: [{0}]", address);
            _abandoned.UnionWith(node.Watchees);
            _nodes.Remove(address);
            _remoting.Manager.Tell(new EndpointManager.GiveUp(address, node.Uid), Self);
        }
    }

    /// <summary>Another system of which something is watched.</summary>
    private sealed class Node(FailureDetector detector)
    {
        public FailureDetector Detector { get; } = detector;

        public HashSet<IInternalActorRef> Watchees { get; } = [];

        public int? Uid { get; set; }
    }

    internal sealed class WatchRemote(IInternalActorRef watchee, IInternalActorRef watcher) : INoSerializationVerificationNeeded
    {
        public IInternalActorRef Watchee { get; } = watchee;

        public IInternalActorRef Watcher { get; } = watcher;
    }

    internal sealed class UnwatchRemote(IInternalActorRef watchee, IInternalActorRef watcher) : INoSerializationVerificationNeeded
    {
        public IInternalActorRef Watchee { get; } = watchee;

        public IInternalActorRef Watcher { get; } = watcher;
    }

    internal sealed class Heartbeat
    {
        public static readonly Heartbeat Instance = new();

        private Heartbeat()
        {
        }
    }

    internal sealed class HeartbeatRsp(int addressUid)
    {
        public int AddressUid { get; } = addressUid;
    }

    private sealed class HeartbeatTick : INoSerializationVerificationNeeded
    {
        public static readonly HeartbeatTick Instance = new();
    }

    private sealed class ReapTick : INoSerializationVerificationNeeded
    {
        public static readonly ReapTick Instance = new();
    }

    private sealed record ExpectedFirstHeartbeat(Address From, Node Node) : INoSerializationVerificationNeeded;
}
