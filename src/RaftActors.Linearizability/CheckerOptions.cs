namespace RaftActors.Linearizability;

/// <summary>The limits of a check.</summary>
public sealed record CheckerOptions
{
    /// <summary>The default limits.</summary>
    public static CheckerOptions Default { get; } = new();

    /// <summary>
    /// How many different situations (which operations have taken effect, and the state) are looked at in one part of a
    /// history before its search is given up. Each takes memory: some hundred bytes.
    /// </summary>
    public int MaxSituations { get; init; } = 4_000_000;

    /// <summary>
    /// How many operations in all are looked at again to make a counterexample smaller; 0 to leave it as it is found.
    /// </summary>
    public long MinimizingEffort { get; init; } = 2_000_000;
}
