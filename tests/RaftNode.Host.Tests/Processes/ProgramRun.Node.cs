using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Runs of the node's program.</summary>
internal sealed partial class ProgramRun
{
    /// <summary>Starts the program.</summary>
    public static ProgramRun Start(params IEnumerable<string> arguments) => new(NodeCommand.Create(arguments));

    /// <summary>Starts the program in a directory.</summary>
    public static ProgramRun StartIn(string directory, params IEnumerable<string> arguments)
    {
        var start = NodeCommand.Create(arguments);
        start.WorkingDirectory = directory;
        return new ProgramRun(start);
    }

    /// <summary>Starts the program with an environment variable.</summary>
    public static ProgramRun StartWith(string variable, string value, params IEnumerable<string> arguments)
    {
        var start = NodeCommand.Create(arguments);
        start.Environment[variable] = value;
        return new ProgramRun(start);
    }

    /// <summary>Runs the program to its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public static async Task<(int Code, string Output, IReadOnlyList<string> Errors)> ToEndAsync(
        IEnumerable<string> arguments, string? input = null)
    {
        await using var run = Start(arguments);
        if (input is not null)
            await run._process.StandardInput.WriteAsync(input);
        run._process.StandardInput.Close();
        var code = await run.ExitAsync();
        return (code, string.Join('\n', run.Output), run.Errors);
    }
}
