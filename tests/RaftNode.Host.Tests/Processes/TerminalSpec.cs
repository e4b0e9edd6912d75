using System.Diagnostics;
using System.Text.RegularExpressions;
using RaftNode.Host.Dev;
using RaftNode.Host.Tests.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary>What commands show on a terminal: a pseudoterminal that script(1) makes.</summary>
public sealed partial class TerminalSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private string Url => fixture.Cluster.Urls[0];

    [InstalledFact("script")]
    public async Task A_table_has_colors_and_fits_a_narrow_terminal()
    {
        var wide = await ShowAsync(columns: 200, "status", "--url", Url);
        var narrow = await ShowAsync(columns: 60, "status", "--url", Url);

        Assert.Contains("\u001b[", wide);
        Assert.Contains(fixture.Cluster.Addresses[0], wide);
        Assert.DoesNotContain(fixture.Cluster.Addresses[0], narrow);
        Assert.All(Plain(narrow), static line => Assert.InRange(line.Length, 0, 60));
        Assert.Contains(Plain(narrow), static line => line.Contains("│ node1 │ leader │", StringComparison.Ordinal));
    }

    [InstalledFact("script")]
    public async Task NO_COLOR_is_kept() => Assert.DoesNotMatch(
        Color(), await ShowAsync(columns: 200, "NO_COLOR=1", "status", "--url", Url));

    [InstalledFact("script")]
    public async Task Progress_is_shown_on_a_terminal_unless_the_command_is_quiet_or_writes_JSON()
    {
        using var directory = new TemporaryDirectory();
        string[] backup = ["backup", directory.In("kv"), "--force", "--url", Url];

        Assert.Contains("━", await ShowAsync(columns: 100, backup));
        Assert.DoesNotContain("━", await ShowAsync(columns: 100, [.. backup, "--quiet"]));
        var json = await ShowAsync(columns: 100, [.. backup, "--json"]);
        Assert.StartsWith("{", Plain(json)[0]);
        // .NET itself sets the mode of the cursor keys at the start.
        Assert.DoesNotContain("\u001b[", json.Replace("\u001b[?1h", "", StringComparison.Ordinal));
    }

    [InstalledFact("script")]
    public async Task Keys_and_values_control_no_terminal_and_a_long_value_does_not_wrap()
    {
        using (var put = await fixture.Cluster.Http.PutAsync(
            fixture.Cluster.Key(0, "k\u001b[2J"), new StringContent(new string('v', 200))))
            put.EnsureSuccessStatusCode();
        await using var watch = Start(columns: 60, "watch", "--from", "1", "--prefix", "k", "--url", Url);

        await Eventually.IsTrueAsync("the change to be shown", () => Task.FromResult(watch.Output.Count > 0));

        Assert.DoesNotContain("\u001b[2J", watch.Output[0]);
        var line = Plain(watch.Output[0])[0];
        Assert.Matches(@"^put       k\\u001b\[2J  \d+  v+…$", line);
        Assert.InRange(line.Length, 1, 60);
    }

    // The first words may set variables of the environment.
    private static async Task<string> ShowAsync(int columns, params string[] words)
    {
        await using var run = Start(columns, words);
        Assert.True(await run.ExitAsync() == 0, run.Transcript);
        return string.Join('\n', run.Output);
    }

    private static ProgramRun Start(int columns, params string[] words)
    {
        var variables = words.TakeWhile(static word => word.Contains('=')).ToList();
        var command = NodeCommand.Program().Concat(words.Skip(variables.Count)).Select(static word => $"'{word}'");
        var start = new ProcessStartInfo(Installed.Find("script")!);
        foreach (var argument in (string[])["-qec", $"stty cols {columns} rows 40; env {string.Join(' ', variables)} "
            + string.Join(' ', command), "/dev/null"])
            start.ArgumentList.Add(argument);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment.Remove("NO_COLOR");
        return ProgramRun.Start(start);
    }

    private static string[] Plain(string shown) =>
        [.. Escape().Replace(shown, "").Split('\n').Select(static line => line.TrimEnd('\r'))];

    [GeneratedRegex("\u001b(\\[[0-9;?]*[A-Za-z]|=)")]
    private static partial Regex Escape();

    [GeneratedRegex("\u001b\\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7])[;m]")]
    private static partial Regex Color();
}
