using Akka.Actor;
using Akka.Remote;
using RaftActors.Placement;

namespace RaftActors.Resting;

/// <summary>
/// The actor <c>/system/raft/~nodes</c>. It sends one heartbeat to each node with which groups of this node rest, for
/// all these groups, and wakes the groups whose other node falls silent. It also sees to it that the leaderships of all
/// groups are spread over the nodes (<see cref="LeaderPlacement"/>).
/// </summary>
internal sealed class NodeWatch : UntypedActor, IWithTimers
{
    /// <summary>The name of this actor. No group has such a name.</summary>
    public const string Name = "~nodes";

    /// <summary>The path of this actor.</summary>
    public const string Path = $"{RaftGroups.Path}/{Name}";

    // So often the watch looks which peers may sleep, at most; and so many are told at a time.
    private static readonly TimeSpan LongestSleepTick = TimeSpan.FromSeconds(1);
    private const int MostAsleepAtOnce = 256;

    private readonly IPeerResolver _resolver;
    private readonly NodeContacts _contacts;
    private readonly TimeSpan _grace;
    private readonly long _process;
    private readonly Func<TimeSpan> _clock;
    private readonly Dictionary<(string Own, string Other), NodeLink> _links = [];

    // The groups that rest, each with the links that it is on. A leader is on one for each follower.
    private readonly Dictionary<string, RestOfPeer> _groups = new(StringComparer.Ordinal);
    private readonly LeaderPlacement _placement = new();
    private TimeSpan _interval;
    private TimeSpan _askingInterval;
    private TimeSpan _ticked;
    private TimeSpan _sleepInterval;

