using RaftActors.Backups;
using RaftNode.Host.Backups;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Backups that real nodes write by schedule.</summary>
public sealed class ScheduledBackupSpec : IDisposable
{
    private const int Keep = 3;

    private readonly TemporaryDirectory _directory = new();

    private string Backups => _directory.In("backups");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_leader_writes_them_the_next_leader_goes_on_and_the_newest_is_restored_in_one_command()
    {
        Directory.CreateDirectory(Backups);
        await using (var cluster = await NodeCluster.StartAsync(3, Settings()))
        {
            var leader = await cluster.LeaderAsync();
            await PutAsync(cluster, leader, "first");
            await WrittenAsync(cluster, leader);
            await Eventually.IsTrueAsync("old backups to be deleted",
                () => Task.FromResult(
                    cluster.Run(leader).Transcript.Contains("; deleted kv-", StringComparison.Ordinal)),
                cluster.Transcripts);
            var metrics = await cluster.Http.GetStringAsync($"{cluster.Urls[leader]}/metrics");
            Assert.Contains("raft_backups_last_success_seconds", metrics);
            Assert.Contains("raft_backups_size_bytes", metrics);
            Assert.Contains("raft_backups_duration_seconds_count", metrics);

            await cluster.KillAsync(leader);
            int next = await cluster.LeaderAsync();
            await PutAsync(cluster, next, "second");
            await WrittenAsync(cluster, next);
            await WrittenAsync(cluster, next);
            Assert.True(Good().Count <= Keep + 1, string.Join('\n', Good()));
        }

        string[] restore = ["restore", "--newest", Backups, "--data", _directory.In("new"), "--members",
            "node1=127.0.0.1:4051"];
        var run = await ProgramRun.ToEndAsync(restore);

        Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
        var (file, newest) = Newest();
        Assert.Contains($"up to entry {newest.Index} of term {newest.Term}", run.Output);
        Assert.Contains($"file      {file}", run.Output);
    }

    [Fact]
    public async Task A_restored_cluster_has_what_the_newest_backup_has()
    {
        Directory.CreateDirectory(Backups);
        await using (var cluster = await NodeCluster.StartAsync(1, Settings()))
        {
            await PutAsync(cluster, 0, "key");
            await WrittenAsync(cluster, 0);
            await WrittenAsync(cluster, 0);
        }
        await File.WriteAllBytesAsync(Path.Combine(Backups, "damaged.backup"),
            (await File.ReadAllBytesAsync(Newest().File))[..^1]);
        (int Code, string Output, IReadOnlyList<string> Errors) run = (-1, "", []);

        await using var restored = await NodeCluster.StartAsync(1, prepare: cluster =>
            run = ProgramRun.ToEndAsync(["restore", "--newest", Backups, "--data", cluster.Data, "--members",
                $"node1={cluster.Addresses[0]}"]).GetAwaiter().GetResult());

        Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
        Assert.StartsWith($"raftnode: skipped: {Path.Combine(Backups, "damaged.backup")} is incomplete",
            Assert.Single(run.Errors));
        Assert.Equal("value", await restored.Http.GetStringAsync(restored.Key(0, "key")));
    }

