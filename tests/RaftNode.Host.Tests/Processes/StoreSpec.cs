using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.Dev;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Processes;

/// <summary>One node, in this process, on a store that something is wrong with.</summary>
public abstract partial class StoreSpec : IDisposable
{
    private readonly TextWriter _standardError = Console.Error;
    private readonly StringWriter _errors = new();
    private readonly int _port = FreePorts.Range(2);
    private readonly HttpClient _http = new();

    protected StoreSpec() => Console.SetError(TextWriter.Synchronized(_errors));

    private protected TemporaryDirectory Directory { get; } = new();

    private string Url => $"http://127.0.0.1:{_port + 1}";

    public virtual void Dispose()
    {
        Console.SetError(_standardError);
        _http.Dispose();
        Directory.Dispose();
    }

    /// <summary>The settings of a journal and a snapshot store of Akka.Persistence.Sql.</summary>
    private protected static string Sql(string provider, string connection, string more = "") => Plugins(
        "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql",
        "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql",
        $"provider-name = \"{provider}\", connection-string = \"{connection}\" {more}");

    private protected static string Plugins(string journal, string snapshots, string settings) => $$"""
        akka.persistence {
          journal { plugin = "akka.persistence.journal.spec", spec { class = "{{journal}}", {{settings}} } }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.spec"
            spec { class = "{{snapshots}}", {{settings}} }
          }
        }

        """;

    /// <summary>The start ends with one line that says what is wrong, and with exit code 1.</summary>
    private protected async Task EndsAsync(string settings, params string[] said)
    {
        string[] start = ["start", "--config", ConfigFile(settings), "--data", Directory.In("data")];
        var code = await Bounded(CommandLine.RunAsync(start));

        Assert.Equal(ExitCode.No, code);
        var lines = Lines();
        var line = Assert.Single(lines, static line => !LogLine().IsMatch(line));
        Assert.Equal(line, lines[^1]);
        Assert.StartsWith("raftnode: ", line);
        foreach (var part in said)
            Assert.True(line.Contains(part, StringComparison.Ordinal), $"'{part}' is not in: {line}");
        Assert.True(lines.Count(static line => line.Contains("Z ERROR ", StringComparison.Ordinal)) <= 1,
            _errors.ToString());
    }

    /// <summary>
    /// The node runs, but is not ready and says why, until the store is mended. The log says once that this begins, and
    /// once that it ends.
    /// </summary>
    private protected async Task WaitsAsync(
        string settings, string said, Func<Task> mend, Func<RunningNode, Task>? spoil = null)
    {
        await using var node = await StartAsync(settings);
        if (spoil is not null)
        {
            await ReadyAsync();
            await spoil(node);
        }
        await NotReadyAsync(said);
        using (var live = await _http.GetAsync($"{Url}/health/live"))
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        await mend();

        await ReadyAsync();
        Assert.False(node.Failed.IsCompleted);
        Assert.Single(Lines(), static line => line.Contains("cannot be used", StringComparison.Ordinal));
        Assert.Single(Lines(), static line => line.Contains("can be used again", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines(), static line => line.Contains("Z ERROR ", StringComparison.Ordinal));
    }

    /// <summary>Runs the node until it has written, and stops it.</summary>
    private protected async Task RunOnceAsync(string settings)
    {
        await using (await StartAsync(settings))
            await ReadyAsync();
        _errors.GetStringBuilder().Clear();
    }

    /// <summary>Asks the node to write a key; what becomes of that does not matter.</summary>
    private protected void Put() => _ = _http.PutAsync($"{Url}/kv/key", new StringContent("value"));

    private static Task<T> Bounded<T>(Task<T> task) => task.WaitAsync(ProgramRun.Patience);

    private Task<RunningNode> StartAsync(string settings) =>
        Bounded(RunningNode.StartAsync(NodeSettings.Load(ConfigFile(settings), Directory.In("data"))));

    private string ConfigFile(string settings)
    {
        var file = ClusterFiles.Write(Directory.In("conf"), 1, _port, _port + 1)[0];
        const string Backoff = "raft.restart-backoff { min = 20 ms, max = 200 ms }";
        return Directory.Write("conf/node.conf", $"include \"{Path.GetFileName(file)}\"\n{Backoff}\n{settings}");
    }

    private Task ReadyAsync() => Eventually.IsTrueAsync("the node to be ready", async () =>
    {
        using var response = await _http.GetAsync($"{Url}/health/ready");
        return response.IsSuccessStatusCode;
    }, _errors.ToString);

    private Task NotReadyAsync(string said)
    {
        string? last = null;
        return Eventually.IsTrueAsync("the node to say why it is not ready", async () =>
        {
            using var response = await _http.GetAsync($"{Url}/health/ready");
            last = await response.Content.ReadAsStringAsync();
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                return false;
            using var problem = JsonDocument.Parse(last);
            return problem.RootElement.GetProperty("type").GetString() == "urn:raftnode:store-unavailable"
                && problem.RootElement.GetProperty("detail").GetString()!.Contains(said, StringComparison.Ordinal);
        }, () => $"{last}\n{_errors}");
    }

    private List<string> Lines() => [.. _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex("^[-0-9]{10}T[:.0-9]{12}Z (INFO |WARN |ERROR) [^ ].*: ")]
    private static partial Regex LogLine();
}
