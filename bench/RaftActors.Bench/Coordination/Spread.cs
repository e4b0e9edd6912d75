using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The spread of several figures.</summary>
/// <param name="Least">The least of them.</param>
/// <param name="Median">The one in the middle.</param>
/// <param name="Most">The largest of them.</param>
internal sealed record Spread(double Least, double Median, double Most)
{
    /// <summary>The spread of figures, of which there is at least one.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return new Spread(sorted[0], sorted[sorted.Count / 2], sorted[^1]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"median {Text(Median)} ms, from {Text(Least)} to {Text(Most)} ms");

    private static string Text(double figure) =>
        figure.ToString(figure < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
