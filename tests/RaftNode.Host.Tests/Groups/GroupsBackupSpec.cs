using System.Net;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Groups;

/// <summary>Backups, restores, recoveries and inspections of real nodes whose keys are in several groups.</summary>
public sealed class GroupsBackupSpec : IDisposable
{
    private const int Groups = 4;
    private const string Settings = "raft.groups = 4\nraft.catch-up-timeout = 30 s\n";

    private static readonly string[] Keys = [.. Enumerable.Range(0, 40).Select(static number => $"key{number}")];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_new_cluster_starts_with_all_groups_of_a_backup_and_with_no_other_number_of_groups()
    {
        string file = _directory.In("kv.backup");
        string? tag;
        await using (var former = await NodeCluster.StartAsync(3, Settings))
        {
            await PutAllAsync(former);
            tag = await TagAsync(former, 0);
            // Whatever node is asked, and whether it leads a group or not.
            var backup = await RunAsync(ExitCode.Done, "backup", file, "--url", former.Urls[1]);
            Assert.Contains("backup    of 4 groups kv, each as of a moment of its own", backup);
            Assert.Contains("group     kv-3-of-4 with the identity ", backup);
            Assert.Equal(backup, await RunAsync(ExitCode.Done, "inspect", file));
        }
        using (var json = JsonDocument.Parse(await RunAsync(ExitCode.Done, "inspect", file, "--json")))
        {
            Assert.Equal((4, 4), (json.RootElement.GetProperty("count").GetInt32(),
                json.RootElement.GetProperty("groups").GetArrayLength()));
        }

        await using var cluster = await NodeCluster.StartAsync(3, Settings, prepare: fresh =>
        {
            RefuseAsync(fresh, file).GetAwaiter().GetResult();
            string restored = RunAsync(ExitCode.Done,
                ["restore", file, "--config", fresh.Files[0], "--data", fresh.Data]).GetAwaiter().GetResult();
            Assert.Contains("group     kv-3-of-4, a new one with the identity ", restored);
            Assert.Contains("for node3 at ", restored);
            Assert.Contains("The file of each node needs raftnode.groups = 4.", restored);
        });

        await AllThereAsync(cluster, 2);
        Assert.Equal(tag, await TagAsync(cluster, 1));
        using var put = await cluster.Http.PutAsync(cluster.Key(0, Keys[3]), new StringContent("new"));
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
    }

    [Fact]
    public async Task One_survivor_goes_on_alone_in_all_groups_and_takes_in_another_node()
    {
        await using var cluster = await NodeCluster.StartAsync(3, Settings);
        await PutAllAsync(cluster);
        await cluster.SettledAsync();
        for (int node = 0; node < 3; node++)
            await cluster.KillAsync(node);

        string inspected = await RunAsync(ExitCode.Done, "inspect", cluster.DataOf(0));
        Assert.StartsWith("member    node1 of 4 groups kv\ngroup     kv-0-of-4: term ", inspected);
        Assert.EndsWith("no problem found\n", inspected);
        string one = await RunAsync(ExitCode.Done, "inspect", cluster.DataOf(0), "--group", "2");
        Assert.StartsWith("member    node1 of group kv-2-of-4, store ", one);
        string none = await RunAsync(ExitCode.NotDone, "inspect", cluster.DataOf(0), "--group", "4");
        Assert.Contains("nothing is stored of a group 4", none);

        string[] recover = ["recover", "--config", cluster.Files[0], "--data", cluster.DataOf(0), "--yes"];
        string recovered = await RunAsync(ExitCode.Done, recover);
        Assert.Contains("the only member of all 4 groups kv", recovered);
        Assert.Contains("node2, node3: never start them again", recovered);
        for (int group = 0; group < Groups; group++)
            Assert.Contains($"is the only member of group kv-{group}-of-4, by the configuration at entry ", recovered);
        Assert.Contains("raftnode member add ID HOST:PORT --group NUMBER, for each NUMBER from 0 to 3", recovered);
        Assert.Contains("node1 is the only member of all 4 groups already", await RunAsync(ExitCode.No, recover));

        cluster.Start(0);
        await cluster.ReadyAsync(0);
        await AllThereAsync(cluster, 0);
        await cluster.ForgetAsync(1);
        await using var second = ProgramRun.Start([.. cluster.StartArguments(1), "--join"]);
        await cluster.AnswersAsync(1);
        for (int group = 0; group < Groups; group++)
        {
            await RunAsync(ExitCode.Done, "member", "add", "node2", cluster.Addresses[1], "--group", $"{group}",
                "--url", cluster.Urls[0], "--timeout", "60");
        }
        await AllThereAsync(cluster, 1);
    }

