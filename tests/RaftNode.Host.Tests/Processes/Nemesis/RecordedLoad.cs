using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using RaftActors;
using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// Concurrent clients of all nodes, over HTTP and with sessions, whose operations are recorded. Few keys are in use at
/// a time, so that operations meet; each for a few hundred operations, so that its history can be judged. No value is
/// written twice: an ETag, of which there is one a write, therefore stands for a value, and a write under If-Match is a
/// compare-and-set.
/// </summary>
internal sealed class RecordedLoad(NodeCluster cluster, int httpClients, int sessionClients,
    int seed) : IAsyncDisposable
{
    private const int Keys = 6;
    private const int OperationsOfKey = 300;
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SessionDeadline = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(4);

    private readonly KeyValueRecorder _recorder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(string Key, string Tag), string> _versions = new();
    private readonly ActorSystem _system = ActorSystem.Create(RunningNode.SystemName, ConfigurationFactory
        .ParseString("akka.loglevel = ERROR, akka.remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 }")
            .WithFallback(NodeSettings.Reference()).WithFallback(Raft.DefaultConfig()));
    private readonly int[] _started = new int[Keys];
    private int _values;
    private int _acknowledged;
    private int _unknown;
    private int _notDone;
    private Task _running = Task.CompletedTask;

    /// <summary>How many operations were answered.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The node that all clients use, or -1: each any.</summary>
    public int OnlyNode { get; set; } = -1;

    /// <summary>Whether all clients use one key.</summary>
    public bool OneKey { get; set; }

    /// <summary>Whether the clients do not wait between two operations.</summary>
    public bool Hurry { get; set; }

    /// <summary>What was done, in words.</summary>
    public string Summary => $"{Acknowledged} operations answered, {_unknown} with unknown outcome, {_notDone} refused";

    /// <summary>Two values that were seen under one version of a key, if there are any.</summary>
    public string? Contradiction { get; private set; }

    /// <summary>Starts.</summary>
    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, httpClients + sessionClients).Select(RunAsync));

    /// <summary>Waits until a number of further operations are answered.</summary>
    public Task ProgressAsync(int count)
    {
        var goal = Acknowledged + count;
        return Eventually.IsTrueAsync($"{count} more answers", async () =>
        {
            if (_running.IsFaulted)
                await _running;
            return Acknowledged >= goal;
        }, () => $"{Summary}.\n{cluster.Transcripts()}");
    }

    /// <summary>Ends, and reads every key that is in use once more through every node.</summary>
    public async Task<IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>>> EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        using var patience = new CancellationTokenSource(ProgramRun.Patience);
        for (var node = 0; node < cluster.Count; node++)
        {
            using var http = new PlainHttp(Endpoint(node));
            for (var slot = 0; slot < Keys; slot++)
                await Eventually.IsTrueAsync("the last reads",
                    () => TryAsync(httpClients + sessionClients + node, http, KeyValueInput.Get(Key(slot)), null,
                    patience.Token), cluster.Transcripts);
        }
        return _recorder.History();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _system.Terminate();

    private IPEndPoint Endpoint(int node) => IPEndPoint.Parse(new Uri(cluster.Urls[node]).Authority);

    private string Key(int slot) => $"key{slot}-{Volatile.Read(ref _started[slot]) / OperationsOfKey}";

    private async Task RunAsync(int client)
    {
        var random = new Random(seed + client);
        var connections = Connections(client);
        var node = client % cluster.Count;
        // What this client last saw of each key: value and ETag.
        var seen = new Dictionary<string, (string Value, string Tag)>();
        while (!_stop.IsCancellationRequested)
        {
            var slot = OneKey ? 0 : random.Next(Keys);
            var key = Key(slot);
            Interlocked.Increment(ref _started[slot]);
            if (OnlyNode is var only and >= 0 && client < httpClients)
                node = only;
            var (input, tag) = Draw(random, key, seen);
            using var patience = new CancellationTokenSource(RequestPatience);
            var answered = await TryAsync(client, connections[node % connections.Length], input, tag, patience.Token,
                (value, version) => seen[key] = (value, version));
            // As clients do, it stays with a node that answers; not for ever, so that all nodes are used.
            if (!answered || random.Next(20) == 0)
                node = random.Next(cluster.Count);
            if (!Hurry)
                await Task.Delay(Pace);
        }
        foreach (var connection in connections)
            connection.Dispose();
    }

    // A client with a session finds the leader by itself.
    private IStoreConnection[] Connections(int client) => client < httpClients
        ? [.. Enumerable.Range(0, cluster.Count).Select(node => new PlainHttp(Endpoint(node)))]
        : [new SessionConnection(_system, cluster.Addresses, SessionDeadline)];

    private (KeyValueInput Input, string? Tag) Draw(Random random, string key,
        Dictionary<string, (string Value, string Tag)> seen)
    {
        var value = $"{Interlocked.Increment(ref _values)}";
        var last = seen.TryGetValue(key, out var present) ? present : default;
        return random.Next(20) switch
        {
            < 8 => (KeyValueInput.Get(key), null),
            < 12 => (KeyValueInput.Put(key, value), null),
            < 17 when last.Tag is not null => (KeyValueInput.CompareAndSet(key, last.Value, value), last.Tag),
            < 18 => (KeyValueInput.Create(key, value), null),
            18 when last.Tag is not null => (KeyValueInput.CompareAndSet(key, last.Value, null), last.Tag),
            _ => (KeyValueInput.Delete(key), null),
        };
    }

    /// <summary>Does an operation and records it.</summary>
    /// <returns>Whether it was answered.</returns>
    private async Task<bool> TryAsync(int client, IStoreConnection connection, KeyValueInput input, string? tag,
        CancellationToken stop, Action<string, string>? saw = null)
    {
        var call = _recorder.Begin(client, input);
        try
        {
            await connection.ConnectAsync(stop);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            call.NotDone();
            return false;
        }
        try
        {
            var answer = await connection.AskAsync(input, tag, stop);
            if (Output(input, answer) is { } output)
            {
                call.Return(output);
                Interlocked.Increment(ref _acknowledged);
                if (answer is { Status: 200, Tag: { } version })
                    Saw(input.Key, answer.Body, version, saw);
                else if (answer is { Status: 201 or 204, Tag: { } written } && input.Value is { } value)
                    Saw(input.Key, value, written, saw);
                return true;
            }
            // 503: certainly not done. Everything else: nobody can say.
            if (answer.Status == (int)HttpStatusCode.ServiceUnavailable)
            {
                call.NotDone();
                Interlocked.Increment(ref _notDone);
                return false;
            }
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or OperationCanceledException)
        {
            // The outcome is unknown, which is how the operation is recorded.
        }
        Interlocked.Increment(ref _unknown);
        return false;
    }

    private void Saw(string key, string value, string version, Action<string, string>? saw)
    {
        if (_versions.GetOrAdd((key, version), value) is var other && other != value)
            Contradiction ??= $"{key} had the values {other} and {value} under the version {version}";
        saw?.Invoke(value, version);
    }

    /// <summary>What an answer says; <c>null</c> when it does not say what became of the operation.</summary>
    private static KeyValueOutput? Output(KeyValueInput input, PlainAnswer answer) => (input.Kind, answer.Status) switch
    {
        (KeyValueKind.Get, 200) => KeyValueOutput.Found(answer.Body),
        (KeyValueKind.Get, 404) => KeyValueOutput.Found(null),
        (KeyValueKind.Put, 201 or 204) => KeyValueOutput.Replaced(answer.Status == 204),
        (KeyValueKind.Delete, 204) or (KeyValueKind.CompareAndSet, 204) or (KeyValueKind.Create, 201) =>
        KeyValueOutput.Yes,
        (KeyValueKind.Delete, 404) or (KeyValueKind.CompareAndSet, 412) or (KeyValueKind.Create, 409) =>
        KeyValueOutput.No,
        _ => null,
    };
}
