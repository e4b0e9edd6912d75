using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.TestKit.Journals;

namespace RaftActors.TestKit.Time;

/// <summary>
/// An actor system in which processes of a <see cref="VirtualWorld"/> live one after the other. Akka.NET takes longer
/// to start an actor system, mainly to read its defaults, than most processes live.
/// </summary>
/// <remarks>
/// <para>
/// The host's own actors stay: the guardians, the actor of <see cref="Raft"/>, and those of Akka.Persistence. They hold
/// no state of a process. Everything else belongs to the process in the host, its guest. When the guest has died, the
/// host stops the guest's actors in a world of its own, in which no message leaves and no disk works.
/// </para>
/// <para>A host that has had guests is like a new one: a run is the same in both.</para>
/// </remarks>
internal sealed class VirtualHost
{
    // A guest's actors stop in one round. Actors that were about to be made stop in the next.
    private const int MostRounds = 3;

    private readonly VirtualWorld _world = new(new Random(0));
    private readonly VirtualProcess _keeper;
    private readonly VirtualScheduler _scheduler;
    private readonly IReadOnlyList<AttachedActor> _own;

    /// <summary>Starts an actor system with a configuration.</summary>
    public VirtualHost(string name, Config config)
    {
        Name = name;
        var disk = new PeerDisk(name, _world, new Random(0));
        disk.Die();
        _keeper = new VirtualProcess(_world, disk);
        _keeper.Start(name, config);
        _scheduler = (VirtualScheduler)System.Scheduler;
        StartOwnActors();
        _own = _keeper.Actors;
    }

    /// <summary>The name of the actor system.</summary>
    public string Name { get; }

    /// <summary>The actor system.</summary>
    public ActorSystem System => _keeper.System;

    /// <summary>Called when a process begins. From now on the actor system is the guest's.</summary>
    public void Enter(VirtualProcess guest)
    {
        guest.Take(_own);
        _scheduler.Process = guest;
    }

    /// <summary>Called when the guest and its disk have died.</summary>
    /// <returns>Whether the host is as it was before the guest. Otherwise it cannot be used again.</returns>
    public bool Leave(VirtualProcess guest)
    {
        _keeper.Take(guest.Actors);
        _scheduler.Process = _keeper;
        StopGuests();
        // Actors that were to have a turn when the guest died have it now.
        foreach (var actor in _keeper.Actors)
            _keeper.Ready(actor.Work);
        _world.Settle();
        for (int round = 0; round < MostRounds && StopGuests(); round++)
            _world.Settle();
        _world.Forget(_keeper);
        return _keeper.Actors.SequenceEqual(_own);
    }

    // Everything that a peer would make at its start and that outlives the peer. Each guest finds it there.
    private void StartOwnActors()
    {
        _ = Raft.Get(System);
        var persistence = Akka.Persistence.Persistence.Instance.Apply(System);
        persistence.JournalFor(null);
        persistence.SnapshotStoreFor(null);
        // The first persistent actor makes Akka.Persistence start the actor that permits recoveries.
        var first = System.ActorOf(Props.Create<FirstPersistentActor>(), "first");
        _world.Settle();
        System.Stop(first);
        _world.Settle();
        _world.Forget(_keeper);
    }

    // Only the guest's actors at the top. They stop the others.
    private bool StopGuests()
    {
        var own = _own.Select(static actor => actor.Cell.Self).ToHashSet();
        var top = _keeper.Actors.Where(actor => !own.Contains(actor.Cell.Self) && own.Contains(actor.Cell.Parent))
            .ToList();
        foreach (var actor in top)
            ((IInternalActorRef)actor.Cell.Self).Stop();
        return top.Count > 0;
    }

    private sealed class FirstPersistentActor : UntypedPersistentActor
    {
        public override string PersistenceId => "first";

        public override Recovery Recovery => Recovery.None;

        protected override void OnCommand(object message) => Unhandled(message);

        protected override void OnRecover(object message)
        {
        }
    }
}
