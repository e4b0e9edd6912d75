using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RaftActors.Bench;

/// <summary>A line of a file of results.</summary>
/// <param name="Kind">The command.</param>
/// <param name="Label">The label of the run. Lines with the same label belong together.</param>
/// <param name="At">When the line was written.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Run">The figures.</param>
internal sealed record ResultLine(string Kind, string Label, DateTimeOffset At, string Machine, JsonElement Run);

/// <summary>
/// Files of results: one line of JSON for each run. New lines are added at the end, so that one file can have the runs
/// of many days.
/// </summary>
internal static class Results
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Adds runs to a file.</summary>
    /// <param name="file">The file; <c>null</c> for none.</param>
    /// <param name="kind">The command.</param>
    /// <param name="label">The label of the runs; <c>null</c> for the version and the time.</param>
    /// <param name="runs">The runs.</param>
    public static async Task AppendAsync<T>(string? file, string kind, string? label, IEnumerable<T> runs)
    {
        if (file is null)
            return;
        var at = DateTimeOffset.UtcNow;
        var lines = runs.Select(run =>
            new ResultLine(kind, label ?? $"{Version()} {at:yyyy-MM-dd HH:mm}", at, Machine(),
            JsonSerializer.SerializeToElement(run, Json)));
        await File.AppendAllLinesAsync(file, lines.Select(line => JsonSerializer.Serialize(line, Json)));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BenchException">A line is not a result.</exception>
    public static IReadOnlyList<ResultLine> Read(string file)
    {
        var lines = new List<ResultLine>();
        foreach (var (number, line) in File.ReadLines(file).Index())
        {
            try
            {
                if (line.Length > 0)
                    lines.Add(JsonSerializer.Deserialize<ResultLine>(line, Json)!);
            }
            catch (JsonException e)
            {
                throw new BenchException($"{file}, line {number + 1}, is not a result: {e.Message}");
            }
        }
        return lines;
    }

    /// <summary>The figures in a line.</summary>
    public static T Of<T>(ResultLine line) => line.Run.Deserialize<T>(Json)!;

    /// <summary>Describes this machine.</summary>
    public static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ", 2)[^1]
            : null;
        return $"{Environment.ProcessorCount} x {model ?? RuntimeInformation.ProcessArchitecture.ToString()}, "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, "
                + $"{RuntimeInformation.FrameworkDescription}";
    }

    // The SDK adds the commit to the version.
    private static string Version()
    {
        var version =
            typeof(Results).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[(plus + 1)..Math.Min(version.Length, plus + 9)];
    }
}
