using System.Text;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode inspect</c> on the data of real nodes.</summary>
public sealed class InspectSpec
{
    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Sql)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_stopped_nodes_store_is_described_and_its_snapshot_verified_and_a_running_nodes_is_not_touched(
        NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(1, journal: journal);
        await PutAsync(cluster, "before");
        using (var taken = await cluster.Http.PostAsync($"{cluster.Urls[0]}/snapshot", null))
            taken.EnsureSuccessStatusCode();
        await PutAsync(cluster, "after");
        var status = (await cluster.StatusAsync(0))!;

        var running = await InspectAsync(cluster);
        Assert.Equal(ExitCode.NotDone, running.Code);
        Assert.Contains("is in use by another process", running.Errors[0]);

        await cluster.KillAsync(0);
        var files = FilesOf(cluster);
        var stopped = await InspectAsync(cluster);
        Assert.True(stopped.Code == ExitCode.Done, stopped.Output + string.Join('\n', stopped.Errors));
        Assert.Contains("member    node1 of group", stopped.Output);
        Assert.Contains($"term      {status.Term}, vote for node1", stopped.Output);
        Assert.Contains($"to {status.LastIndex}, the last of term {status.Term}", stopped.Output);
        Assert.Contains($"snapshot  up to entry {status.SnapshotIndex} of term {status.Term}, {status.SnapshotBytes} "
            + "bytes", stopped.Output);
        Assert.Contains(": verified", stopped.Output);
        Assert.Contains($"node1 at {cluster.Addresses[0]}, voter", stopped.Output);
        Assert.Contains("no problem found", stopped.Output);

        // Not even what a process that was killed has left in the write-ahead log is folded into the database.
        Assert.Equal(files, FilesOf(cluster));
        Assert.True(journal == NodeJournal.Postgresql
            || files.Exists(static file => file.StartsWith("raft.db-wal", StringComparison.Ordinal)));

        if (journal != NodeJournal.Postgresql)
            Assert.Equal(stopped.Output, (await ProgramRun.ToEndAsync(["inspect", cluster.DataOf(0)])).Output);

        // What was inspected is still what the node starts from.
        cluster.Start(0);
        await cluster.ReadyAsync(0);
        Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(0, "after")));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Sql)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task Damage_to_a_snapshot_and_missing_events_are_reported(NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(1, journal: journal);
        await PutAsync(cluster, "key");
        using (var taken = await cluster.Http.PostAsync($"{cluster.Urls[0]}/snapshot", null))
            taken.EnsureSuccessStatusCode();
        await PutAsync(cluster, "key");
        await cluster.KillAsync(0);
        Assert.Equal(1, await cluster.ExecuteAsync(0, "DELETE FROM snapshot WHERE persistence_id LIKE '%-snapshot-%'"));
        Assert.Equal(1, await cluster.ExecuteAsync(0, "DELETE FROM journal WHERE sequence_number = 2"));

        var (code, output, _) = await InspectAsync(cluster);

        Assert.Equal(ExitCode.No, code);
        Assert.Contains("DAMAGED", output);
        Assert.Contains("chunk 1 of 1 is missing or cannot be read", output);
        Assert.Contains("PROBLEM   the journal misses events between 1 and 3", output);
        Assert.DoesNotContain("no problem found", output);
    }

    [Fact]
    public async Task A_letter_that_changed_in_a_stored_event_is_reported_and_named_in_the_status_of_the_node_that_starts_without_it()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await PutAsync(cluster, "key");
        await cluster.KillAsync(0);
        Assert.Equal(1, await cluster.ExecuteAsync(
            0, "UPDATE journal SET message = unhex(replace(hex(message), hex('value'), hex('valve'))) WHERE "
            + "instr(hex(message), hex('value')) > 0"));

        var (code, output, _) = await InspectAsync(cluster);

        Assert.Equal(ExitCode.No, code);
        Assert.Matches("PROBLEM   event [0-9]+ cannot be read: its checksum is [0-9A-F]{16}, not [0-9A-F]{16}", output);
        // There is nobody else who would have the rest.
        cluster.Start(0);
        await cluster.ReadyAsync(0);
        Assert.Matches("^event [0-9]+ of raft-kv-node1 cannot be read: its checksum is",
            Assert.Single((await cluster.StatusAsync(0))!.Damages));
    }

    [Fact]
    public async Task A_directory_without_a_journal_is_refused_and_not_made()
    {
        var directory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var (code, _, errors) = await ProgramRun.ToEndAsync(["inspect", directory]);

        Assert.Equal(ExitCode.NotDone, code);
        Assert.Contains("give the directory of one node", errors[0]);
        Assert.False(Directory.Exists(directory));
    }

    private static Task<(int Code, string Output, IReadOnlyList<string> Errors)> InspectAsync(NodeCluster cluster) =>
        ProgramRun.ToEndAsync(["inspect", .. cluster.StoppedNode(0)]);

    private static async Task PutAsync(NodeCluster cluster, string key)
    {
        using var put =
            await cluster.Http.PutAsync(cluster.Key(0, key), new ByteArrayContent(Encoding.UTF8.GetBytes("value")));
        put.EnsureSuccessStatusCode();
    }

    // The databases and their logs, each with a digest of what is in it.
    private static List<string> FilesOf(NodeCluster cluster) =>
    [
        .. Directory.GetFiles(cluster.DataOf(0), "*.db*")
            .Where(static file => !file.EndsWith("-shm", StringComparison.Ordinal)
                && !file.EndsWith(".lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static file =>
                $"{Path.GetFileName(file)} "
                    + $"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];
}
