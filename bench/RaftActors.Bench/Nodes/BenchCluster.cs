using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;
using RaftNode.Host.Http;

namespace RaftActors.Bench;

/// <summary>The nodes of a run: processes on loopback, each with a data directory of its own.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly string _directory;
    private readonly IReadOnlyList<string> _files;
    private readonly NodeLink[] _links;
    private readonly HttpClient _http;

    private BenchCluster(int nodes, ClusterOptions options, string settings)
    {
        var parent = options.DataDirectory;
        _directory = parent is null
            ? Directory.CreateTempSubdirectory("raft-bench-").FullName
            : Path.Combine(parent, $"raft-bench-{Environment.ProcessId}");
        var ports = FreePorts(2 * nodes);
        _files = ClusterFiles.Write(Path.Combine(_directory, "conf"), nodes, ports, ports + nodes, options.Journal);
        var security = options.Tls ? new BenchSecurity(Path.Combine(_directory, "tls")) : null;
        File.AppendAllText(Path.Combine(_directory, "conf", "members.conf"),
            $"akka.loglevel = ERROR\n{security?.Settings}{settings}{options.SettingsOfRun()}");
        var patience = TimeSpan.FromSeconds(2);
        _http = NodeConnection.Client(patience, patience, security?.Credentials);
        _links = new NodeLink[nodes];
        Endpoints =
        [
            .. Enumerable.Range(ports + nodes, nodes)
                .Select(port => new HttpTarget(new IPEndPoint(IPAddress.Loopback, port), security)),
        ];
    }

    /// <summary>The address at which each node serves HTTP.</summary>
    public IReadOnlyList<HttpTarget> Endpoints { get; }

    /// <summary>The nodes' processes.</summary>
    public IReadOnlyList<Process> Processes => [.. _links.Select(link => link.Process)];

    /// <summary>Starts the nodes and waits until all know a leader.</summary>
    public static async Task<BenchCluster> StartAsync(int nodes, ClusterOptions options, CancellationToken stop,
        string settings = "")
    {
        var cluster = new BenchCluster(nodes, options, settings);
        try
        {
            for (var node = 0; node < nodes; node++)
                cluster.Start(node);
            await cluster.SettledAsync(stop);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node, or starts it again.</summary>
    public void Start(int node)
    {
        var start = BenchProcess.StartInfo(
            "node", "--config", _files[node], "--data", Path.Combine(_directory, "data"));
        _links[node] = new NodeLink($"node{node + 1}", start);
    }

    /// <summary>Kills a node with SIGKILL.</summary>
    public async Task KillAsync(int node)
    {
        _links[node].Process.Kill();
        await _links[node].Process.WaitForExitAsync();
    }

    /// <summary>Whether a node's process runs.</summary>
    public bool Runs(int node) => !_links[node].Process.HasExited;

    /// <summary>Runs proposals inside a node.</summary>
    public async Task<LoadResult> ProposeAsync(int node, LoadOrder order, CancellationToken stop) =>
        (await _links[node].AskAsync(id => new NodeOrder(id, order), stop)).Result!;

    /// <summary>What the running nodes have used so far.</summary>
    /// <param name="forgetPeak">Whether the peaks of the nodes' memory start anew.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<IReadOnlyList<(int Node, NodeCounters Counters)>> CountersAsync(bool forgetPeak,
        CancellationToken stop) =>
        await Task.WhenAll(Enumerable.Range(0, _links.Length).Where(Runs).Select(async node =>
            (node, (await _links[node].AskAsync(id => new NodeOrder(id, ForgetPeak: forgetPeak), stop)).Counters!)));

    /// <summary>The status of a node; <c>null</c> if the node does not say it.</summary>
    public async Task<StatusDocument?> StatusAsync(int node, CancellationToken stop)
    {
        try
        {
            return await _http.GetFromJsonAsync($"{Endpoints[node].Url}/status", HostJson.Default.StatusDocument,
                stop);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException
            or JsonException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// Waits until the running nodes agree on a leader and have the same log, and returns the number of the leader.
    /// </summary>
    public async Task<int> SettledAsync(CancellationToken stop)
    {
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            var running = Enumerable.Range(0, _links.Length).Where(Runs).ToList();
            var all = await Task.WhenAll(running.Select(node => StatusAsync(node, stop)));
            if (all[0] is { Leader: { } leader } first
                && all.All(status => status?.Leader == leader && status.AppliedIndex == first.LastIndex
                && status.LastIndex == first.LastIndex))
            {
                var index = running.Find(node => $"node{node + 1}" == leader);
                if (all[running.IndexOf(index)]!.Role == "leader")
                    return index;
            }
            await Task.Delay(20, stop);
        }
        throw new BenchException("The nodes do not agree on a leader.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _links.OfType<NodeLink>().Select(link => link.Process))
        {
            if (!process.HasExited)
                process.StandardInput.Close();
        }
        foreach (var process in _links.OfType<NodeLink>().Select(link => link.Process))
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>
    /// The first of several free ports in a row. They are below the ports of outgoing connections, so that a node that
    /// is started again finds its port free.
    /// </summary>
    internal static int FreePorts(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(21_000, 31_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
