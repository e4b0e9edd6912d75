namespace RaftActors.Bench;

/// <summary>Which way a figure is better.</summary>
internal enum Better
{
    /// <summary>The more, the better.</summary>
    Higher,

    /// <summary>The less, the better.</summary>
    Lower,
}

/// <summary>A figure that one run of one build gave.</summary>
/// <param name="Figure">What was measured: readings of the same figure are compared.</param>
/// <param name="Unit">What the value counts.</param>
/// <param name="Better">Which way it is better.</param>
/// <param name="Value">The value.</param>
internal sealed record Reading(string Figure, string Unit, Better Better, double Value);
