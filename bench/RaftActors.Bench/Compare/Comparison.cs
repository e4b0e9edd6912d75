namespace RaftActors.Bench;

/// <summary>A figure of two builds that ran in turn.</summary>
/// <param name="Figure">What was measured.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="Better">Which values are better.</param>
/// <param name="Own">The values of this build, one for each run.</param>
/// <param name="Other">The values of the other build, from the runs beside them.</param>
internal sealed record Comparison(
    string Figure, string Unit, Better Better, IReadOnlyList<double> Own, IReadOnlyList<double> Other)
{
    /// <summary>The median of this build.</summary>
    public double OwnMedian => Median(Own);

    /// <summary>The median of the other build.</summary>
    public double OtherMedian => Median(Other);

    /// <summary>This build's value divided by the other's, for each pair of runs beside each other.</summary>
    public IReadOnlyList<double> Ratios => [.. Own.Zip(Other, (own, other) => own / other)];

    /// <summary>
    /// The median of the ratios. A machine that is slow for some time slows down both runs of a pair, so the ratio
    /// stays.
    /// </summary>
    public double Ratio => Median(Ratios);

    /// <summary>The smallest ratio of a pair.</summary>
    public double Least => Ratios.Min();

    /// <summary>The largest ratio of a pair.</summary>
    public double Most => Ratios.Max();

    /// <summary>Pairs the readings of runs in turn. The figures keep the order in which they first occur.</summary>
    /// <param name="own">The readings of this build, a list for each run.</param>
    /// <param name="other">The readings of the other build, for the same runs.</param>
    /// <exception cref="BenchException">One build gave a figure that the other did not.</exception>
    public static IReadOnlyList<Comparison> Of(
        IReadOnlyList<IReadOnlyList<Reading>> own, IReadOnlyList<IReadOnlyList<Reading>> other)
    {
        if (own.Count == 0)
            return [];
        return [.. own[0].Select(first => new Comparison(
            first.Figure, first.Unit, first.Better, Values(own, first.Figure), Values(other, first.Figure)))];
    }

    /// <summary>The value in the middle, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static List<double> Values(IReadOnlyList<IReadOnlyList<Reading>> runs, string figure) =>
        [.. runs.Select(run => run.FirstOrDefault(reading => reading.Figure == figure)?.Value
            ?? throw new BenchException($"A run did not give the figure '{figure}' that another one gave."))];
}
