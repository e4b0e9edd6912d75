using Akka.Actor;
using Akka.Event;
using RaftActors.Singletons;
using RaftActors.TestKit;

namespace RaftActors.Tests.Singletons;

/// <summary>A group in virtual time, with a singleton, and a proxy of the singleton on every node.</summary>
internal sealed class SingletonCluster : IDisposable
{
    private const string Name = "singleton";

    private readonly Func<RaftSingletonSettings, RaftSingletonSettings> _change;
    private readonly Dictionary<RaftPeer, IActorRef> _proxies = [];
    private readonly HashSet<RaftPeer> _paused = [];

    public SingletonCluster(
        RaftClusterSettings settings, Func<RaftSingletonSettings, RaftSingletonSettings>? change = null)
    {
        _change = change ?? (static settings => settings);
        Group = RaftCluster.Start(settings);
        foreach (var peer in Group.Peers)
            StartOn(peer);
    }

    public RaftCluster Group { get; }

    /// <summary>All lives of the singleton, in the order in which they began.</summary>
    public List<Life> Lives { get; } = [];

    /// <summary>What the singleton was told, in its order, with the peer on whose node it was.</summary>
    public List<(string Node, string Message)> Told { get; } = [];

    /// <summary>The dead letters of all nodes.</summary>
    public List<AllDeadLetters> DeadLetters { get; } = [];

    /// <summary>Two lives at once, if that was ever seen.</summary>
    public string? Violation { get; private set; }

    /// <summary>The only life that has not ended; <c>null</c> if there is none.</summary>
    public Life? Present => Lives.SingleOrDefault(IsAlive);

    public IActorRef ProxyOn(RaftPeer peer) => _proxies[peer];

    /// <summary>Starts the singleton's actor of a node whose process has just begun.</summary>
    public void StartOn(RaftPeer peer)
    {
        var settings = _change(new RaftSingletonSettings
        {
            Group = Group.Group,
            Peer = peer.Ref,
            Select = (address, path) => Select(peer, address, path),
        });
        var system = peer.System;
        Listen(system);
        _proxies[peer] = system.ActorOf(
            RaftSingleton.Props(settings, tenure => Props.Create(() => new Singleton(this, peer, tenure))), Name);
    }

    /// <summary>Starts a proxy in a process without a peer.</summary>
    public IActorRef StartProxy(ClientProcess process)
    {
        Listen(process.System);
        var settings = new RaftSingletonSettings
        {
            Group = Group.Group,
            Addresses = [.. Group.Peers.Select(static peer => peer.Address)],
            Select = (address, path) => Select(null, address, path),
        };
        return process.System.ActorOf(RaftSingleton.ProxyProps(settings), Name);
    }

    public void Pause(RaftPeer peer)
    {
        Group.Pause(peer);
        _paused.Add(peer);
    }

    public void Resume(RaftPeer peer)
    {
        if (_paused.Remove(peer))
            Group.Resume(peer);
    }

    public void Crash(RaftPeer peer)
    {
        Group.Crash(peer);
        _paused.Remove(peer);
    }

    public void Restart(RaftPeer peer)
    {
        Group.Restart(peer);
        StartOn(peer);
    }

    /// <summary>Lets time pass until the singleton runs, and returns its life.</summary>
    public Life AwaitSingleton(Func<Life, bool>? which = null)
    {
        Await(() => Present is { } life && (which is null || which(life)), "the singleton runs");
        return Present!;
    }

    public void Await(Func<bool> condition, string what)
    {
        Group.Await(() => IsViolated() || condition(), what);
        Assert.Null(Violation);
    }

    public void Run(TimeSpan time)
    {
        Group.RunUntil(IsViolated, time);
        Assert.Null(Violation);
    }

    public void Dispose() => Group.Dispose();

    private void Listen(ActorSystem system)
    {
        var listener = system.ActorOf(Props.Create(() => new DeadLetterListener(this)), "dead-letters");
        system.EventStream.Subscribe(listener, typeof(AllDeadLetters));
    }

    // What goes between nodes besides the messages of the group is told at once, where the nodes are connected.
    private ICanTell Select(RaftPeer? from, string address, string path)
    {
        var to = Group.Peers.Single(peer => peer.Address == address);
        bool isCut = from != to && (from?.IsCutOff == true || to.IsCutOff);
        return to.IsRunning && !isCut ? to.System.ActorSelection(path) : ActorRefs.Nobody;
    }

    // One that stands still runs no code. It is alive as long as it would believe so if it woke up now.
    private bool IsAlive(Life life) =>
        life.EndedAt is null && (!_paused.Contains(life.Peer) || life.Tenure.IsCurrent);

    private bool IsViolated()
    {
        var alive = Lives.Where(IsAlive).ToList();
        int tenures = Lives.Select(static life => life.Tenure).Distinct().Count(static tenure => tenure.IsCurrent);
        if (alive.Count > 1 || tenures > 1)
            Violation ??= $"Seed {Group.Seed}, {Group.Now}: {tenures} tenures, and {string.Join(" and ", alive)}.";
        return Violation is not null;
    }

    private Life Begin(RaftPeer peer, SingletonTenure tenure)
    {
        var life = new Life(peer, tenure, Group.Now);
        Lives.Add(life);
        IsViolated();
        return life;
    }

    /// <summary>The singleton from a start to its end.</summary>
    internal sealed class Life(RaftPeer peer, SingletonTenure tenure, TimeSpan beganAt)
    {
        public RaftPeer Peer { get; } = peer;

        public SingletonTenure Tenure { get; } = tenure;

        public TimeSpan BeganAt { get; } = beganAt;

        public TimeSpan? EndedAt { get; set; }

        public override string ToString() =>
            $"{Peer.Id} from {BeganAt} to {EndedAt} in term {Tenure.Term} with token {Tenure.Token}";
    }

    private sealed class Singleton(SingletonCluster cluster, RaftPeer peer, SingletonTenure tenure) : UntypedActor
    {
        private Life? _life;

        protected override void PreStart() => _life = cluster.Begin(peer, tenure);

        protected override void PostStop() => _life!.EndedAt = cluster.Group.Now;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "fail":
                    throw new InvalidOperationException("It was told to.");
                case "end":
                    Context.Stop(Self);
                    break;
                default:
                    cluster.Told.Add((peer.Id, (string)message));
                    if (message is "work")
                        Sender.Tell("done");
                    break;
            }
        }
    }

    private sealed class DeadLetterListener(SingletonCluster cluster) : UntypedActor
    {
        protected override void OnReceive(object message) => cluster.DeadLetters.Add((AllDeadLetters)message);
    }
}
