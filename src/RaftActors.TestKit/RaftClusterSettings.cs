using Akka.Configuration;
using RaftActors.StateMachines;

namespace RaftActors.TestKit;

/// <summary>The settings of a <see cref="RaftCluster"/>.</summary>
public sealed record RaftClusterSettings
{
    /// <summary>The number of peers.</summary>
    public int Peers { get; init; } = 3;

    /// <summary>
    /// The seed of all random choices: of the links, the disks and the peers' timeouts. With a journal in memory, the
    /// same seed and the same calls give the same run.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The priorities of the peers that found the group, in their order; 0 for a peer beyond the list.
    /// </summary>
    public IReadOnlyList<int> Priorities { get; init; } = [];

    /// <summary>
    /// By how much the clocks of the peers are fast, in their order: 0.01 is one in a hundred; 0 for a peer beyond the
    /// list.
    /// </summary>
    public IReadOnlyList<double> ClockDrifts { get; init; } = [];

    /// <summary>The group's name.</summary>
    public string Group { get; init; } = "test";

    /// <summary>Where the peers keep their journals.</summary>
    public ClusterJournal Journal { get; init; } = ClusterJournal.InMemory;

    /// <summary>The faults of the links. <see cref="RaftCluster.Faults"/> can change them later.</summary>
    public LinkFaults Faults { get; init; } = LinkFaults.None;

    /// <summary>The shortest virtual time that a request to the journal takes.</summary>
    public TimeSpan MinDiskLatency { get; init; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The longest virtual time that a request to the journal takes.</summary>
    public TimeSpan MaxDiskLatency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Makes a state machine. If <c>null</c>, the state machine answers commands with <c>null</c>, and queries with the
    /// number of commands as UTF-8 text.
    /// </summary>
    public Func<IStateMachine>? StateMachine { get; init; }

    /// <summary>Changes the settings of each peer before the peer starts: timeouts and limits.</summary>
    public Func<RaftSettings, RaftSettings> Raft { get; init; } = static settings => settings;

    /// <summary>
    /// Configuration of the peers' actor systems with priority over all other, such as serializers of commands.
    /// </summary>
    public Config Config { get; init; } = ConfigurationFactory.Empty;

    /// <summary>
    /// Called with the seed at the start, and with the trace of the cluster when a check fails. For example,
    /// <c>output.WriteLine</c> of a test.
    /// </summary>
    public Action<string>? Output { get; init; }
}
