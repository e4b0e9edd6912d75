using System.CommandLine;
using RaftNode.Host.Access;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode check</c>: lists the settings of a node that make consensus unsafe or slow.</summary>
internal static class CheckCommand
{
    private static readonly Option<string> ConfigFile = new("--config", "-c")
    {
        Required = true,
        HelpName = "FILE",
        Description = "The node's HOCON file, such as hocon/node1.conf.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "check",
            "Says what in a node's configuration makes the node unsafe or slow. Each line has a key, its value, the "
                + "consequence, and what to set. The command does not open the node's ports and data, so the node may "
                + "run. The exit code is 1 if something was found.")
        {
            ConfigFile,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(ConfigFile)!));
        return command;
    }

    private static async Task<int> RunAsync(string file)
    {
        var settings = NodeSettings.Load(file);
        if (settings.Http.Exposure is { } exposure)
            throw new NodeStartException(exposure);
        using var security = new HttpSecurity(settings.Http);
        var problems = await RunningNode.CheckAsync(settings);
        foreach (var problem in problems)
            await Console.Out.WriteLineAsync($"{(problem.IsRefused ? "REFUSED" : "PROBLEM")}   {problem}");
        if (problems.Count > 0)
            return ExitCode.No;
        await Console.Out.WriteLineAsync("no problem found");
        return ExitCode.Done;
    }
}
