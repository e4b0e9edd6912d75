using System.Diagnostics;
using System.Text.RegularExpressions;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

public sealed partial class DevSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePorts.Range(6);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_cluster_comes_up_shows_itself_survives_a_kill_and_stops_with_its_nodes()
    {
        await using var dev = Start(3);
        var pids = await ReadyAsync(dev, 3);
        Assert.Contains(dev.Output, line => line.Contains("curl -X PUT", StringComparison.Ordinal));
        Process.GetProcessById(pids[1]).Kill();
        await SeesAsync(dev,
            line => line.StartsWith("node2 down: ended by SIGKILL; start it again with: ", StringComparison.Ordinal));
        using var http = new HttpClient();
        await Eventually.IsTrueAsync("the others to go on", async () =>
        {
            using var put = await http.PutAsync($"http://127.0.0.1:{_port + 3}/kv/key", new StringContent("value"));
            return put.IsSuccessStatusCode;
        });
        Assert.Equal("value", await http.GetStringAsync($"http://127.0.0.1:{_port + 5}/kv/key"));

        dev.Terminate();
        Assert.Equal(ExitCode.Done, await dev.ExitAsync());
        Assert.All(pids, pid => Assert.False(IsRunning(pid)));
    }

    [Fact]
    public async Task A_node_that_was_killed_comes_back_as_the_advice_says()
    {
        await using var dev = Start(2);
        var pids = await ReadyAsync(dev, 2);
        Process.GetProcessById(pids[0]).Kill();
        var advice = await SeesAsync(dev, line => line.StartsWith("node1 down: ", StringComparison.Ordinal));
        var arguments = advice[(advice.IndexOf(" start --config ", StringComparison.Ordinal) + 1)..].Split(' ');
        await using var back = ProgramRun.StartIn(_directory.Path, arguments);
        await SeesAsync(dev,
            line => line.StartsWith("node1 ", StringComparison.Ordinal)
            && line.Contains($" pid {back.ProcessId} ", StringComparison.Ordinal));
        back.Terminate();
        Assert.Equal(ExitCode.Done, await back.ExitAsync());
        dev.Terminate();
        Assert.Equal(ExitCode.Done, await dev.ExitAsync());
    }

    [Fact]
    public async Task Nodes_end_with_a_parent_that_is_killed()
    {
        await using var dev = Start(1);
        var pids = await ReadyAsync(dev, 1);
        await dev.KillAsync();
        await Eventually.IsTrueAsync("the node to end", () => Task.FromResult(!IsRunning(pids[0])));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Sql)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_cluster_runs_on_the_journal_that_is_chosen_and_finds_its_data_again(NodeJournal journal)
    {
        var name = journal.Choice().Name;
        var database = await journal.CreateDatabaseAsync();
        string[] chosen = ["--journal", name, .. database is null ? Array.Empty<string>() : ["--postgresql", database]];
        for (var run = 0; run < 2; run++)
        {
            await using var dev = Start(1, chosen);
            await ReadyAsync(dev, 1);
            var shown = dev.Output.First(line => line.StartsWith("Journal: ", StringComparison.Ordinal));
            Assert.Contains(journal == NodeJournal.Postgresql ? "PostgreSQL" : "raft.db", shown);
            using var http = new HttpClient();
            if (run > 0)
                Assert.Equal("value", await http.GetStringAsync($"http://127.0.0.1:{_port + 3}/kv/key"));
            using var put = await http.PutAsync($"http://127.0.0.1:{_port + 3}/kv/key", new StringContent("value"));
            put.EnsureSuccessStatusCode();
            dev.Terminate();
            Assert.Equal(ExitCode.Done, await dev.ExitAsync());
        }
        Assert.Equal(journal == NodeJournal.Postgresql, !File.Exists(_directory.In("data/node1/raft.db")));
    }

    [Theory]
    [InlineData(
        "--journal postgresql --postgresql Host=127.0.0.1;Port=1;Database=kv;Password=secret", ExitCode.No,
        "the database PostgreSQL.15 at Host=127.0.0.1;Port=1;Database=kv cannot be used")]
    [InlineData(
        "--journal postgresql --postgresql Nonsense=1", ExitCode.No,
        "akka.persistence.journal.sql.connection-string is not a connection string of PostgreSQL")]
    [InlineData("--journal oracle", ExitCode.NotDone, "Must be one of")]
    [InlineData("--postgresql Host=127.0.0.1", ExitCode.NotDone, "--postgresql needs --journal postgresql")]
    [InlineData("--journal sql --config-dir hocon", ExitCode.NotDone, "--journal and --config-dir exclude each other")]
    public async Task A_journal_that_cannot_be_had_is_refused(string options, int code, string why)
    {
        await using var dev = Start(1, options.Split(' '));
        Assert.Equal(code, await dev.ExitAsync());
        Assert.Contains(why, dev.Errors[0]);
        Assert.DoesNotContain("secret", dev.Transcript);
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<string> SeesAsync(ProgramRun dev, Func<string, bool> line) =>
        await Eventually.GetAsync("a line of dev",
            () => Task.FromResult(
            dev.HasExited ? throw new InvalidOperationException(dev.Transcript) : dev.Output.FirstOrDefault(line)),
            () => dev.Transcript);

    private static async Task<IReadOnlyList<int>> ReadyAsync(ProgramRun dev, int nodes)
    {
        await SeesAsync(dev, line => line.Contains(" leader term ", StringComparison.Ordinal));
        var pids = new List<int>();
        for (var node = 1; node <= nodes; node++)
        {
            var line = await SeesAsync(dev,
                line => NodeLine().Match(line) is { Success: true } match && match.Groups["node"].Value == $"{node}"
                && !line.Contains("leader none", StringComparison.Ordinal));
            pids.Add(int.Parse(NodeLine().Match(line).Groups["pid"].Value));
        }
        return pids;
    }

    [GeneratedRegex("^node(?<node>[0-9]) .* pid (?<pid>[0-9]+) ")]
    private static partial Regex NodeLine();

    private ProgramRun Start(int nodes, params IEnumerable<string> options) =>
        ProgramRun.StartIn(
            _directory.Path,
            [
                "dev", "--nodes", $"{nodes}", "--raft-port", $"{_port}", "--http-port", $"{_port + 3}", "--data",
                    "data",
                .. options,
            ]);
}
