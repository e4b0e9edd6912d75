using System.Text.Json;
using Microsoft.Data.Sqlite;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Http.Description;
using RaftNode.Host.Tests.Processes.Nemesis;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A cluster of real processes on free ports, with their data in a directory of its own.</summary>
internal sealed class NodeCluster : IAsyncDisposable
{
    // A machine that stands still for half a second is no reason for another leader, unless a spec says so: what is
    // asked once is answered.
    private const string Patient = "raft.election-timeout { min = 1 s, max = 2 s }\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly IReadOnlyList<string> _files;
    private readonly int _founders;
    private readonly NodeJournal _journal;
    private readonly string? _database;
    private readonly ProgramRun?[] _runs;
    private readonly string[] _said;
    private readonly List<IDisposable> _disks = [];
    private readonly HttpClient _http =
        new(new DescribedAnswers(NodeConnection.Handler(TimeSpan.FromSeconds(20))))
        {
            Timeout = TimeSpan.FromSeconds(20),
        };

    private NodeCluster(
        int nodes, string settings, bool behindProxies, int founders, NodeJournal journal, string? database)
    {
        _founders = founders;
        _journal = journal;
        _database = database;
        var ports = FreePorts.Range((behindProxies ? 3 : 2) * nodes);
        _files = ClusterFiles.Write(_directory.In("conf"), nodes, ports, ports + nodes, journal.Choice(), database);
        File.AppendAllText(_directory.In("conf/members.conf"), Patient + settings);
        if (behindProxies)
        {
            Links = new ClusterLinks(nodes, ports, ports + (2 * nodes));
            for (var node = 0; node < nodes; node++)
                File.AppendAllText(_files[node],
                    $"akka.remote.dot-netty.tcp {{ port = {ports + (2 * nodes) + node}, public-port = {ports + node} "
                        + $"}}\n");
        }
        Addresses = [.. Enumerable.Range(ports, nodes).Select(port => $"127.0.0.1:{port}")];
        for (var node = 0; node < nodes && founders < nodes; node++)
        {
            // Who joins knows those that founded the group, and itself.
            var known = Enumerable.Range(0, nodes).Where(other => other < founders || other == node)
                .Select(other => $"{{ id = node{other + 1}, address = \"{Addresses[other]}\" }}");
            File.AppendAllText(_files[node], $"raft.members = [ {string.Join(", ", known)} ]\n");
        }
        _runs = new ProgramRun?[nodes];
        _said = [.. Enumerable.Repeat("", nodes)];
        Urls = [.. Enumerable.Range(ports + nodes, nodes).Select(port => $"http://127.0.0.1:{port}")];
    }

    /// <summary>Where each node serves HTTP.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>Where peers reach each node.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>How many nodes there are.</summary>
    public int Count => _runs.Length;

    /// <summary>A client for all nodes.</summary>
    public HttpClient Http => _http;

    /// <summary>The nodes' files.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Where the nodes' data is.</summary>
    public string Data => _directory.In("data");

    /// <summary>The network between the nodes, if they were started behind proxies.</summary>
    public ClusterLinks? Links { get; }

