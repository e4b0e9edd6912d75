using System.CommandLine;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode start</c>: runs one node until it is told to stop.</summary>
internal static class StartCommand
{
    /// <summary>The option that ties a node to its parent process.</summary>
    public const string StopWithStandardInput = "--stop-with-stdin";

    private static readonly Option<string> ConfigFile = new("--config", "-c")
    {
        Required = true,
        HelpName = "FILE",
        Description = "The node's HOCON file, such as hocon/node1.conf.",
    };

    private static readonly Option<string?> Data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The directory for the data. This node uses DIR/<member-id>. Overrides raftnode.data-dir.",
    };

    private static readonly Option<bool> Found = new("--found")
    {
        Description = "Lets this node found the group although some members do not answer whether they have data. "
            + "Use it only for a group that has never existed.",
    };

    private static readonly Option<bool> Join = new("--join")
    {
        Description = "Says that the group exists. A node without data then waits until it is added "
            + "(raftnode member add), and never founds a group.",
    };

    private static readonly Option<bool> Insecure = new("--insecure")
    {
        Description = "Serves HTTP to other machines without TLS or without roles. Anybody who can reach the port may "
            + "then read, write and administer.",
    };

    private static readonly Option<bool> WithStandardInput = new(StopWithStandardInput)
    {
        Description = "Stops the node when standard input ends, "
            + "so that the node ends with the process that started it.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("start", "Runs one node until Ctrl-C or SIGTERM.") { ConfigFile, Data, Found, Join,
            Insecure, WithStandardInput };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new StopSignals();
        LineLog.IsJson = CommandOutput.IsJson(parsed);
        if (parsed.GetValue(WithStandardInput))
            signals.StopWithStandardInput();
        var settings = NodeSettings.Load(parsed.GetValue(ConfigFile)!, parsed.GetValue(Data), parsed.GetValue(Found),
            parsed.GetValue(Join), insecure: parsed.GetValue(Insecure));
        await using var node = await RunningNode.StartAsync(settings, signals);
        await node.WaitAsync();
        if (node.Removed.IsCompleted)
        {
            CommandOutput.Note(parsed, $"{settings.Self.Id} was removed from the group by the configuration at index "
                + $"{await node.Removed}");
            return ExitCode.Done;
        }
        if (node.Failed.IsCompleted)
            throw new NodeStartException($"{settings.Self.Id} stopped: {await node.Failed}");
        if (!signals.Stop.IsCompleted)
            throw new NodeStartException($"{settings.Self.Id} stopped: its actor system ended");
        return ExitCode.Done;
    }
}
