using Akka.Configuration;
using RaftActors.StateMachines;

namespace RaftActors.TestKit;

/// <summary>How a <see cref="RaftCluster"/> is built.</summary>
public sealed record RaftClusterSettings
{
    /// <summary>The number of peers.</summary>
    public int Peers { get; init; } = 3;

    /// <summary>
    /// The seed of everything that is random: the links, the disks, the peers' timeouts. With a journal in memory, the
    /// same seed and the same calls give the same run.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The priorities of the peers that found the group, in their order; 0 for those beyond the list.
    /// </summary>
    public IReadOnlyList<int> Priorities { get; init; } = [];

    /// <summary>
    /// By how much the clocks of the peers are fast, in their order: 0.01 is one in a hundred; 0 for those beyond the
    /// list.
    /// </summary>
    public IReadOnlyList<double> ClockDrifts { get; init; } = [];

    /// <summary>The group's name.</summary>
    public string Group { get; init; } = "test";

    /// <summary>Where the peers keep their journals.</summary>
    public ClusterJournal Journal { get; init; } = ClusterJournal.InMemory;

    /// <summary>What the links do to messages; can be changed while the cluster runs.</summary>
    public LinkFaults Faults { get; init; } = LinkFaults.None;

    /// <summary>The shortest virtual time that a request to the journal takes.</summary>
    public TimeSpan MinDiskLatency { get; init; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The longest virtual time that a request to the journal takes.</summary>
    public TimeSpan MaxDiskLatency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Makes a state machine; <c>null</c> for one that answers commands with <c>null</c> and queries with the number of
    /// commands, as UTF-8 text.
    /// </summary>
    public Func<IStateMachine>? StateMachine { get; init; }

    /// <summary>Changes the settings of each peer before it starts: its time-outs and limits.</summary>
    public Func<RaftSettings, RaftSettings> Raft { get; init; } = static settings => settings;

    /// <summary>
    /// Configuration of the peers' actor systems that goes before all other, such as serializers of commands.
    /// </summary>
    public Config Config { get; init; } = ConfigurationFactory.Empty;

    /// <summary>
    /// Told the seed at the start and what the cluster did when a check fails; for example <c>output.WriteLine</c> of a
    /// test.
    /// </summary>
    public Action<string>? Output { get; init; }
}