    [Fact]
    public async Task A_missing_directory_is_a_problem_that_leaves_the_node_ready_and_ends_when_the_directory_is_there()
    {
        await using var cluster = await NodeCluster.StartAsync(1, Settings());

        await Eventually.IsTrueAsync("the problem", async () => (await cluster.StatusAsync(0))?.Problems
            .Any(static problem => problem.Type == "urn:raftnode:backup-failed") == true, cluster.Transcripts);
        using (var ready = await cluster.Http.GetAsync($"{cluster.Urls[0]}/health/ready"))
            Assert.Equal(System.Net.HttpStatusCode.OK, ready.StatusCode);
        var shown = await ProgramRun.ToEndAsync(["status", "--url", cluster.Urls[0]]);
        Assert.Contains($"The directory {Backups} does not exist", shown.Output + string.Join('\n', shown.Errors));
        Assert.Contains("raft_backups_failures_total", await cluster.Http.GetStringAsync($"{cluster.Urls[0]}/metrics"));

        Directory.CreateDirectory(Backups);

        await WrittenAsync(cluster, 0);
        await Eventually.IsTrueAsync("no problem",
            async () => await cluster.StatusAsync(0) is { Problems.Count: 0 }, cluster.Transcripts);
        Assert.Single(cluster.Run(0).Errors, line => line.Contains("WARN", StringComparison.Ordinal)
            && line.Contains($"The directory {Backups} does not exist", StringComparison.Ordinal));
        Assert.Contains(cluster.Run(0).Errors,
            static line => line.Contains("scheduled backups succeed again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restore_takes_a_file_or_a_directory_and_says_what_is_wrong_with_either()
    {
        Directory.CreateDirectory(Backups);
        string[] to = ["--data", _directory.In("new"), "--members", "node1=127.0.0.1:4051"];

        var neither = await ProgramRun.ToEndAsync(["restore", .. to]);
        var both = await ProgramRun.ToEndAsync(["restore", "kv.backup", "--newest", Backups, .. to]);
        var empty = await ProgramRun.ToEndAsync(["restore", "--newest", Backups, .. to]);
        var missing = await ProgramRun.ToEndAsync(["restore", "--newest", _directory.In("none"), .. to]);

        Assert.Equal((ExitCode.NotDone, ExitCode.NotDone), (neither.Code, both.Code));
        Assert.Contains("Give a FILE, or a directory with --newest.", string.Join('\n', neither.Errors));
        Assert.Contains("Give a FILE, or a directory with --newest.", string.Join('\n', both.Errors));
        Assert.Equal((ExitCode.No, $"raftnode: nothing was restored: {Backups} has no undamaged backup."),
            (empty.Code, Assert.Single(empty.Errors)));
        Assert.Equal(ExitCode.NotDone, missing.Code);
        Assert.Contains(_directory.In("none"), Assert.Single(missing.Errors));
        Assert.False(Directory.Exists(_directory.In("new")));
    }

    private static async Task PutAsync(NodeCluster cluster, int node, string key)
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(node, key), new StringContent("value"));
        put.EnsureSuccessStatusCode();
    }

    private string Settings() =>
        $"raftnode.backups {{ directory = \"{Backups}\", every = 1 s, keep = {Keep}, retry = 200 ms }}\n";

    // A backup that a node began after the call: it has all that was acknowledged before.
    private async Task WrittenAsync(NodeCluster cluster, int node)
    {
        // The one that may have been under way, and one more.
        var seen = Lines(cluster, node);
        await Eventually.IsTrueAsync($"node{node + 1} to write two backups",
            () => Task.FromResult(Lines(cluster, node) >= seen + 2), cluster.Transcripts);
        Assert.Contains(Good(), file => BackupName.Parse(Path.GetFileName(file))!.Member == $"node{node + 1}");
    }

    private static int Lines(NodeCluster cluster, int node) => cluster.Run(node).Errors
        .Count(static line => line.Contains(" written and verified: ", StringComparison.Ordinal));

    // The newest backup in the order of restore --newest. Two backups at the same entry have different times.
    private (string File, BackupSummary Summary) Newest() => Good()
        .Select(static file => (File: file, Summary: BackupFile.ReadSummary(file)))
        .OrderByDescending(static each => (each.Summary.Term, each.Summary.Index, each.Summary.TakenAt))
        .First();

    // The backups that are there: each was verified before it had its name.
    private List<string> Good()
    {
        var files = new List<string>();
        foreach (var file in Directory.GetFiles(Backups, "kv-*.backup"))
        {
            try
            {
                _ = BackupFile.Open(file);
                files.Add(file);
            }
            catch (FileNotFoundException)
            {
                // It was deleted meanwhile, as the oldest.
            }
        }
        return files;
    }
}
