namespace RaftActors.Simulation.Checks;

/// <summary>Something that must hold does not.</summary>
/// <param name="property">Which property, in two or three words; two runs that violate the same one fail alike.</param>
/// <param name="details">What was seen.</param>
internal sealed class SimulationViolation(string property, string details) : Exception($"{property}: {details}")
{
    public string Property => property;
}
