using RaftActors.Simulation.Faults;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation;

/// <summary>The options of a run.</summary>
internal sealed record SimulationOptions
{
    /// <summary>The number of peers in the cluster.</summary>
    public int Peers { get; init; } = 3;

    /// <summary>The longest time during which faults happen.</summary>
    public TimeSpan MaxFaultTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Within what time a cluster without faults must serve all clients again: somewhat more than eight of the longest
    /// election timeouts.
    /// </summary>
    public TimeSpan HealTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The kinds of faults that may occur.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = Enum.GetValues<FaultKind>();

    /// <summary>The faults to use instead of those that the seed would draw.</summary>
    public IReadOnlyList<Fault>? Faults { get; init; }

    /// <summary>Where processes find their actor systems.</summary>
    public VirtualHosts Hosts { get; init; } = VirtualHosts.Shared;

    /// <summary>Told every line of the trace.</summary>
    public Action<string>? Trace { get; init; }
}
