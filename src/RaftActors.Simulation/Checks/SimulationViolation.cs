namespace RaftActors.Simulation.Checks;

/// <summary>A property that must hold does not.</summary>
/// <param name="property">
/// The property, in two or three words. Two runs that violate the same property fail in the same way.
/// </param>
/// <param name="details">What was seen.</param>
internal sealed class SimulationViolation(string property, string details) : Exception($"{property}: {details}")
{
    public string Property => property;
}