    public NodeWatch(RaftSettings settings, NodeContacts contacts)
    {
        _contacts = contacts;
        _grace = settings.DisconnectGraceMax;
        var scheduler = Context.System.Scheduler;
        _resolver = settings.Resolver ?? new ActorSystemResolver(Context.System);
        _process = Randomness.For(settings).NextInt64(1, long.MaxValue);
        _clock = () => settings.ElapsedTime(scheduler);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Makes the actor.</summary>
    /// <param name="settings">The settings of a group of this node: its resolver, clock and randomness.</param>
    /// <param name="contacts">Gets the times when other nodes are heard.</param>
    public static Props Props(RaftSettings settings, NodeContacts contacts) =>
        Akka.Actor.Props.Create(() => new NodeWatch(settings, contacts));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));

    // The next actor of this name knows of no rest.
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var (rest, on, _) in _groups.Values)
            foreach (var link in on)
                rest.Peer.Tell(new RestEnded(rest.Number, link.Other, RestEnd.NotResting));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RestBegan began:
                OnBegan(began);
                break;
            case RestOver over:
                OnOver(over);
                break;
            case NodeHeartbeat heartbeat:
                OnHeartbeat(heartbeat);
                break;
            case Tick:
                OnTick();
                break;
            case SleepTick:
                OnSleepTick();
                break;
            case DisassociatedEvent lost:
                OnDisassociated(lost);
                break;
            case GraceOver over:
                OnGraceOver(over);
                break;
            case GroupPlaced placed:
                _placement.Hear(placed, _clock());
                AskFromTimeToTime();
                break;
            case GroupGone gone:
                _placement.Remove(gone);
                AskFromTimeToTime();
                break;
            case LeadershipStayed stayed:
                _placement.OnStayed(stayed, _clock());
                break;
            case NodeUnfit unfit:
                _placement.Pause(_clock() + unfit.Pause);
                break;
            case AskDue:
                AskForLeaderships();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnBegan(RestBegan rest)
    {
        Forget(rest.Group);
        bool isFirst = _links.Count == 0;
        var now = _clock();
        ulong number = RestingGroup.NumberOf(rest.Group, rest.Term);
        var on = new List<NodeLink>(rest.Others.Count);
        foreach (string other in rest.Others)
        {
            var ends = NodeContacts.Ends(rest.Own, other);
            if (!_links.TryGetValue(ends, out var link))
            {
                _links[ends] = link = new NodeLink(rest.Own, other, now);
                _contacts.Set(ends, now);
            }
            link.Add(new RestingGroup(rest.Group, rest.Number, rest.Peer, rest.Leads, number, now), rest.Timeout);
            on.Add(link);
        }
        _groups[rest.Group] = new RestOfPeer(rest, on, now + rest.SleepAfter);
        WatchForSleep(rest.SleepAfter);
        if (!isFirst && rest.Interval >= _interval)
            return;
        _interval = rest.Interval;
        _ticked = now;
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _interval);
    }

    private void OnOver(RestOver over)
    {
        if (_groups.TryGetValue(over.Group, out var known) && known.Began.Number == over.Number
            && known.Began.Peer.Equals(over.Peer))
            Forget(over.Group);
    }

    // A link without groups stays until the next tick.
    private void Forget(string group)
    {
        if (!_groups.Remove(group, out var known))
            return;
        foreach (var link in known.On)
            link.Remove(group);
    }

    private void OnHeartbeat(NodeHeartbeat heartbeat)
    {
        if (heartbeat.Load is { } load)
            GiveTo(heartbeat.From, load);
        var ends = NodeContacts.Ends(heartbeat.To, heartbeat.From);
        if (!_links.TryGetValue(ends, out var link))
        {
            // No group of this node rests with that node, which has to know it.
            if ((heartbeat.Leads, heartbeat.Follows) != (0, 0))
                Send(heartbeat.From, new NodeHeartbeat(heartbeat.To, heartbeat.From, _process, 0, 0)
                {
                    Groups = RestingList.None,
                });
            return;
        }
        var (ended, why) = link.Hear(heartbeat, _clock());
        _contacts.Set(ends, link.Heard);
        End(link, ended, why);
        if (heartbeat.Asks)
            Send(link.Other, link.Heartbeat(_process));
    }

    // The process of the other node may have died, or only the connection to it. If it lives, it answers at once.
    private void OnDisassociated(DisassociatedEvent lost)
    {
        foreach (var (ends, link) in _links)
        {
            if (!NodeAddress.IsAt(link.Other, lost.RemoteAddress) || Timers.IsTimerActive(ends))
                continue;
            Timers.StartSingleTimer(ends, new GraceOver(ends, _clock()), _grace);
            Send(link.Other, link.Heartbeat(_process) with { Asks = true });
        }
    }

    private void OnGraceOver(GraceOver over)
    {
        if (_links.TryGetValue(over.Ends, out var link) && link.Heard <= over.Since)
            End(link, link.TakeAll(), RestEnd.NodeLost);
    }

    private void OnTick()
    {
        var now = _clock();
        bool stoodStill = now - _ticked >= 2 * _interval;
        _ticked = now;
        foreach (var (ends, link) in _links.ToArray())
        {
            if (stoodStill)
                link.CountFrom(now);
            if (now - link.Heard >= link.Timeout)
                End(link, link.TakeAll(), RestEnd.NodeLost);
            if (link.IsEmpty)
            {
                _links.Remove(ends);
                _contacts.Remove(ends);
            }
            else
            {
                // A heartbeat is overdue: it may be lost.
                bool asks = now - link.Heard > 1.5 * _interval;
                Send(link.Other, link.Heartbeat(_process) with { Asks = asks });
            }
        }
        if (_links.Count == 0)
            Timers.Cancel(Tick.Instance);
    }

    // ---- Peers that have rested for long sleep

    private void WatchForSleep(TimeSpan after)
    {
        var interval = after / 4 < LongestSleepTick ? after / 4 : LongestSleepTick;
        if (after == TimeSpan.Zero || (_sleepInterval > TimeSpan.Zero && interval >= _sleepInterval))
            return;
        _sleepInterval = interval;
        Timers.StartPeriodicTimer(SleepTick.Instance, SleepTick.Instance, interval);
    }

    // A peer that does not sleep now is asked again after the same time.
    private void OnSleepTick()
    {
        var now = _clock();
        int asked = 0;
        foreach (var rest in _groups.Values)
        {
            if (rest.Began.SleepAfter == TimeSpan.Zero || now < rest.SleepsAt)
                continue;
            rest.SleepsAt = now + rest.Began.SleepAfter;
            rest.Began.Peer.Tell(new SleepDue(rest.Began.Number), ActorRefs.NoSender);
            if (++asked == MostAsleepAtOnce)
                return;
        }
        if (_groups.Count > 0)
            return;
        _sleepInterval = TimeSpan.Zero;
        Timers.Cancel(SleepTick.Instance);
    }

    private void End(NodeLink link, IReadOnlyList<RestingGroup> groups, RestEnd why)
    {
        foreach (var group in groups)
        {
            if (_groups.TryGetValue(group.Group, out var known) && known.On.Remove(link) && known.On.Count == 0)
                _groups.Remove(group.Group);
            group.Peer.Tell(new RestEnded(group.Rest, link.Other, why));
        }
    }

    private void AskFromTimeToTime()
    {
        var interval = _placement.IsUsed ? _placement.Interval : TimeSpan.Zero;
        if (interval == _askingInterval)
            return;
        _askingInterval = interval;
        if (interval > TimeSpan.Zero)
            Timers.StartPeriodicTimer(AskDue.Instance, AskDue.Instance, interval);
        else
            Timers.Cancel(AskDue.Instance);
    }

    private void AskForLeaderships()
    {
        if (_placement.Ask(_clock()) is not var (own, other))
            return;
        var heartbeat = _links.TryGetValue(NodeContacts.Ends(own, other), out var link)
            ? link.Heartbeat(_process)
            : new NodeHeartbeat(own, other, _process, 0, 0);
        Send(other, heartbeat with { Load = _placement.Load });
    }

    private void GiveTo(string asker, NodeLoad load)
    {
        foreach (var group in _placement.Give(asker, load, _clock()))
            group.Report.Peer.Tell(new MoveLeadership(asker));
    }

    private void Send(string address, NodeHeartbeat heartbeat) =>
        _resolver.Resolve(address, Name).Tell(heartbeat, ActorRefs.NoSender);

    private sealed record GraceOver((string Own, string Other) Ends, TimeSpan Since) : INoSerializationVerificationNeeded;

    private sealed record AskDue : INoSerializationVerificationNeeded
    {
        public static readonly AskDue Instance = new();
    }

    private sealed record SleepTick : INoSerializationVerificationNeeded
    {
        public static readonly SleepTick Instance = new();
    }

    /// <summary>A group that rests, the links that it is on, and when its peer may sleep.</summary>
    private sealed record RestOfPeer(RestBegan Began, List<NodeLink> On, TimeSpan SleepsAt)
    {
        public TimeSpan SleepsAt { get; set; } = SleepsAt;
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