    /// <summary>Starts a cluster and waits until every node knows a leader.</summary>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="settings">What all nodes' files say besides.</param>
    /// <param name="behindProxies">Whether the nodes reach each other through <see cref="Links"/>.</param>
    /// <param name="prepare">What to do before the first node starts.</param>
    /// <param name="founders">How many of the nodes found the group and are started; the others are to join it.</param>
    /// <param name="journal">What their journals are in; on PostgreSQL all have one database.</param>
    public static async Task<NodeCluster> StartAsync(
        int nodes, string settings = "", bool behindProxies = false, Action<NodeCluster>? prepare = null,
        int? founders = null, NodeJournal journal = NodeJournal.Sqlite)
    {
        var database = await journal.CreateDatabaseAsync();
        var cluster = new NodeCluster(nodes, settings, behindProxies, founders ?? nodes, journal, database);
        try
        {
            prepare?.Invoke(cluster);
            for (var i = 0; i < cluster._founders; i++)
                cluster.Start(i);
            await Task.WhenAll(Enumerable.Range(0, cluster._founders).Select(cluster.ReadyAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node, or starts it again on the data it left.</summary>
    public void Start(int node) => _runs[node] = ProgramRun.Start(StartArguments(node));

    /// <summary>The arguments that start a node.</summary>
    public string[] StartArguments(int node) => 
        ["start", "--config", _files[node], "--data", Data, "--stop-with-stdin",
            .. node < _founders ? Array.Empty<string>() : ["--join"]];

    /// <summary>The process of a node.</summary>
    public ProgramRun Run(int node) =>
        _runs[node] ?? throw new InvalidOperationException($"The node {node} was not started.");

    /// <summary>Ends a node with SIGKILL.</summary>
    public Task KillAsync(int node) => Run(node).KillAsync();

    /// <summary>Takes over a disk that a node's data is on, to be given back once the processes have ended.</summary>
    public void Own(IDisposable disk) => _disks.Add(disk);

    /// <summary>The directory of a node's data.</summary>
    public string DataOf(int node) => Path.Combine(Data, $"node{node + 1}");

    /// <summary>
    /// What leads a command to a stopped node's data: its directory, and its configuration where that is needed.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="option">The option that the directory is given with, if it is an option.</param>
    public string[] StoppedNode(int node, string? option = null) =>
        [.. option is null ? Array.Empty<string>() : [option], DataOf(node), .. ConfigWhereNeeded(node)];

    /// <summary>
    /// The option that names a node's configuration, for a command that finds its data by itself only with the default
    /// journal.
    /// </summary>
    public string[] ConfigWhereNeeded(int node) => _journal == NodeJournal.Sqlite ? [] : ["--config", _files[node]];

    /// <summary>Loses what a stopped node has stored.</summary>
    public async Task ForgetAsync(int node)
    {
        if (Directory.Exists(DataOf(node)))
            Directory.Delete(DataOf(node), recursive: true);
        if (_database is null)
            return;
        var id = $"raft-kv-node{node + 1}";
        var its = $"persistence_id = '{id}' OR persistence_id LIKE '{id}-snapshot-%'";
        foreach (var table in (string[])["journal", "snapshot"])
            await ExecuteAsync(node, $"DELETE FROM {table} WHERE {its}");
    }

    /// <summary>Executes a statement on what a node has stored, behind its back.</summary>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> ExecuteAsync(int node, string statement)
    {
        if (_database is not null)
            return await (await PostgresServer.SharedAsync()).ExecuteAsync(statement, _database);
        var changed = 0;
        // Of the tables of both plugins, each is used in one of the files.
        foreach (var file in Directory.GetFiles(DataOf(node), "*.db"))
        {
            var opened = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false };
            await using var connection = new SqliteConnection(opened.ConnectionString);
            connection.Open();
            await using var command = connection.CreateCommand();
            var table = statement.Contains("journal", StringComparison.Ordinal) ? "journal" : "snapshot";
            command.CommandText = $"SELECT COUNT(*) FROM sqlite_master WHERE name = '{table}'";
            if ((long)(await command.ExecuteScalarAsync())! == 0)
                continue;
            command.CommandText = statement;
            changed += await command.ExecuteNonQueryAsync();
        }
        return changed;
    }

    /// <summary>The URL of a key at a node.</summary>
    public string Key(int node, string key) => $"{Urls[node]}/kv/{Uri.EscapeDataString(key)}";

    /// <summary>How a node stands; <c>null</c> when it does not say.</summary>
    public async Task<StatusDocument?> StatusAsync(int node)
    {
        try
        {
            using var response = await _http.GetAsync($"{Urls[node]}/status");
            _said[node] = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(_said[node], HostJson.Default.StatusDocument)
                : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            _said[node] = e.Message;
            return null;
        }
    }

    /// <summary>Waits for a leader and says which node it is: the one in the highest term, of those that run.</summary>
    public async Task<int> LeaderAsync()
    {
        var leader = await Eventually.GetAsync(
            "a leader",
            async () => (await Task.WhenAll(Enumerable.Range(0, Count).Select(StatusAsync)))
                .Select((status, node) => (status, node))
                .Where(pair => pair.status is { Role: "leader" })
                .OrderByDescending(pair => pair.status!.Term)
                .Select(pair => Tuple.Create(pair.node))
                .FirstOrDefault(),
            Transcripts);
        return leader.Item1;
    }

    /// <summary>Waits until a node says how it stands, if only that it waits to be added.</summary>
    public Task AnswersAsync(int node) =>
        Eventually.IsTrueAsync($"node{node + 1} to answer", async () => await StatusAsync(node) is not null,
            Transcripts);

    /// <summary>Waits until a node is ready; one that has ended is started again.</summary>
    public Task BackAsync(int node) => Eventually.IsTrueAsync(
        $"node{node + 1} to be back",
        () =>
        {
            if (Run(node).HasExited)
                Start(node);
            return SaysItIsReadyAsync(node);
        },
        Transcripts);

    /// <summary>Waits until a node is ready.</summary>
    public Task ReadyAsync(int node) =>
        Eventually.IsTrueAsync($"node{node + 1} to be ready", () => IsReadyAsync(node), Transcripts);

    /// <summary>Waits until all nodes are ready.</summary>
    public Task AllReadyAsync() => Task.WhenAll(Enumerable.Range(0, Count).Select(ReadyAsync));

    /// <summary>Waits until all nodes have applied the same commands, and returns how each stands.</summary>
    public Task<StatusDocument[]> SettledAsync() => Eventually.GetAsync(
        "all nodes to have applied the same entries",
        async () =>
        {
            var all = await Task.WhenAll(Enumerable.Range(0, Count).Select(StatusAsync));
            return all.All(status => status is not null && status.AppliedIndex == all[0]!.AppliedIndex
                && status.AppliedIndex == status.LastIndex && status.State.Index == all[0]!.State.Index)
                ? all.Select(status => status!).ToArray()
                : null;
        },
        Transcripts);

    /// <summary>What the nodes wrote, and last said of themselves, for the message of a failure.</summary>
    public string Transcripts() =>
        string.Join("\n\n", _runs.Select((run, node) => $"--- node{node + 1}\n{run?.Transcript}\n{_said[node]}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs.OfType<ProgramRun>())
            await run.DisposeAsync();
        Links?.Dispose();
        _disks.ForEach(disk => disk.Dispose());
        _http.Dispose();
        _directory.Dispose();
    }

    private async Task<bool> IsReadyAsync(int node)
    {
        if (Run(node).HasExited)
            throw new InvalidOperationException($"node{node + 1} ended:\n{Run(node).Transcript}");
        return await SaysItIsReadyAsync(node);
    }

    /// <summary>Whether a node serves HTTP.</summary>
    public Task<bool> IsLiveAsync(int node) => SaysAsync(node, "live");

    private Task<bool> SaysItIsReadyAsync(int node) => SaysAsync(node, "ready");

    private async Task<bool> SaysAsync(int node, string health)
    {
        try
        {
            using var response = await _http.GetAsync($"{Urls[node]}/health/{health}");
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
