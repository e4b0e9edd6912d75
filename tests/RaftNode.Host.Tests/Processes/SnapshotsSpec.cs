using System.Net;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// Snapshots of real processes: taken as the log grows and on request, sent to a node that was down, and what a node
/// starts from.
/// </summary>
public sealed class SnapshotsSpec
{
    private const string Often =
        "raft.snapshot { entries = 300, min-growth = 0, trailing-entries = 50, chunk-size = 16 KiB }\n";

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_node_that_was_down_while_the_log_was_compacted_past_it_catches_up_by_snapshot_under_load(
        NodeJournal journal)
    {
        byte[][] lines = [.. Enumerable.Range(0, 4000).Select(line => Encoding.UTF8.GetBytes($"value {line}"))];
        await using var cluster = await NodeCluster.StartAsync(3, Often, journal: journal);
        var load = new WriteLoad(cluster, lines, writers: 16, stages: 3);
        var writing = load.RunAsync();
        await load.StageAsync(0);
        var down = (await cluster.LeaderAsync() + 1) % 3;
        var last = (await cluster.StatusAsync(down))!.LastIndex;
        await cluster.KillAsync(down);

        load.Open(1);
        await load.StageAsync(1);
        await Eventually.IsTrueAsync($"the others to have compacted their logs past {last}", async () =>
        {
            var others = await Task.WhenAll(cluster.StatusAsync((down + 1) % 3), cluster.StatusAsync((down + 2) % 3));
            return others.All(status => status?.FirstIndex > last + 500);
        }, cluster.Transcripts);
        cluster.Start(down);
        load.Open(2);
        load.Open(3);
        await writing;

        await SettleAsync(cluster, lines.Length);
        Assert.Contains("a snapshot of the leader takes the place of the log", cluster.Run(down).Transcript);

        // From snapshots and what follows them, all at once.
        for (var node = 0; node < 3; node++)
            await cluster.KillAsync(node);
        for (var node = 0; node < 3; node++)
            cluster.Start(node);
        await cluster.AllReadyAsync();
        await SettleAsync(cluster, lines.Length);
        Assert.Equal(lines[17], await cluster.Http.GetByteArrayAsync(cluster.Key(0, WriteLoad.Key(17))));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Sql)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_snapshot_is_taken_on_request(NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(1, journal: journal);
        using var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value"));

        using var answer = await cluster.Http.PostAsync($"{cluster.Urls[0]}/snapshot", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var snapshot =
            JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), HostJson.Default.SnapshotDocument)!;
        var status = (await cluster.StatusAsync(0))!;
        Assert.Equal((status.LastIndex, snapshot.Bytes), (snapshot.Index, status.SnapshotBytes));
        Assert.Equal(snapshot.Index, status.SnapshotIndex);

        var run = await ProgramRun.ToEndAsync(["snapshot", "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches($"^snapshot up to index [0-9]+, [0-9]+ bytes$", run.Output);
    }

    private static async Task SettleAsync(NodeCluster cluster, int keys)
    {
        var settled = await cluster.SettledAsync();
        Assert.Equal(keys, settled[0].State.Keys);
        Assert.All(settled, status => Assert.Equal(settled[0].State, status.State));
    }
}
