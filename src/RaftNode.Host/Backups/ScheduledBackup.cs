using Akka.Actor;
using RaftActors.Backups;
using RaftActors.Client;
using RaftNode.Host.Node;

namespace RaftNode.Host.Backups;

/// <summary>
/// Backs up the group, or all groups, through this node's peers, if the peer of the first group leads.
/// </summary>
/// <param name="groups">The node's groups.</param>
/// <param name="directory">Where the backups are.</param>
/// <param name="clock">The clock for the name of a backup.</param>
internal sealed class ScheduledBackup(NodeGroups groups, BackupDirectory directory, TimeProvider clock)
    : IScheduledBackup
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
        // A node that has lost the leadership without knowing it gets no answer.
        var (atLeast, failure) = await GroupsBackup.CatchUpAsync(groups);
        if (failure is not null)
            throw new BackupException(failure.Message);
        // Files are written and read back without blocking an actor.
        if (!groups.Layout.IsOne)
        {
            return await Task.Run(() => directory.WriteAsync(clock.GetUtcNow(), atLeast.Sum(),
                target => GroupsBackup.WriteAsync(target, groups, atLeast, cancellation)), cancellation);
        }
        await using var backup = await Backup.OpenAsync(groups[0].Peer, atLeast[0], cancellation);
        return await Task.Run(
            () => directory.WriteAsync(
                clock.GetUtcNow(), backup.Index, target => backup.WriteAsync(target, cancellation)),
            cancellation);
    }

    private async Task<RaftStatus> StatusAsync()
    {
        try
        {
            return await groups[0].Peer.Ask<RaftStatus>(GetStatus.Instance, Patience);
        }
        catch (Exception e) when (e is AskTimeoutException or InvalidOperationException)
        {
            throw new BackupException("The node's peer is not running.", e);
        }
    }
}
