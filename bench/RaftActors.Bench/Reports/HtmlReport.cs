using System.Globalization;
using System.Net;
using System.Text;

namespace RaftActors.Bench;

/// <summary>
/// Shows runs of any number of days on one page, which needs no other file: latency against throughput in charts, and
/// all figures in tables.
/// </summary>
internal static class HtmlReport
{
    private const double LongRun = 20;

    /// <summary>Reads files of results and writes the page.</summary>
    public static async Task<int> WriteAsync(IReadOnlyList<string> results, string file, CancellationToken stop)
    {
        var lines = results.SelectMany(Results.Read).ToList();
        if (lines.Count == 0)
            throw new BenchException("There are no results in these files.");
        await File.WriteAllTextAsync(file, Page(lines), stop);
        Console.WriteLine($"{lines.Count} runs of {lines.Select(line => line.Label).Distinct().Count()} labels: "
            + $"{Path.GetFullPath(file)}");
        return 0;
    }

    private static string Page(List<ResultLine> lines)
    {
        var labels = lines.Select(line => line.Label).Distinct().ToList();
        var page = new StringBuilder("""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>RaftActors benchmarks</title>
            <style>body{font:14px sans-serif;margin:24px;max-width:1200px}table{border-collapse:collapse;margin:8px 0 24px}td,th{border:1px solid #ccc;padding:3px 8px;text-align:right}
            th:first-child,td:first-child{text-align:left}h2{margin-top:36px}.note{color:#555}</style><h1>RaftActors benchmarks</h1>

            """);
        page.Append("<ul>");
        foreach (var label in labels)
        {
            var first = lines.First(line => line.Label == label);
            page.Append(CultureInfo.InvariantCulture,
                $"<li style='color:{SvgChart.Colour(labels.IndexOf(label))}'><b>{Text(label)}</b> <span "
                    + $"class='note'>{first.At:yyyy-MM-dd HH:mm} UTC, {Text(first.Machine)}</span></li>\n");
        }
        page.Append("</ul>\n");
        AddLoads(page, lines, labels);
        AddGrowth(page, lines, labels);
        AddTrials(page, lines, "failover", "From SIGKILL of the leader to the next acknowledged write, ms",
            trial => trial.Milliseconds);
        AddTrials(page, lines, "restart",
            "Longest gap between two acknowledged writes while the leader is restarted in order, ms",
            trial => trial.LongestGap);
        return page.Append("</html>\n").ToString();
    }

