using RaftActors.Storage;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The lock that a node has on its part of a PostgreSQL database.</summary>
public sealed class PostgresqlHoldSpec
{
    [PostgresFact]
    public async Task It_keeps_out_a_second_process_of_the_same_member_only_and_is_taken_again_when_the_server_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        var place = new StorePlace("journal", null, "PostgreSQL.15", await server.CreateDatabaseAsync());
        await using var held = new PostgresqlHold(place, "raft-kv-node1", _ => { });
        await held.EnsureAsync();
        await held.EnsureAsync();
        Assert.Null(await PostgresqlLock.TryTakeAsync(place, "raft-kv-node1"));
        using (var other = await PostgresqlLock.TryTakeAsync(place, "raft-kv-node2"))
            Assert.NotNull(other);

        await server.KillAsync();
        await server.StartAgainAsync();

        await Eventually.IsTrueAsync("the lock to be held again", async () =>
            await server.QueryAsync("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted",
                place.ConnectionString) is 1L);
    }

    [PostgresFact]
    public async Task A_process_that_lost_it_to_another_is_told_and_gets_it_no_more()
    {
        await using var server = await PostgresServer.StartAsync();
        var place = new StorePlace("journal", null, "PostgreSQL.15", await server.CreateDatabaseAsync());
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var held = new PostgresqlHold(place, "raft-kv-node1", lost.SetResult);
        await held.EnsureAsync();

        // The other one waits for it already when the first one's connection is ended, and so is the next to have it.
        var taking = PostgresqlLock.TryTakeAsync(place, "raft-kv-node1");
        await Eventually.IsTrueAsync("the other to wait", async () =>
            await server.QueryAsync("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                place.ConnectionString) is 1L);
        await server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
            + "granted", place.ConnectionString);

        using var other = await taking;
        Assert.NotNull(other);
        Assert.Contains("in use by another process", await lost.Task.WaitAsync(ProgramRun.Patience));
        var again = await Assert.ThrowsAsync<StoreException>(held.EnsureAsync);
        Assert.False(again.CanWait);
    }
}
