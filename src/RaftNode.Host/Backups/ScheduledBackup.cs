using Akka.Actor;
using RaftActors.Backups;
using RaftActors.Client;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;

namespace RaftNode.Host.Backups;

/// <summary>Backs up the group through this node's peer, if the peer leads.</summary>
/// <param name="group">The supervisor of the node's peer.</param>
/// <param name="client">Sends requests to the group.</param>
/// <param name="directory">Where the backups are.</param>
/// <param name="clock">The clock for the name of a backup.</param>
internal sealed class ScheduledBackup(
    IActorRef group, GroupClient client, BackupDirectory directory, TimeProvider clock) : IScheduledBackup
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> FindLatestAsync()
    {
        var status = await StatusAsync();
        return await Task.Run(() => directory.LatestTakenAt(status.GroupId));
    }

    /// <inheritdoc/>
    public async Task<WrittenBackup?> WriteAsync(CancellationToken cancellation)
    {
        if ((await StatusAsync()).Role != RaftRole.Leader)
            return null;
        // After any linearizable read, the node has applied everything that was acknowledged before. A node that has
        // lost the leadership without knowing it gets no answer.
        var answer = await client.QueryAsync(new GetValue(""));
        if (answer is not QueryResult fresh)
            throw new BackupException(((QueryFailed)answer).Message);
        await using var backup = await Backup.OpenAsync(group, fresh.AppliedIndex, cancellation);
        // Files are written and read back without blocking an actor.
        return await Task.Run(
            () => directory.WriteAsync(
                clock.GetUtcNow(), backup.Index, target => backup.WriteAsync(target, cancellation)),
            cancellation);
    }

    private async Task<RaftStatus> StatusAsync()
    {
        try
        {
            return await group.Ask<RaftStatus>(GetStatus.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            throw new BackupException("The node's peer is not running.", e);
        }
    }
}
