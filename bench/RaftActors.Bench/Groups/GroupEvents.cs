using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Bench;

/// <summary>What the peers of a node have announced on the event stream.</summary>
internal sealed class GroupEvents
{
    private long _elections;

    private GroupEvents()
    {
    }

    /// <summary>The groups that this node leads, and since when, in ticks of the stopwatch.</summary>
    public ConcurrentDictionary<string, long> Led { get; } = new();

    /// <summary>The groups of which this node knows the leader.</summary>
    public ConcurrentDictionary<string, string> Leaders { get; } = new();

    /// <summary>The groups whose peer here has installed a snapshot of the leader.</summary>
    public ConcurrentDictionary<string, long> Installed { get; } = new();

    /// <summary>How many elections the peers of this node have begun.</summary>
    public long Elections => Interlocked.Read(ref _elections);

    /// <summary>Collects what is announced from now on.</summary>
    public static GroupEvents Of(ActorSystem system)
    {
        var events = new GroupEvents();
        system.ActorOf(Props.Create(() => new Listener(events)), "group-events");
        return events;
    }

    private void Add(object announced)
    {
        switch (announced)
        {
            case RoleChanged { Role: RaftRole.Leader } role:
                Led[role.Group] = Stopwatch.GetTimestamp();
                break;
            case RoleChanged role:
                Led.TryRemove(role.Group, out _);
                break;
            case LeaderChanged { Leader: { } leader } change:
                Leaders[change.Group] = leader.Id;
                break;
            case LeaderChanged lost:
                Leaders.TryRemove(lost.Group, out _);
                break;
            case SnapshotStored { IsInstalled: true } stored:
                Installed[stored.Group] = stored.Bytes;
                break;
            case ElectionStarted:
                Interlocked.Increment(ref _elections);
                break;
        }
    }

    private sealed class Listener(GroupEvents events) : UntypedActor
    {
        protected override void PreStart()
        {
            foreach (var type in (Type[])[typeof(RoleChanged), typeof(LeaderChanged), typeof(SnapshotStored),
                typeof(ElectionStarted)])
                Context.System.EventStream.Subscribe(Self, type);
        }

        protected override void OnReceive(object message) => events.Add(message);
    }
}
