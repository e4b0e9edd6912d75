namespace RaftActors.Simulation.Faults;

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When.</param>
/// <param name="Duration">For how long.</param>
/// <param name="Node">Whom it befalls, by number; below zero for whoever leads then.</param>
/// <param name="Other">A second node, if two are concerned.</param>
/// <param name="Detail">A number whose meaning depends on the kind.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Duration, int Node, int Other, int Detail)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{At.TotalMilliseconds,9:0.000} ms  {Kind} of {(Node < 0 ? "the leader" : $"peer{Node + 1}")}, other peer{Other + 1}, for {Duration.TotalMilliseconds:0} ms, detail {Detail}");
}
