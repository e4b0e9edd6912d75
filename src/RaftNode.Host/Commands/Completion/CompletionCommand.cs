using System.CommandLine;

namespace RaftNode.Host.Commands.Completion;

/// <summary><c>raftnode completion</c>: writes a script that completes the command line in a shell.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, Func<IReadOnlyList<Verb>, string>> Shells = new()
    {
        ["bash"] = BashScript.Of, ["zsh"] = ZshScript.Of, ["fish"] = FishScript.Of,
    };

    private static readonly Argument<string> Shell = CreateShell();

    /// <summary>Makes the command.</summary>
    /// <param name="root">The command line that the script completes.</param>
    public static Command Create(Command root)
    {
        var command = new DetailedCommand(
            "completion",
            "Writes a script that completes the command line of raftnode in a shell.",
            """
            bash   in ~/.bashrc:                    source <(raftnode completion bash)
            zsh    in ~/.zshrc, after compinit:     source <(raftnode completion zsh)
            fish   raftnode completion fish > ~/.config/fish/completions/raftnode.fish
            """)
        {
            Shell,
        };
        command.SetAction(async (parsed, _) =>
        {
            var shell = parsed.GetValue(Shell)!;
            var script = Shells[shell](Verb.AllOf(root));
            await CommandOutput.WriteAsync(
                parsed, new ScriptDocument(shell, script), CommandJson.Lines.ScriptDocument, script);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> CreateShell()
    {
        var argument = new Argument<string>("SHELL")
        {
            HelpName = string.Join('|', Shells.Keys),
            Description = "The shell.",
        };
        argument.AcceptOnlyFromAmong([.. Shells.Keys]);
        return argument;
    }
}
