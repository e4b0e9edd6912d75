using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Faults;

namespace RaftActors.Simulation;

/// <summary>The result of a run.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Violation">The violation; <c>null</c> if there is none.</param>
/// <param name="Faults">The faults of the run.</param>
/// <param name="Hash">The hash of all messages and all writes.</param>
/// <param name="Turns">The number of turns that actors had.</param>
/// <param name="Messages">The number of messages that peers sent to each other.</param>
/// <param name="Writes">The number of events written.</param>
/// <param name="Operations">The number of operations of clients that were answered.</param>
/// <param name="Time">The virtual time that passed.</param>
internal sealed record SimulationResult(
    int Seed, SimulationViolation? Violation, IReadOnlyList<Fault> Faults, ulong Hash, long Turns, long Messages,
    long Writes, int Operations, TimeSpan Time)
{
    /// <summary>Whether no property was violated.</summary>
    public bool IsClean => Violation is null;
}
