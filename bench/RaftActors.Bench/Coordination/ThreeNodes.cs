using System.Globalization;

namespace RaftActors.Bench;

/// <summary>Three processes of this program, each with a port and a data directory of its own.</summary>
internal sealed class ThreeNodes : IAsyncDisposable
{
    private readonly string[] _arguments;
    private readonly string _directory;
    private readonly int _ports = BenchCluster.FreePorts(3);
    private readonly BenchProcess[] _processes = new BenchProcess[3];

    /// <summary>Starts the processes.</summary>
    /// <param name="parent">The directory for their data; <c>null</c> for that of temporary files.</param>
    /// <param name="arguments">The arguments of this program. Number, ports and data directory follow.</param>
    public ThreeNodes(string? parent, params string[] arguments)
    {
        _arguments = arguments;
        _directory = parent is null
            ? Directory.CreateTempSubdirectory("raft-bench-").FullName
            : Directory.CreateDirectory(Path.Combine(parent, $"raft-bench-{Guid.NewGuid():n}")).FullName;
        for (var node = 0; node < 3; node++)
            Start(node);
    }

    /// <summary>The process of a node.</summary>
    public BenchProcess this[int node] => _processes[node];

    /// <summary>The number of the node whose process has an id.</summary>
    public int Of(int processId) => Array.FindIndex(_processes, process => process.Process.Id == processId);

    /// <summary>Starts a node, or starts it again on its data.</summary>
    public void Start(int node)
    {
        string data = Directory.CreateDirectory(Path.Combine(_directory, $"node{node}")).FullName;
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        _processes[node] = new BenchProcess(
            $"node{node}", [.. _arguments, "--number", Text(node), "--ports", Text(_ports), "--data", data]);
    }

    /// <summary>Gives all nodes the same order.</summary>
    public async Task<string[]> AskAllAsync(string order, CancellationToken stop) =>
        await Task.WhenAll(_processes.Select(process => process.AskAsync(order, stop)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
