using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RaftActors.Bench;

/// <summary>Prints figures as a table, and writes them as JSON with the machine they were taken on.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Prints what is measured and the head of the table.</summary>
    public static void PrintHeader(LoadBenchOptions options)
    {
        Console.WriteLine($"{Machine()}");
        Console.WriteLine($"{options.Nodes} nodes on loopback{(options.OneDead ? ", one of them dead" : "")}, {options.Bytes} bytes, "
            + string.Create(CultureInfo.InvariantCulture, $"{options.WarmUpSeconds:0.#} s warm-up and {options.Seconds:0.#} s a run"));
        Console.WriteLine();
        Console.WriteLine("workload  clients      ops/s   p50 ms   p99 ms  p99.9 ms   max ms  failed   cores and MB resident");
    }

    /// <summary>Prints a line of the table.</summary>
    public static void Print(LoadRun run)
    {
        var use = string.Join(", ", run.Processes.Select(process => string.Create(CultureInfo.InvariantCulture, $"{process.Name} {process.Cores:0.00} {process.ResidentMegabytes:0}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{run.Workload.ToString().ToLowerInvariant(),-8} {run.Clients,8} {run.Result.OperationsPerSecond,10:0} {run.Result.P50,8:0.00} {run.Result.P99,8:0.00} {run.Result.P999,9:0.00} {run.Result.Max,8:0.0} {run.Result.Failures,7}   {use}"));
    }

    /// <summary>Writes the runs to a file.</summary>
    public static Task WriteJsonAsync(string file, object options, object runs) =>
        File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { machine = Machine(), at = DateTimeOffset.UtcNow, options, runs }, Json) + "\n");

    /// <summary>The machine in a line.</summary>
    public static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ", 2)[^1]
            : null;
        return $"{Environment.ProcessorCount} x {model ?? RuntimeInformation.ProcessArchitecture.ToString()}, "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }
}
