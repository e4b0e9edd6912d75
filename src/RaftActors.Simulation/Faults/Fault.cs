using System.Globalization;

namespace RaftActors.Simulation.Faults;

/// <summary>A fault.</summary>
/// <param name="Kind">The kind of the fault.</param>
/// <param name="At">When the fault begins.</param>
/// <param name="Duration">How long the fault lasts.</param>
/// <param name="Node">The number of the node; negative for the present leader.</param>
/// <param name="Other">The number of a second node, if the fault concerns two.</param>
/// <param name="Detail">A number whose meaning depends on the kind.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Duration, int Node, int Other, int Detail)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{At.TotalMilliseconds,9:0.000} ms  {Kind} of {(Node < 0 ? "the leader" : $"peer{Node + 1}")}, "
        + $"other peer{Other + 1}, for {Duration.TotalMilliseconds:0} ms, detail {Detail}");
}
