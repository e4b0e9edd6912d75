using Akka.Actor;
using RaftActors.Client;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>
/// A process for clients on nodes of their own, beside the processes of a cluster's peers. The process has an actor
/// system of its own, in the same virtual time. Messages between clients and peers cross the network as bytes, with the
/// cluster's <see cref="RaftCluster.Faults"/>.
/// </summary>
/// <remarks>
/// A peer that is cut off is cut off from the other peers only. <see cref="Unreachable"/> says which peers the clients
/// cannot reach.
/// </remarks>
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
    /// Settings for a <see cref="RaftClient"/> in this process. The client knows all peers and draws random numbers
    /// from the cluster's seed. Code that awaits the client continues in virtual time.
    /// </summary>
    /// <remarks>
    /// Code under test that awaits a client must not ask to be continued elsewhere: use <c>ConfigureAwait(false)</c>
    /// only.
    /// </remarks>
    public RaftClientSettings ClientSettings => new()
    {
        Group = _cluster.Group,
        Addresses = _cluster.Peers.Select(peer => peer.Address).ToList(),
        Resolver = Resolver,
        RandomSeed = _random.Next(),
        ContinueInline = true,
    };

    /// <summary>Resolves the addresses of the peers: for <see cref="Client.RaftClientSettings.Resolver"/>.</summary>
    public IPeerResolver Resolver { get; }

    /// <summary>The peers that this process cannot reach. These peers cannot reach the process either.</summary>
    public ISet<RaftPeer> Unreachable { get; } = new HashSet<RaftPeer>();

    /// <summary>Whether a message is lost. Called for each message, in both directions.</summary>
    public Func<object, bool> Loses { get; set; } = static _ => false;

    /// <summary>How much longer a message takes than the cluster's faults say. Called for each message.</summary>
    public Func<object, TimeSpan> Delays { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>The time since the process began, by the monotonic clock of the process.</summary>
    public TimeSpan Clock => Process.Clock;

    /// <summary>
    /// Sets the wall clock of the process. Durations are measured by another clock, which is not changed.
    /// </summary>
    /// <param name="by">How far the wall clock is set forward. A negative time sets the clock back.</param>
    public void StepWallClock(TimeSpan by) => Process.StepWallClock(by);

    /// <summary>Stops the process as SIGSTOP does: messages wait, and the clocks of the process go on.</summary>
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
