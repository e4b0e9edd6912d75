using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Faults;

namespace RaftActors.Simulation;

/// <summary>What became of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">What was violated, or <c>null</c>.</param>
/// <param name="Faults">What went wrong.</param>
/// <param name="Hash">The hash of every message and every write.</param>
/// <param name="Turns">How many turns actors had.</param>
/// <param name="Messages">How many messages peers sent each other.</param>
/// <param name="Writes">How many events were written.</param>
/// <param name="Operations">How many operations of clients were answered.</param>
/// <param name="Time">How much virtual time passed.</param>
internal sealed record SimulationResult(
    int Seed, SimulationViolation? Violation, IReadOnlyList<Fault> Faults, ulong Hash, long Turns, long Messages,
    long Writes, int Operations, TimeSpan Time)
{
    /// <summary>Whether nothing was violated.</summary>
    public bool IsClean => Violation is null;
}
