using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace RaftActors.Bench;

/// <summary>
/// A node's process. Orders and answers go through its standard input and output. Several orders may be under way.
/// </summary>
internal sealed class NodeLink
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<NodeAnswer>> _pending = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly string _name;
    private long _lastId;
    private volatile bool _ended;

    /// <summary>Starts the process.</summary>
    public NodeLink(string name, ProcessStartInfo start)
    {
        _name = name;
        Process = Process.Start(start)!;
        _ = ReadAsync();
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>Gives an order, and waits for its answer.</summary>
    /// <param name="make">Makes the order with its id.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="BenchException">The order failed, or the process ended.</exception>
    public async Task<NodeAnswer> AskAsync(Func<long, NodeOrder> make, CancellationToken stop)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer =
            _pending[id] = new TaskCompletionSource<NodeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _writing.WaitAsync(stop);
        try
        {
            await Process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(make(id)).AsMemory(), stop);
            await Process.StandardInput.FlushAsync(stop);
        }
        finally
        {
            _writing.Release();
        }
        if (_ended)
            Fail();
        var given = await answer.Task.WaitAsync(stop);
        return given.Error is null ? given : throw new BenchException(given.Error);
    }

    private async Task ReadAsync()
    {
        while (await Process.StandardOutput.ReadLineAsync() is { } line)
        {
            var answer = JsonSerializer.Deserialize<NodeAnswer>(line)!;
            if (_pending.TryRemove(answer.Id, out var pending))
                pending.TrySetResult(answer);
        }
        _ended = true;
        Fail();
    }

    private void Fail()
    {
        foreach (var pending in _pending.Values)
            pending.TrySetException(new BenchException($"{_name} ended."));
    }
}
