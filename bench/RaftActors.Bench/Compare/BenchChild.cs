using System.Diagnostics;
using RaftNode.Host.Dev;

namespace RaftActors.Bench;

/// <summary>The output of a bench program that has ended.</summary>
/// <param name="Printed">The text that the program printed.</param>
/// <param name="Results">The results that the program wrote.</param>
internal sealed record BenchOutput(string Printed, IReadOnlyList<ResultLine> Results);

/// <summary>Runs the bench program of a build in a process of its own.</summary>
internal static class BenchChild
{
    /// <summary>Runs the program to its end.</summary>
    /// <param name="build">The build.</param>
    /// <param name="arguments">The arguments, without the option for results.</param>
    /// <param name="writesResults">Whether the command has the option for results.</param>
    /// <param name="stop">Asks the program to stop in an orderly way, and waits for that.</param>
    /// <exception cref="BenchException">The program failed.</exception>
    public static async Task<BenchOutput> RunAsync(
        BenchBuild build, IReadOnlyList<string> arguments, bool writesResults, CancellationToken stop)
    {
        var results = Path.GetTempFileName();
        try
        {
            IReadOnlyList<string> all = writesResults ? [.. arguments, "--json", results] : arguments;
            var start = new ProcessStartInfo(build.Program, all)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            using var stopping = stop.Register(() => Signal.SendTerminate(process));
            var printing = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var complaining = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            var (printed, complaint) = (await printing, await complaining);
            stop.ThrowIfCancellationRequested();
            return process.ExitCode == 0
                ? new BenchOutput(printed, Results.Read(results))
                : throw new BenchException(
                    $"{build.Program} {string.Join(' ', all)} ended with exit code {process.ExitCode}:\n"
                    + complaint + printed);
        }
        finally
        {
            File.Delete(results);
        }
    }
}
