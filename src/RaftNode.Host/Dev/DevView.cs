using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RaftNode.Host.Dev;

/// <summary>
/// The output of <c>raftnode dev</c>: a table that is kept up to date or, without a terminal, a line for each change.
/// </summary>
internal sealed class DevView(IReadOnlyList<DevNode> nodes)
{
    private readonly string[] _shown = [.. nodes.Select(_ => "")];

    /// <summary>How to try the cluster.</summary>
    public IReadOnlyList<string> Hints { get; } =
    [
        $"curl -X PUT --data-binary 'hello' {nodes[0].Settings.Http.Url}/kv/greeting",
        $"curl {nodes[^1].Settings.Http.Url}/kv/greeting",
        $"curl {nodes[nodes.Count > 1 ? 1 : 0].Settings.Http.Url}/status",
    ];

    /// <summary>Where the nodes keep their journals.</summary>
    public string Journal { get; } =
        $"{nodes[0].Settings.Store.Journal.PluginId}, {nodes[0].Name}'s in {nodes[0].Settings.Store.Journal}";

    /// <summary>The table.</summary>
    /// <param name="states">The status of each node.</param>
    /// <param name="started">Whether each node has been up before.</param>
    public IRenderable Table(IReadOnlyList<(StatusDocument? Status, string? Problem)> states,
        IReadOnlyList<bool> started)
    {
        var table = new StatusTable();
        var advice = new List<string>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            table.Add(node.Name, states[i].Status, Problem(i, states[i].Problem, started[i]),
                node.Settings.Http.Endpoint.ToString(), node.Settings.Self.Address);
            if (states[i].Status is null && node.HasExited)
                advice.Add($"{node.Name} is down. Start it again with: {Program} {node.StartCommandLine}");
        }
        return new Rows(
        [
            table.Render(AnsiConsole.Profile.Width),
            new Text($"Journal: {Journal}", new Style(decoration: Decoration.Dim)),
            .. advice.Select(line => new Text(line, new Style(Color.Yellow))),
            new Text("Try it:", new Style(decoration: Decoration.Bold)),
            .. Hints.Select(line => new Text($"  {line}")),
            new Text("Kill any node (kill -9 and its pid): the others go on. The nodes' lines are in "
            + $"{Path.GetRelativePath(".", nodes[0].LogFile)} and beside it. Ctrl-C stops all.",
                new Style(decoration: Decoration.Dim)),
        ]);
    }

    /// <summary>Prints a line for each node whose role, term or life has changed.</summary>
    public void PrintChanges(IReadOnlyList<(StatusDocument? Status, string? Problem)> states,
        IReadOnlyList<bool> started)
    {
        foreach (var i in Changed(states, started))
        {
            var status = states[i].Status;
            var again = status is null && nodes[i].HasExited
                ? $"; start it again with: {Program} {nodes[i].StartCommandLine}"
                : "";
            Console.WriteLine(status is null
                ? $"{nodes[i].Name} {_shown[i]}{again}"
                : $"{StatusTable.Line(status)} HTTP {nodes[i].Settings.Http.Endpoint} peers {status.Address}");
        }
    }

    /// <summary>Prints a JSON object on a line for each node whose role, term or life has changed.</summary>
    public void PrintJson(IReadOnlyList<(StatusDocument? Status, string? Problem)> states,
        IReadOnlyList<bool> started)
    {
        foreach (var i in Changed(states, started))
        {
            var (url, status) = ($"http://{nodes[i].Settings.Http.Endpoint}", states[i].Status);
            var node = new AskedNodeDocument(url, status, status is null ? _shown[i] : null);
            Console.WriteLine(JsonSerializer.Serialize(node, CommandJson.Lines.AskedNodeDocument));
        }
    }

    private IEnumerable<int> Changed(IReadOnlyList<(StatusDocument? Status, string? Problem)> states,
        IReadOnlyList<bool> started)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            var brief = states[i].Status is { } status
                ? $"{status.Role} {status.Term} {status.Leader} {status.Pid}"
                : Problem(i, states[i].Problem, started[i]);
            if (brief == _shown[i])
                continue;
            _shown[i] = brief;
            yield return i;
        }
    }

    private static string Program =>
        string.Join(' ', NodeCommand.Program()
            .Select(part => Path.GetRelativePath(".", part) is var relative
            && relative.Length < part.Length ? relative : part));

    private string Problem(int i, string? problem, bool started) => nodes[i].HasExited
        ? $"down: {nodes[i].HowItEnded}"
        : started ? problem ?? "" : "starting";
}
