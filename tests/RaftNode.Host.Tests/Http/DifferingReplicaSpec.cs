using System.Net;
using System.Text;
using System.Text.Json;
using RaftActors.Log;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class DifferingReplicaSpec
{
    // So that the node is seen before it is built anew.
    private const string Slow = "raft { digest-interval = 500 ms, snapshot { chunk-size = 1 KiB, send-rate = 512 } }\n";

    [Fact]
    public async Task A_node_whose_state_was_changed_behind_its_back_says_so_serves_nothing_and_is_built_anew()
    {
        await using var cluster = await NodeCluster.StartAsync(3, Slow);
        for (var i = 0; i < 8; i++)
            await PutAsync(cluster, i % 3, $"key {i}", new string('x', 1000));
        var victim = (await cluster.LeaderAsync() + 1) % 3;
        var other = (victim + 1) % 3;
        // In this process, where its state can be reached.
        await cluster.KillAsync(victim);
        await using var node = await RunningNode.StartAsync(NodeSettings.Load(cluster.Files[victim], cluster.Data))
            .WaitAsync(ProgramRun.Patience);
        await Eventually.IsTrueAsync("the node to be back", async () => await ReadyAsync(cluster, victim) is null,
            cluster.Transcripts);
        using var watch = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[victim]}/watch");
        var store = node.Stores.Current!;
        store.Apply(
            new LogEntry(store.Summary.Index, 1, EntryKind.Command, 0, Payload.Empty),
            new PutValue("never written", "?"u8.ToArray(), WriteCondition.None));

        await PutAsync(cluster, other, "key 0", "later");

        var type =
            await Eventually.GetAsync("the node to say so", () => ReadyAsync(cluster, victim), cluster.Transcripts);
        Assert.Equal("urn:raftnode:replica-differs", type);
        Assert.Contains((await cluster.StatusAsync(victim))!.Problems,
            static problem => problem.Type == "urn:raftnode:replica-differs");
        Assert.Null(await ReadyAsync(cluster, other));
        using (var read = await cluster.Http.GetAsync($"{cluster.Key(victim, "key 1")}?consistency=stale"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, read.StatusCode);
        using (var late = await cluster.Http.GetAsync($"{cluster.Urls[victim]}/watch"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);

        await Eventually.IsTrueAsync("the node to be ready again",
            async () => await ReadyAsync(cluster, victim) is null, cluster.Transcripts);
        Assert.Single((await cluster.SettledAsync()).Select(static status => status.State).Distinct());
        using (var gone = await cluster.Http.GetAsync(cluster.Key(victim, "never written")))
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        // Who watched is told to start over.
        while ((await watch.NextAsync()).Type != "reset")
        {
        }
    }

    /// <summary>Why a node is not ready; <c>null</c> if it is.</summary>
    private static async Task<string?> ReadyAsync(NodeCluster cluster, int node)
    {
        using var response = await cluster.Http.GetAsync($"{cluster.Urls[node]}/health/ready");
        if (response.IsSuccessStatusCode)
            return null;
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return problem.RootElement.GetProperty("type").GetString();
    }

    private static Task PutAsync(NodeCluster cluster, int node, string key, string value) =>
        Eventually.IsTrueAsync("a write", async () =>
    {
        using var put =
            await cluster.Http.PutAsync(cluster.Key(node, key), new ByteArrayContent(Encoding.UTF8.GetBytes(value)));
        return put.IsSuccessStatusCode;
    }, cluster.Transcripts);
}
