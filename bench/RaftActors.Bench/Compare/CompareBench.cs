using System.Globalization;

namespace RaftActors.Bench;

/// <summary>Runs the same load with two builds in turn, and prints the ratios of their figures.</summary>
/// <remarks>
/// Each build measures its own nodes with its own bench program. So the other build may be of any commit whose program
/// has the same options.
/// </remarks>
internal static class CompareBench
{
    private const int ProbeClients = 256;

    /// <summary>Measures and prints the results.</summary>
    /// <exception cref="BenchException">The other build does not exist, or a program failed.</exception>
    public static async Task<int> RunAsync(CompareOptions options, CancellationToken stop)
    {
        var (own, other) = (BenchBuild.Own, BenchBuild.Find(options.Against));
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"this:  {own.Version} ({own.Program})");
        Console.WriteLine($"other: {other.Version} ({other.Program})");
        var halfRate = 0.0;
        if (options.What.Contains(Compared.Half))
        {
            halfRate = options.HalfRate ?? await ProbeAsync(other, options, stop);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"half load: {halfRate:0} ops/s"));
        }
        var comparisons = new List<Comparison>();
        foreach (var part in ComparePart.All(options, halfRate))
            comparisons.AddRange(await AlternateAsync(part, own, other, options, stop));
        CompareTable.Print(comparisons);
        await Results.AppendAsync(options.JsonFile, "compare", options.Label, comparisons);
        return 0;
    }

    /// <summary>Half of the operations a second that the other build does with many clients.</summary>
    private static async Task<double> ProbeAsync(BenchBuild other, CompareOptions options, CancellationToken stop)
    {
        var probe = ComparePart.All(options with { What = [Compared.Propose], Clients = [ProbeClients] }, 0)[0];
        var readings = await RunAsync(probe, other, options, [], stop);
        return Math.Round(readings[0].Value / 2);
    }

    private static async Task<IReadOnlyList<Comparison>> AlternateAsync(
        ComparePart part, BenchBuild own, BenchBuild other, CompareOptions options, CancellationToken stop)
    {
        var (ownRuns, otherRuns) = (new List<IReadOnlyList<Reading>>(), new List<IReadOnlyList<Reading>>());
        for (var alternation = 0; alternation < options.Alternations; alternation++)
        {
            // The builds take turns in running first, so that a machine that becomes slower favours neither.
            var ownFirst = alternation % 2 == 0;
            if (ownFirst)
                ownRuns.Add(await RunAsync(part, own, options, OfOwn(options), stop));
            otherRuns.Add(await RunAsync(part, other, options, [], stop));
            if (!ownFirst)
                ownRuns.Add(await RunAsync(part, own, options, OfOwn(options), stop));
            Console.WriteLine($"{part.What.ToString().ToLowerInvariant()} {alternation + 1} of {options.Alternations}: "
                + CompareTable.Brief(ownRuns[^1], otherRuns[^1]));
        }
        return Comparison.Of(ownRuns, otherRuns);
    }

    private static async Task<IReadOnlyList<Reading>> RunAsync(
        ComparePart part, BenchBuild build, CompareOptions options, IReadOnlyList<string> ofBuild,
        CancellationToken stop)
    {
        List<string> arguments = [.. part.Arguments, .. ofBuild];
        if (options.DataDirectory is { } data)
            arguments.AddRange(["--data", data]);
        return part.Read(await BenchChild.RunAsync(build, arguments, part.WritesResults, stop));
    }

    /// <summary>The options that only this build gets, because a former build may not have them.</summary>
    private static IReadOnlyList<string> OfOwn(CompareOptions options) =>
        ["--journal", options.Journal, "--settings", options.Settings];
}
