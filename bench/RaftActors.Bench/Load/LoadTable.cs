using System.Globalization;

namespace RaftActors.Bench;

/// <summary>Prints runs of a load, each on one line.</summary>
internal static class LoadTable
{
    /// <summary>Prints what is measured, and the head of the table.</summary>
    public static void PrintHeader(LoadBenchOptions options)
    {
        Console.WriteLine(Results.Machine());
        Console.WriteLine($"{options.Nodes} nodes on loopback{(options.OneDead ? ", one of them dead" : "")}, "
            + (options.Rates.Count == 0 ? "each client with one operation in flight, " : "operations started at a rate "
                + "and latencies from when each was to start, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{options.WarmUpSeconds:0.#} s warm-up and {options.Seconds:0.#} s a run"));
        Console.WriteLine();
        PrintColumns();
    }

    /// <summary>Prints the head of the table.</summary>
    public static void PrintColumns() =>
        Console.WriteLine("workload    bytes clients     rate      ops/s   p50 ms   p99 ms  p99.9 ms   max ms  failed  "
            + "us/op   B/op   cores, MB resident at most");

    /// <summary>Prints a line of the table.</summary>
    public static void Print(LoadRun run)
    {
        var use = string.Join(", ",
            run.Processes.Select(process =>
            string.Create(CultureInfo.InvariantCulture,
            $"{process.Name} {process.Cores:0.00} {process.PeakMegabytes:0}")));
        var (order, result) = (run.Order, run.Result);
        var clients = run.Workload == Workload.Propose && order.Rate is not null
            ? "-"
            : order.Clients.ToString(CultureInfo.InvariantCulture);
        var rate = order.Rate?.ToString("0", CultureInfo.InvariantCulture) ?? "-";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Workload.ToString().ToLowerInvariant(),-11} {order.Bytes,5} {clients,7} {rate,8} "
                + $"{result.OperationsPerSecond,10:0} {result.P50,8:0.00} {result.P99,8:0.00} {result.P999,9:0.00} "
                + $"{result.Max,8:0.0} {result.Failures,7} {run.ProcessorMicrosecondsPerOperation,6:0.0} "
                + $"{run.AllocatedBytesPerOperation,6:0}   {use}"));
        PrintReasons(result);
    }

    /// <summary>Prints why operations failed, if any did.</summary>
    public static void PrintReasons(LoadResult result)
    {
        if (result.Reasons.Count > 0)
            Console.WriteLine(
                $"  failed: {string.Join(", ", result.Reasons.Select(reason => $"{reason.Key} {reason.Value}"))}");
    }
}
