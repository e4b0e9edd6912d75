using RaftActors.Simulation.Faults;

namespace RaftActors.Simulation;

/// <summary>Searches for fewer faults that violate the same property.</summary>
internal static class Shrinker
{
    private const int MostRuns = 200;

    /// <summary>Leaves out faults, at first many at a time, as long as the same property is violated.</summary>
    public static SimulationResult Shrink(SimulationResult failed, SimulationOptions options)
    {
        var best = failed;
        int runs = 0;
        for (int part = Math.Max(1, best.Faults.Count / 2); part >= 1; part /= 2)
        {
            for (int from = 0; from < best.Faults.Count && runs < MostRuns; runs++)
            {
                List<Fault> fewer = [.. best.Faults.Take(from), .. best.Faults.Skip(from + part)];
                var result = Simulation.Run(failed.Seed, options with { Faults = fewer, Trace = null });
                if (result.Violation?.Property == failed.Violation!.Property)
                    best = result;
                else
                    from += part;
            }
        }
        return best;
    }
}
