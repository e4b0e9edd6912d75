using RaftActors.Storage;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>
/// Holds the lock on a node's part of a PostgreSQL database while the node runs. If the connection ends, as when the
/// server restarts, it is made again. If another process has taken the lock meanwhile, the node must stop.
/// </summary>
/// <param name="place">The database.</param>
/// <param name="persistenceId">The peer's persistence id.</param>
/// <param name="lost">Called with the reason if another process has the lock.</param>
internal sealed class PostgresqlHold(StorePlace place, string persistenceId, Action<string> lost) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopped = new();
    private PostgresqlLock? _lock;
    private Task _watching = Task.CompletedTask;

    /// <summary>Takes the lock, unless it is held. No peer may start before that.</summary>
    /// <exception cref="StoreException">Another process has the lock.</exception>
    /// <exception cref="NodeStartException">The database cannot be reached.</exception>
    public async Task EnsureAsync()
    {
        await _turn.WaitAsync(_stopped.Token);
        try
        {
            if (_lock is not null)
                return;
            _lock = await PostgresqlLock.TryTakeAsync(place, persistenceId)
                ?? throw new StoreException(PostgresqlLock.InUse(place, persistenceId), canWait: false);
            if (_watching.IsCompleted)
                _watching = WatchAsync(_lock);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _watching;
        _lock?.Dispose();
        _stopped.Dispose();
        _turn.Dispose();
    }

    private async Task WatchAsync(PostgresqlLock held)
    {
        try
        {
            while (true)
            {
                await held.LostAsync(_stopped.Token);
                if (await TakeAgainAsync(held) is not { } again)
                {
                    lost(PostgresqlLock.InUse(place, persistenceId));
                    return;
                }
                held = again;
            }
        }
        catch (OperationCanceledException)
        {
            // The node is stopping.
        }
    }

    private async Task<PostgresqlLock?> TakeAgainAsync(PostgresqlLock ended)
    {
        while (true)
        {
            // A start of a peer at the same time waits for this.
            await _turn.WaitAsync(_stopped.Token);
            try
            {
                _lock = null;
                ended.Dispose();
                return _lock = await PostgresqlLock.TryTakeAsync(place, persistenceId);
            }
            catch (NodeStartException)
            {
                // The server is down or restarting. What the node does meanwhile fails, and the failure is reported
                // there.
            }
            finally
            {
                _turn.Release();
            }
            await Task.Delay(Pause, _stopped.Token);
        }
    }
}