    private static void AddLoads(StringBuilder page, List<ResultLine> lines, List<string> labels)
    {
        var runs = lines.Where(line => line.Kind == "load")
            .Select(line => (line.Label, Run: Results.Of<LoadRun>(line)));
        var kinds = runs.GroupBy(run =>
            (run.Run.Workload, run.Run.Order.Bytes, run.Run.Nodes, run.Run.OneDead,
            AtRate: run.Run.Order.Rate is not null));
        foreach (var kind in kinds)
        {
            var about = kind.Key;
            page.Append(CultureInfo.InvariantCulture,
                $"<h2>{about.Workload.ToString().ToLowerInvariant()}, {about.Bytes} bytes, {about.Nodes} "
                    + $"nodes{(about.OneDead ? ", one dead" : "")}")
                .Append(CultureInfo.InvariantCulture, $", {(about.AtRate ? "at a rate" : "closed loop")}</h2>\n");
            page.Append(Chart(kind, labels)).Append('\n')
                .Append(Table(kind.OrderBy(run => run.Run.Order.Rate ?? run.Run.Order.Clients)
                .ThenBy(run => labels.IndexOf(run.Label)), labels)).Append(Seconds(kind, labels));
        }
        var overloads = lines.Where(line => line.Kind == "overload")
            .Select(line => (line.Label, Run: Results.Of<LoadRun>(line)));
        foreach (var kind in overloads.GroupBy(run => run.Run.Workload))
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<h2>Overload: {kind.Key.ToString().ToLowerInvariant()}</h2>\n<p class='note'>What can be done, what "
                    + $"becomes of more than that, and each second afterwards.</p>\n")
                .Append(Table(kind, labels));
        }
    }

    /// <summary>
    /// For runs that are long enough to show effects such as snapshots: the longest latency of each second, and the
    /// memory.
    /// </summary>
    private static string Seconds(IEnumerable<(string Label, LoadRun Run)> runs, List<string> labels)
    {
        var longRuns = runs.Where(run => run.Run.Order.Seconds >= LongRun).ToList();
        if (longRuns.Count == 0)
            return "";
        return Draw("the longest latency in it, ms", logarithmic: true, run => run.Result.Seconds.Select((second, i) =>
                new ChartPoint(i + 1, second.Longest,
                    string.Create(CultureInfo.InvariantCulture,
                    $"second {i + 1}: {second.Done:#,0} operations, the longest {second.Longest:0.0} ms"))))
            + Draw("most resident MB of a node", logarithmic: false, run => run.Memory.Select(sample =>
                new ChartPoint(sample.Seconds, sample.ResidentMegabytes,
                    string.Create(CultureInfo.InvariantCulture,
                    $"second {sample.Seconds:0}: {sample.ResidentMegabytes:0} MB"))));

        string Draw(string vertical, bool logarithmic, Func<LoadRun, IEnumerable<ChartPoint>> points) =>
            SvgChart.Draw("second", vertical, logarithmic,
            [.. longRuns.Select(run =>
            new ChartLine($"{run.Label}, {Load(run.Run.Order)}", labels.IndexOf(run.Label), false,
            [.. points(run.Run)]))]) + "\n";
    }

    private static void AddGrowth(StringBuilder page, List<ResultLine> lines, List<string> labels)
    {
        var runs = lines.Where(line => line.Kind == "growth")
            .Select(line => (line.Label, Run: Results.Of<LoadRun>(line)));
        foreach (var kind in runs.GroupBy(run =>
            (run.Run.Grown!.What, run.Run.Workload, run.Run.Order.Clients, run.Run.Order.Bytes)))
        {
            var what = kind.Key.What switch { Growing.Log => "entries", Growing.Store => "keys", _ => "nodes" };
            page.Append(CultureInfo.InvariantCulture,
                $"<h2>{kind.Key.Workload.ToString().ToLowerInvariant()} against {what}, {kind.Key.Bytes} bytes, "
                    + $"C={kind.Key.Clients}</h2>\n")
                .Append(Grown("operations a second", run => run.Result.OperationsPerSecond))
                .Append(Grown("most resident MB of a node",
                    run => run.Processes.Skip(1).Max(process => process.PeakMegabytes)));

            string Grown(string vertical, Func<LoadRun, double> value) =>
                SvgChart.Draw(what, vertical, logarithmic: false, [.. kind.GroupBy(run => run.Label)
                .Select(label => new ChartLine(label.Key, labels.IndexOf(label.Key), false,
                    [.. label.OrderBy(run => run.Run.Grown!.Size)
                    .Select(run => new ChartPoint(run.Run.Grown!.Size, value(run.Run),
                        string.Create(CultureInfo.InvariantCulture,
                        $"{label.Key}, {run.Run.Grown.Size:#,0}: {value(run.Run):#,0}")))]))]);
        }
    }

    private static string Chart(IEnumerable<(string Label, LoadRun Run)> runs, List<string> labels)
    {
        var chart = new List<ChartLine>();
        foreach (var label in runs.OrderBy(run => run.Run.Order.Rate ?? run.Run.Order.Clients).GroupBy(run => run.Label)
            .OrderBy(label => labels.IndexOf(label.Key)))
        {
            var colour = labels.IndexOf(label.Key);
            chart.Add(Line($"{label.Key}: p50, and p99 dashed", "p50", dashed: false, result => result.P50));
            chart.Add(Line(null, "p99", dashed: true, result => result.P99));

            ChartLine Line(string? name, string what, bool dashed, Func<LoadResult, double> latency) =>
                new(name, colour, dashed,
                [.. label.Select(run => new ChartPoint(run.Run.Result.OperationsPerSecond, latency(run.Run.Result),
                    string.Create(CultureInfo.InvariantCulture,
                    $"{label.Key}, {Load(run.Run.Order)}: {run.Run.Result.OperationsPerSecond:#,0} ops/s, {what} "
                        + $"{latency(run.Run.Result):0.00} ms")))]);
        }
        return SvgChart.Draw("operations a second", "latency, ms", logarithmic: true, chart);
    }

    private static string Table(IEnumerable<(string Label, LoadRun Run)> runs, List<string> labels)
    {
        string[] columns =
        [
            "run", "load", "ops/s", "p50 ms", "p90", "p99", "p99.9", "p99.99", "max", "failed", "us/op", "B/op",
            "GC pauses, ms", "most MB of a node",
        ];
        var table = new StringBuilder("<table><tr>");
        foreach (var column in columns)
            table.Append(CultureInfo.InvariantCulture, $"<th>{column}</th>");
        table.Append("</tr>\n");
        foreach (var (label, run) in runs)
        {
            var nodes = run.Processes.Skip(1).ToList();
            var result = run.Result;
            FormattableString[] cells =
            [
                $"{Load(run.Order)}",
                $"{result.OperationsPerSecond:#,0}",
                $"{result.P50:0.00}",
                $"{result.P90:0.00}",
                $"{result.P99:0.00}",
                $"{result.P999:0.00}",
                $"{result.P9999:0.00}",
                $"{result.Max:0.0}",
                $"{result.Failures}{(result.Refused > 0 ? $", of them {result.Refused} refused" : "")}",
                $"{run.ProcessorMicrosecondsPerOperation:0.0}",
                $"{run.AllocatedBytesPerOperation:#,0}",
                $"{nodes.Max(static node => node.PauseMilliseconds):0}",
                $"{nodes.Max(static node => node.PeakMegabytes):0}",
            ];
            var colour = SvgChart.Colour(labels.IndexOf(label));
            table.Append(CultureInfo.InvariantCulture, $"<tr><td style='color:{colour}'>{Text(label)}</td>");
            foreach (var cell in cells)
                table.Append("<td>").Append(cell.ToString(CultureInfo.InvariantCulture)).Append("</td>");
            table.Append("</tr>\n");
        }
        return table.Append("</table>\n").ToString();
    }

    private static void AddTrials(StringBuilder page, List<ResultLine> lines, string kind, string title,
        Func<Trial, double> value)
    {
        var trials = lines.Where(line => line.Kind == kind).GroupBy(line => line.Label).ToList();
        if (trials.Count == 0)
            return;
        page.Append(CultureInfo.InvariantCulture,
            $"<h2>{Text(title)}</h2>\n<table><tr><th>run</th><th>trials</th><th>median</th><th>worst</th></tr>\n");
        var chart = new List<ChartLine>();
        foreach (var run in trials)
        {
            var sorted = run.Select(line => value(Results.Of<Trial>(line))).Order().ToList();
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Text(run.Key)}</td><td>{sorted.Count}</td>"
                    + $"<td>{sorted[sorted.Count / 2]:0}</td><td>{sorted[^1]:0}</td></tr>\n");
            chart.Add(new ChartLine(run.Key, chart.Count, false,
                [.. sorted.Select((ms, i) =>
                new ChartPoint(i + 1, ms, string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms")))]));
        }
        page.Append("</table>\n").Append(SvgChart.Draw("trials, the shortest first", "ms", logarithmic: false, chart))
            .Append('\n');
    }

    private static string Load(LoadOrder order) =>
        order.Rate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"{rate:#,0}/s")
            : string.Create(CultureInfo.InvariantCulture, $"C={order.Clients}");

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A trial of any kind.</summary>
    private sealed record Trial(double Milliseconds, double LongestGap);
}