    [Fact]
    public async Task A_recovery_that_was_broken_off_is_finished_and_a_store_without_a_group_is_refused()
    {
        await using var cluster = await NodeCluster.StartAsync(3, Settings);
        await PutAllAsync(cluster);
        await cluster.SettledAsync();
        for (int node = 0; node < 3; node++)
            await cluster.KillAsync(node);
        await RunAsync(ExitCode.Done, "recover", "--data", cluster.DataOf(0), "--yes");
        // As if the command had ended before it came to the third group.
        const string its = "persistence_id = 'raft-kv-2-of-4-node1'";
        Assert.Equal(2, await cluster.ExecuteAsync(0, $"DELETE FROM journal WHERE {its} AND sequence_number > "
            + $"(SELECT MAX(sequence_number) - 2 FROM journal WHERE {its})"));

        string again = await RunAsync(ExitCode.Done, "recover", "--data", cluster.DataOf(0), "--yes");

        Assert.Single(again.Split('\n'), static line => line.StartsWith("recovered ", StringComparison.Ordinal));
        Assert.Contains("is the only member of group kv-2-of-4", again);
        cluster.Start(0);
        await cluster.ReadyAsync(0);
        await AllThereAsync(cluster, 0);

        Assert.True(await cluster.ExecuteAsync(1,
            "DELETE FROM journal WHERE persistence_id = 'raft-kv-3-of-4-node2'") > 0);
        Assert.Contains("group     kv-3-of-4: nothing is stored",
            await RunAsync(ExitCode.Done, "inspect", cluster.DataOf(1)));
        string refused = await RunAsync(ExitCode.No, "recover", "--data", cluster.DataOf(1), "--yes");
        Assert.Contains("nothing was changed: the store has nothing of kv-3-of-4 that can be read", refused);
    }

    [Fact]
    public async Task Backups_by_schedule_have_all_groups()
    {
        string backups = _directory.In("backups");
        Directory.CreateDirectory(backups);
        await using (var cluster = await NodeCluster.StartAsync(3, Settings
            + $"raftnode.backups {{ directory = \"{backups}\", every = 1 s, keep = 2, retry = 200 ms }}\n"))
        {
            await PutAllAsync(cluster);
            var before = Directory.GetFiles(backups, "*.backup").ToHashSet();
            // The one that may have been under way, and one more.
            await Eventually.IsTrueAsync("two more backups", () => Task.FromResult(
                Directory.GetFiles(backups, "kv-*.backup").Count(file => !before.Contains(file)) >= 2
                    && Directory.GetFiles(backups, "*.backup").Length <= 3), cluster.Transcripts);
        }

        string restored = "";
        await using var fresh = await NodeCluster.StartAsync(1, Settings, prepare: one => restored = RunAsync(
            ExitCode.Done, "restore", "--newest", backups, "--data", one.Data, "--members", $"node1={one.Addresses[0]}")
            .GetAwaiter().GetResult());
        Assert.Contains("backup    of 4 groups kv, ", restored);
        await AllThereAsync(fresh, 0);
    }

    private async Task RefuseAsync(NodeCluster cluster, string file)
    {
        string other = Path.Combine(Path.GetDirectoryName(cluster.Files[0])!, "other.conf");
        foreach (var (set, text) in new[] { (8, "8 groups"), (1, "one group") })
        {
            File.WriteAllText(other, $"include \"{Path.GetFileName(cluster.Files[0])}\"\nraft.groups = {set}\n");
            string refused =
                await RunAsync(ExitCode.NotDone, "restore", file, "--config", other, "--data", cluster.Data);
            Assert.Equal($"raftnode: nothing was restored: {file} is a backup of 4 groups, and {other} says "
                + $"raftnode.groups = {set}. The number never changes: set raftnode.groups = 4 in the files of the new "
                + $"nodes, or give a backup of {text}\n", refused);
            Assert.False(Directory.Exists(cluster.Data));
        }
    }

    private static async Task<string> RunAsync(int code, params string[] arguments)
    {
        var run = await ProgramRun.ToEndAsync(arguments);
        string said = $"{run.Output}{string.Join('\n', run.Errors)}".TrimEnd('\n') + "\n";
        Assert.True(code == run.Code, $"{run.Code}: {said}");
        return said;
    }

    private static Task PutAllAsync(NodeCluster cluster)
    {
        var layout = new GroupLayout("kv", Groups);
        Assert.Equal(Groups, Keys.Select(layout.Of).Distinct().Count());
        return Task.WhenAll(Keys.Select(async (key, i) =>
        {
            using var put = await cluster.Http.PutAsync(cluster.Key(i % 3, key), new StringContent($"value of {key}"));
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }));
    }

    private static async Task AllThereAsync(NodeCluster cluster, int node)
    {
        foreach (string key in Keys)
            Assert.Equal($"value of {key}", await cluster.Http.GetStringAsync(cluster.Key(node, key)));
    }

    private static async Task<string?> TagAsync(NodeCluster cluster, int node)
    {
        using var got = await cluster.Http.GetAsync(cluster.Key(node, Keys[5]));
        return got.Headers.ETag?.Tag;
    }
}
