using Akka.Actor;
using RaftActors.Client;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>
/// A process beside those of a cluster's peers, with an actor system of its own in the same virtual time: for clients
/// on nodes of their own. What it and the peers tell each other crosses the network as bytes, with the cluster's
/// <see cref="RaftCluster.Faults"/>.
/// </summary>
/// <remarks>Cutting off a peer cuts it off from the other peers; what reaches a client is said here.</remarks>
public sealed class ClientProcess
{
    private readonly RaftCluster _cluster;
    private readonly Random _random;

    internal ClientProcess(RaftCluster cluster, VirtualProcess process, ClusterNetwork network, Random random)
    {
        _cluster = cluster;
        _random = random;
        Process = process;
        Resolver = new ClientLinks<RaftPeer>(process, network, Carry);
    }

    /// <summary>The actor system of the process.</summary>
    public ActorSystem System => Process.System;

    /// <summary>
    /// Settings for <see cref="RaftClient"/> in this process: it knows all peers, draws from the cluster's seed, and
    /// whoever awaits it goes on in virtual time.
    /// </summary>
    /// <remarks>
    /// Code that awaits a client under test must not ask to be continued elsewhere: <c>ConfigureAwait(false)</c>
    /// throughout.
    /// </remarks>
    public RaftClientSettings ClientSettings => new()
    {
        Group = _cluster.Group,
        Addresses = _cluster.Peers.Select(peer => peer.Address).ToList(),
        Resolver = Resolver,
        RandomSeed = _random.Next(),
        ContinueInline = true,
    };

    /// <summary>Leads to the peers, by their addresses: for <see cref="Client.RaftClientSettings.Resolver"/>.</summary>
    public IPeerResolver Resolver { get; }

    /// <summary>The peers that the process cannot reach, and that cannot reach it.</summary>
    public ISet<RaftPeer> Unreachable { get; } = new HashSet<RaftPeer>();

    /// <summary>Whether a message, in either direction, is lost; asked for each.</summary>
    public Func<object, bool> Loses { get; set; } = static _ => false;

    /// <summary>How long a message takes beside what the cluster's faults say; asked for each.</summary>
    public Func<object, TimeSpan> Delays { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>Time since the process began, by its own monotonic clock.</summary>
    public TimeSpan Clock => Process.Clock;

    /// <summary>Sets the wall clock of the process; durations are measured by another clock, which goes on.</summary>
    /// <param name="by">By how much: forward, or back if it is less than zero.</param>
    public void StepWallClock(TimeSpan by) => Process.StepWallClock(by);

    /// <summary>Has the process stand still, as SIGSTOP does: what arrives waits, and its clocks go on.</summary>
    public void Pause() => Process.Pause();

    /// <summary>Undoes <see cref="Pause"/>.</summary>
    public void Resume() => Process.Resume();

    internal VirtualProcess Process { get; }

    private void Carry(RaftPeer peer, object message, Action arrive)
    {
        var faults = _cluster.Faults;
        if (Unreachable.Contains(peer) || Loses(message) || _random.NextDouble() < faults.Loss)
            return;
        Process.World.Schedule(faults.DrawShortDelay(_random) + Delays(message), () =>
        {
            if (!Unreachable.Contains(peer))
                arrive();
        });
    }
}
