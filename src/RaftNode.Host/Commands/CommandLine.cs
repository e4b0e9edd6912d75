using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using RaftNode.Host.Commands.Completion;
using RaftNode.Host.Commands.Load;

namespace RaftNode.Host.Commands;

/// <summary>The program's command line.</summary>
internal static class CommandLine
{
    private const string Description = """
        Runs a node of a replicated key-value store on Raft. Starts a cluster to try it, and sends requests to one.

        Exit codes:
          0  done
          1  the answer is no: the key has no value, or the condition does not hold. Of status: no node leads. Of
             health: the node is not ready. Of check and inspect: something is wrong. Of bench: requests failed. Of
             restore and recover: this data cannot be used. Of start and dev: an error stopped the node.
          2  not done: the command line is wrong, no node answers, or there is no leader
          3  nobody can say whether the write was done
        """;

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Parse(args);
        // Otherwise the library writes the errors as lines of text, and the command's help.
        if (parsed.Errors.Count > 0 && CommandOutput.IsJson(parsed))
        {
            var errors = string.Join(' ', parsed.Errors.Select(static error => error.Message));
            return await CommandOutput.FailAsync(parsed, errors, ExitCode.NotDone);
        }
        // The commands handle the signals themselves, because a node that is told to stop needs longer than the library
        // would wait.
        var configuration =
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            var code = await parsed.InvokeAsync(configuration);
            if (parsed is { Action: HelpAction, CommandResult.Command: DetailedCommand command })
                await Console.Out.WriteLineAsync(command.Details);
            return parsed.Errors.Count > 0 ? ExitCode.NotDone : code;
        }
        catch (CommandException e)
        {
            return await CommandOutput.FailAsync(parsed, e.Message, e.ExitCode, e.Type);
        }
        catch (NodeStartException e)
        {
            // For a command about a key, exit code 1 means that the key has no value.
            return await CommandOutput.FailAsync(parsed, e.Message, parsed.CommandResult.Command.Name is "start"
                or "dev" ? ExitCode.No : ExitCode.NotDone);
        }
    }

    /// <summary>Parses a command line.</summary>
    public static ParseResult Parse(string[] args)
    {
        var root = new RootCommand(Description)
        {
            StartCommand.Create(),
            CheckCommand.Create(),
            DevCommand.Create(),
            StatusCommand.Create(),
            HealthCommand.Create(),
            TopCommand.Create(),
            LogCommand.Create(),
            WatchCommand.Create(),
            BenchCommand.Create(),
            SnapshotCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            RecoverCommand.Create(),
            InspectCommand.Create(),
            TransferCommand.Create(),
            MemberCommands.Create(),
            LeaseCommands.Create(),
            TokenCommand.Create(),
            KeyCommands.CreateGet(),
            KeyCommands.CreatePut(),
            KeyCommands.CreateDelete(),
            CommandOutput.Json,
        };
        root.Add(CompletionCommand.Create(root));
        RefuseEmptyWords(root);
        return root.Parse(args);
    }

    // Only a value may be empty. Names, files and addresses may not.
    private static void RefuseEmptyWords(Command command)
    {
        command.Validators.Add(static result =>
        {
            foreach (var given in result.Children)
                if (given.Tokens.Any(static word => word.Value.Length == 0) && NameOf(given) is { } name)
                    result.AddError($"{name} is empty.");
        });
        foreach (var subcommand in command.Subcommands)
            RefuseEmptyWords(subcommand);
    }

    private static string? NameOf(SymbolResult given) => given switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult { Argument: { } argument } when argument != KeyCommands.Value => argument.Name,
        _ => null,
    };
}
