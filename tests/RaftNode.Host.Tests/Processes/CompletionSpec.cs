using System.CommandLine;
using System.Diagnostics;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode completion</c>: scripts that the shells take, with everything that the parser knows.</summary>
public sealed class CompletionSpec
{
    public static TheoryData<string> Shells => ["bash", "zsh", "fish"];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_script_names_every_verb_and_option_that_the_parser_has(string shell)
    {
        var script = await ScriptAsync(shell);

        foreach (var (path, command) in Commands())
        {
            Assert.Contains($"'{path}'", shell == "fish" ? script.Replace("__raftnode_verb_is ", "") : script);
            // The lines about this command.
            var its = string.Join('\n', script.Split('\n').Where(line =>
                line.Contains($"'{path}')", StringComparison.Ordinal)
                || line.Contains($"'__raftnode_verb_is {path}'", StringComparison.Ordinal)));
            foreach (var name in command.Subcommands.Select(static below => below.Name))
                Assert.Matches($"[ ('\"]{name}[ ':]", its);
            foreach (var option in command.Options)
            {
                var name = shell == "fish" ? $" -l {option.Name[2..]} " : option.Name;
                Assert.True(its.Contains(name, StringComparison.Ordinal), $"{path} {option.Name} is not in:\n{its}");
            }
        }
    }

    [InstalledFact("bash")]
    public async Task Bash_takes_its_script() => await TakesAsync("bash", "-n");

    [InstalledFact("zsh")]
    public async Task Zsh_takes_its_script() => await TakesAsync("zsh", "-n");

    [InstalledFact("fish")]
    public async Task Fish_takes_its_script() => await TakesAsync("fish", "-n");

    [InstalledFact("bash")]
    public async Task Bash_completes_verbs_options_and_the_values_that_are_known()
    {
        Assert.Equal((string[])["snapshot", "start", "status"], await BashAsync("s"));
        Assert.Equal((string[])["add"], await BashAsync("member", "a"));
        Assert.Equal((string[])["--if-match"], await BashAsync("put", "key", "--if"));
        Assert.Equal((string[])["postgresql"], await BashAsync("dev", "--journal", "p"));
        var shells = (await BashAsync("completion", "")).Where(static word => word[0] != '-');
        Assert.Equal((string[])["bash", "fish", "zsh"], shells);
        // A key may have the name of a verb.
        Assert.Equal((string[])["--output"], await BashAsync("get", "member", "--o"));
        Assert.Contains("--json", await BashAsync("lease", "list", "-"));
        // The value of this option is a file, which bash itself completes.
        Assert.Empty(await BashAsync("start", "--config", ""));
    }

    [InstalledFact("fish")]
    public async Task Fish_completes_verbs_options_and_the_values_that_are_known()
    {
        Assert.Equal((string[])["snapshot", "start", "status"], await FishAsync("raftnode s"));
        Assert.Equal((string[])["add"], await FishAsync("raftnode member a"));
        Assert.Equal((string[])["--if-match"], await FishAsync("raftnode put key --if"));
        Assert.Equal((string[])["postgresql"], await FishAsync("raftnode dev --journal p"));
    }

    [Fact]
    public async Task Another_shell_is_refused_with_those_that_there_are()
    {
        var run = await ProgramRun.ToEndAsync(["completion", "csh"]);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Contains(run.Errors, static line => line.Contains("'csh'") && line.Contains("Must be one of"));
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        var run = await ProgramRun.ToEndAsync(["completion", shell]);
        Assert.Equal((ExitCode.Done, ""), (run.Code, string.Join('\n', run.Errors)));
        Assert.DoesNotContain('\u001b', run.Output);
        return run.Output;
    }

    private static async Task TakesAsync(string shell, params string[] options)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("script", await ScriptAsync(shell));
        Assert.Empty(await LinesAsync(shell, [.. options, file]));
    }

    private static async Task<string[]> BashAsync(params string[] words)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("script", await ScriptAsync("bash"));
        var typed = string.Join(' ', words.Prepend("raftnode").Select(static word => $"'{word}'"));
        var lines = await LinesAsync("bash", ["--norc", "-c", $"""
            source {file}
            COMP_WORDS=({typed}) COMP_CWORD={words.Length}
            _raftnode
            [ -n "$COMPREPLY" ] && printf '%s\n' "${"{COMPREPLY[@]}"}" | sort
            true
            """]);
        return lines;
    }

    private static async Task<string[]> FishAsync(string typed)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("script", await ScriptAsync("fish"));
        var lines = await LinesAsync("fish", ["--no-config", "-c", $"source {file}; complete -C '{typed}'"]);
        return [.. lines.Select(static line => line.Split('\t')[0]).Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> LinesAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(Installed.Find(program)!);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        await using var run = ProgramRun.Start(start);
        Assert.True(await run.ExitAsync() == 0, run.Transcript);
        Assert.Empty(run.Errors);
        return [.. run.Output];
    }

    private static IEnumerable<(string Path, Command Command)> Commands()
    {
        return Below("raftnode", CommandLine.Parse([]).RootCommandResult.Command);

        static IEnumerable<(string, Command)> Below(string path, Command command) =>
            [(path, command), .. command.Subcommands.SelectMany(below => Below($"{path} {below.Name}", below))];
    }
}
