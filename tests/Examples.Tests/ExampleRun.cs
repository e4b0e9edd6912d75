using System.Diagnostics;
using System.Reflection;
using RaftNode.Host.Tests.Processes;

namespace Examples.Tests;

/// <summary>Runs an example as its build made it, in a process of its own.</summary>
internal static class ExampleRun
{
    /// <summary>Starts an example.</summary>
    public static ProgramRun Start(Type program, params IEnumerable<string> arguments) =>
        ProgramRun.Start(new ProcessStartInfo("dotnet", [Assembly.GetAssembly(program)!.Location, .. arguments]));

    /// <summary>Runs an example to its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public static async Task<(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)> ToEndAsync(
        Type program, params IEnumerable<string> arguments)
    {
        await using var run = Start(program, arguments);
        int code = await run.ExitAsync();
        return (code, run.Output, run.Errors);
    }
}
