namespace RaftActors.Linearizability;

/// <summary>The limits of a check.</summary>
public sealed record CheckerOptions
{
    /// <summary>The default limits.</summary>
    public static CheckerOptions Default { get; } = new();

    /// <summary>
    /// How many different situations the search looks at in one part of a history before it gives up. A situation is
    /// the set of operations that have taken effect, and the state. Each situation takes some hundred bytes of memory.
    /// </summary>
    public int MaxSituations { get; init; } = 4_000_000;

    /// <summary>
    /// How much work is spent on making a counterexample smaller, counted in operations: each try costs as many as it
    /// looks at. 0 leaves the counterexample as it was found.
    /// </summary>
    public long MinimizingEffort { get; init; } = 2_000_000;
}
