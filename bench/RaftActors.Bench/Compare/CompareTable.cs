using System.Globalization;

namespace RaftActors.Bench;

/// <summary>Prints comparisons, each on one line.</summary>
internal static class CompareTable
{
    /// <summary>Prints the table.</summary>
    public static void Print(IReadOnlyList<Comparison> comparisons)
    {
        var width = comparisons.Max(comparison => comparison.Figure.Length);
        Console.WriteLine();
        Console.WriteLine($"{"figure".PadRight(width)} {"unit",-7} {"this",10} {"other",10}   "
            + "ratio  least - most   better");
        foreach (var comparison in comparisons)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{comparison.Figure.PadRight(width)} {comparison.Unit,-7} "
                + $"{Value(comparison.OwnMedian),10} {Value(comparison.OtherMedian),10}   "
                + $"{comparison.Ratio,5:0.00}  {comparison.Least,5:0.00} - {comparison.Most,-5:0.00}  "
                + $"{comparison.Better.ToString().ToLowerInvariant()}"));
        }
    }

    /// <summary>The first figure of each kind of one pair of runs, to show progress.</summary>
    public static string Brief(IReadOnlyList<Reading> own, IReadOnlyList<Reading> other) =>
        string.Join(", ", own.Zip(other, (here, there) => (Own: here, Other: there))
            .Where(pair => !pair.Own.Figure.Contains(','))
            .Select(pair => $"{pair.Own.Figure} {Value(pair.Own.Value)}/{Value(pair.Other.Value)} {pair.Own.Unit}"));

    private static string Value(double value) =>
        value.ToString(value >= 100 ? "0" : "0.00", CultureInfo.InvariantCulture);
}
