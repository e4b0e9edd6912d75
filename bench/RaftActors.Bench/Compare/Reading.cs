namespace RaftActors.Bench;

/// <summary>Which values of a figure are better.</summary>
internal enum Better
{
    /// <summary>Higher values are better.</summary>
    Higher,

    /// <summary>Lower values are better.</summary>
    Lower,
}

/// <summary>A figure from one run of one build.</summary>
/// <param name="Figure">What was measured: readings of the same figure are compared.</param>
/// <param name="Unit">The unit of the value.</param>
/// <param name="Better">Which values are better.</param>
/// <param name="Value">The value.</param>
internal sealed record Reading(string Figure, string Unit, Better Better, double Value);
