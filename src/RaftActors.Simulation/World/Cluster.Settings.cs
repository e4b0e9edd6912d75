using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Sessions;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.World;

/// <content>The settings of peers and clients.</content>
internal sealed partial class Cluster
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(2);

    private readonly double _leaseClockDrift;

    /// <summary>The limits of sessions.</summary>
    public static SessionLimits SessionLimits =>
        new RaftSettings { Group = Group, MemberId = "", Members = [], SessionTimeout = SessionTimeout }.SessionLimits;

    /// <summary>After how many entries a peer takes a snapshot.</summary>
    public int SnapshotEntries { get; init; } = 1_000_000;

    /// <summary>How many entries that a snapshot includes stay in the log.</summary>
    public int TrailingEntries { get; init; }

    /// <summary>The size of a chunk of a snapshot in bytes.</summary>
    public int SnapshotChunkSize { get; init; } = 100;

    /// <summary>How often the leader has all replicas compared; zero for never.</summary>
    public TimeSpan DigestInterval { get; init; }

    /// <summary>How often nodes ask others for the leaderships of several groups; zero for never.</summary>
    public TimeSpan PlacementInterval { get; init; }

    /// <summary>After what time of rest the peers of idle groups sleep; zero for never.</summary>
    public TimeSpan SleepAfter { get; init; }

    /// <summary>
    /// How many of ten starts of a node have lease reads: 0, 10, or a number between, for nodes with different settings
    /// that lead one after the other.
    /// </summary>
    public int Leases { get; init; }

    private RaftSettings SettingsOf(SimulatedProcess process, int seed) => new()
    {
        Group = Group,
        MemberId = process.Node.Id,
        Members = MembersIn(process.Node),
        Join = process.Node.Joins,
        CatchUpTimeout = TimeSpan.FromSeconds(1),
        Clock = new VirtualClock(process),
        RandomSeed = seed,
        LeaseReads = _random.Next(10) < Leases,
        LeaseClockDrift = _leaseClockDrift,
        Resolver = Network.ResolverOf(process.Node, process),
        // A run is short. A wait of seconds, as in a real cluster, would not end in it.
        RestartBackoffMax = TimeSpan.FromSeconds(1),
        // The product's claim holds only if silent and set-back stores together are no majority. So a peer whose store
        // was set back waits for all voters.
        VerificationWait = process.Node.SetBacks > 0 ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(1.2),
        ForwardTimeout = TimeSpan.FromSeconds(1),
        SessionTimeout = SessionTimeout,
        // Small enough for the limits to be reached.
        MaxBatchEntries = 8,
        MaxInflightAppends = 3,
        ApplyBatchEntries = 4,
        ApplyCredits = 16,
        SnapshotEntries = SnapshotEntries,
        SnapshotMinGrowth = 0,
        SnapshotTrailingEntries = TrailingEntries,
        SnapshotChunkSize = SnapshotChunkSize,
        DigestInterval = DigestInterval,
        PlacementInterval = PlacementInterval,
    };

    // The node's own address is the present one. It does not know the new addresses of other nodes.
    private List<Member> MembersIn(SimulatedNode node)
    {
        var members =
            _members.ConvertAll(member => member.Id == node.Id ? member with { Address = node.Address } : member);
        if (!members.Exists(member => member.Id == node.Id))
            members.Add(node.Member);
        return members;
    }

    private RaftClientSettings ClientSettingsOf(SimulatedProcess process)
    {
        var random = new Random(_random.Next());
        return new RaftClientSettings
        {
            Group = Group,
            Addresses = [.. _members.Select(member => member.Address)],
            Resolver =
                new ClientLinks<SimulatedNode>(process, Network, (node, _, arrive) => Carry(random, node, arrive)),
            RandomSeed = _random.Next(),
            Deadline = TimeSpan.FromSeconds(3),
            AttemptTimeout = TimeSpan.FromMilliseconds(100),
            RetryBackoffMax = TimeSpan.FromMilliseconds(200),
        };
    }
}
