using RaftNode.Host.Configuration;

namespace RaftNode.Host.Node;

/// <summary>
/// What only one process can hold at a time: a node's directory, and its part of a database that other machines can
/// reach.
/// </summary>
internal sealed class StoreHold : IDisposable
{
    private readonly DataDirectory? _directory;
    private readonly PostgresqlLock? _lock;

    private StoreHold(DataDirectory? directory, PostgresqlLock? @lock) => (_directory, _lock) = (directory, @lock);

    /// <summary>Takes both, for a command that works on a stopped node's data.</summary>
    /// <param name="directory">The node's own directory. It is not made if it does not exist.</param>
    /// <param name="store">The node's journal and snapshot store.</param>
    /// <param name="persistenceId">The persistence id of the node's peer; <c>null</c> if the journal is empty.</param>
    /// <exception cref="NodeStartException">
    /// Another process holds one of the two, or the database cannot be reached.
    /// </exception>
    public static async Task<StoreHold> TakeAsync(string directory, StoreSettings store, string? persistenceId)
    {
        var held = Directory.Exists(directory) ? DataDirectory.Open(directory) : null;
        try
        {
            if (!store.Journal.IsPostgresql || persistenceId is null)
                return new StoreHold(held, null);
            return new StoreHold(held, await PostgresqlLock.TryTakeAsync(store.Journal, persistenceId)
                ?? throw new NodeStartException(PostgresqlLock.InUse(store.Journal, persistenceId)));
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock?.Dispose();
        _directory?.Dispose();
    }
}
