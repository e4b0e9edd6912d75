using RaftActors.Backups;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode backup</c> of real nodes.</summary>
public sealed class BackupSpec
{
    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task Any_node_writes_a_backup_of_all_that_was_acknowledged_and_the_file_is_replaced_only_by_force(
        NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(3, journal: journal);
        using var directory = new TemporaryDirectory();
        var file = directory.In("kv.backup");
        for (var node = 0; node < 3; node++)
        {
            using var put = await cluster.Http.PutAsync(cluster.Key(node, $"key{node}"), new StringContent("value"));
            put.EnsureSuccessStatusCode();
            var version = long.Parse(put.Headers.ETag!.Tag.Trim('"'));

            // Of another node than the one that was written to.
            var run = await ProgramRun.ToEndAsync(["backup", file, "--force", "--url", cluster.Urls[(node + 1) % 3]]);

            Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
            var backup = BackupFile.Open(file);
            Assert.True(backup.Index >= version, $"The backup ends at {backup.Index}, and {version} was acknowledged.");
            Assert.Equal(new FileInfo(file).Length, backup.Length);
            Assert.Contains($"up to entry {backup.Index} of term {backup.Term}", run.Output);
            Assert.Contains($"{backup.Length} bytes, SHA-256 {backup.Sha256}: verified", run.Output);
        }

        var before = await File.ReadAllBytesAsync(file);
        var again = await ProgramRun.ToEndAsync(["backup", file, "--url", cluster.Urls[0]]);
        Assert.Equal((ExitCode.NotDone, $"raftnode: {file} exists; --force replaces it"),
            (again.Code, again.Errors[0]));
        Assert.Equal(before, await File.ReadAllBytesAsync(file));
        Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(["inspect", file])).Code);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task Without_a_leader_there_is_no_backup_and_no_file()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        using var directory = new TemporaryDirectory();
        await cluster.KillAsync(0);
        await cluster.KillAsync(1);

        var run = await ProgramRun.ToEndAsync(["backup", directory.In("kv.backup"), "--url", cluster.Urls[0], "--url",
            cluster.Urls[2]]);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.StartsWith("raftnode: ", Assert.Single(run.Errors));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(directory.In("kv.backup"))!));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_snapshot_that_is_damaged_on_the_nodes_disk_ends_the_backup_and_leaves_no_file(
        NodeJournal journal)
    {
        await using var cluster =
            await NodeCluster.StartAsync(1, "raft.snapshot.chunk-size = 1 KiB\n", journal: journal);
        using var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new ByteArrayContent(new byte[5000]));
        using (var taken = await cluster.Http.PostAsync($"{cluster.Urls[0]}/snapshot", null))
            taken.EnsureSuccessStatusCode();
        // A chunk of the right form, but another one's bytes.
        const string chunks = "persistence_id LIKE '%-snapshot-%' AND sequence_number";
        var damage =
            $"UPDATE snapshot SET snapshot = (SELECT snapshot FROM snapshot WHERE {chunks} = 1) WHERE {chunks} = 3";
        Assert.Equal(1, await cluster.ExecuteAsync(0, damage));
        using var directory = new TemporaryDirectory();

        var run = await ProgramRun.ToEndAsync(["backup", directory.In("kv.backup"), "--url", cluster.Urls[0]]);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Contains("the connection broke before the backup was complete", Assert.Single(run.Errors));
        await Eventually.IsTrueAsync("the node to say so",
            () => Task.FromResult(cluster.Run(0).Transcript.Contains("is damaged", StringComparison.Ordinal)),
            cluster.Transcripts);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(directory.In("kv.backup"))!));
    }

    [Fact]
    public async Task A_backup_that_is_damaged_cut_off_or_none_at_all_is_found_out()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        using var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value"));
        using var directory = new TemporaryDirectory();
        var bytes = await cluster.Http.GetByteArrayAsync($"{cluster.Urls[0]}/backup");
        var file = directory.In("copy");

        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 1;
            await File.WriteAllBytesAsync(file, damaged);
            Assert.Throws<BackupException>(() => BackupFile.Open(file));
            await File.WriteAllBytesAsync(file, bytes[..at]);
            Assert.Throws<BackupException>(() => BackupFile.Open(file));
        }
        await File.WriteAllBytesAsync(file, [.. bytes, 0]);
        Assert.Throws<BackupException>(() => BackupFile.Open(file));
        var inspected = await ProgramRun.ToEndAsync(["inspect", file]);
        Assert.Equal(ExitCode.No, inspected.Code);
        Assert.Contains("is damaged", inspected.Errors[0]);
        await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(["inspect", file])).Code);
    }
}
