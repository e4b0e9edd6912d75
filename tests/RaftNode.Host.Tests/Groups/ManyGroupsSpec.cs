using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Groups;

/// <summary>Real processes whose keys are in several groups.</summary>
public sealed class ManyGroupsSpec
{
    private const int Groups = 16;
    private static readonly GroupLayout Layout = new("kv", Groups);
    private static readonly string[] Keys = [.. Enumerable.Range(0, 100).Select(static number => $"key {number}")];

    [Fact]
    public async Task Keys_of_all_groups_outlive_the_end_of_a_node_and_of_all_nodes()
    {
        await using var cluster = await NodeCluster.StartAsync(3, $"raft.groups = {Groups}\n");
        Assert.Equal(Groups, Keys.Select(Layout.Of).Distinct().Count());
        await Task.WhenAll(Keys.Select((key, i) => CreateAsync(cluster, i % 3, key)));

        // Whichever node leads the group, it is asked through a node that need not lead it.
        await Task.WhenAll(Keys.Select((key, i) => ReplaceAsync(cluster, (i + 1) % 3, key, "one", "two")));
        using (var deleted = await cluster.Http.DeleteAsync(cluster.Key(2, Keys[0])))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await cluster.KillAsync(0);
        await Task.WhenAll(Keys.Skip(1).Select((key, i) => Eventually.IsTrueAsync($"{key} to be replaced",
            () => TryReplaceAsync(cluster, 1 + (i % 2), key, "two", "three"), cluster.Transcripts)));

        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        for (int node = 0; node < 3; node++)
            cluster.Start(node);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.ReadyAsync));
        for (int node = 0; node < 3; node++)
        {
            foreach (string key in Keys.Skip(1))
                Assert.Equal("three", await cluster.Http.GetStringAsync(cluster.Key(node, key)));
            using var got = await cluster.Http.GetAsync(cluster.Key(node, Keys[0]));
            Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
        }
    }

    [Fact]
    public async Task A_node_with_another_number_serves_nothing_and_says_why()
    {
        await using var cluster = await NodeCluster.StartAsync(
            3, "raft.groups = 4\nraftnode.http.request-timeout = 2 s\n");
        using (var put = await cluster.Http.PutAsync(cluster.Key(2, "key"), new StringContent("value")))
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        await cluster.KillAsync(2);
        await cluster.ForgetAsync(2);
        File.AppendAllText(cluster.Files[2], "raft.groups = 8\n");

        cluster.Start(2);

        await Eventually.IsTrueAsync("the node to serve HTTP", async () => await cluster.IsLiveAsync(2),
            cluster.Transcripts);
        await Eventually.IsTrueAsync("the node to say why it is not ready", async () =>
        {
            using var ready = await cluster.Http.GetAsync($"{cluster.Urls[2]}/health/ready");
            Assert.NotEqual(HttpStatusCode.OK, ready.StatusCode);
            string why = await ready.Content.ReadAsStringAsync();
            return why.Contains("node1 has its keys in 4 groups, and this node in 8 (raftnode.groups).");
        }, cluster.Transcripts);
        await Eventually.IsTrueAsync("the other nodes to say what is wrong with it", async () =>
        {
            var seen = await cluster.Http.GetFromJsonAsync(
                $"{cluster.Urls[0]}/cluster?group=1", HostJson.Default.ClusterDocument);
            Assert.Equal("kv-1-of-4", seen!.Group);
            return seen.Members.Single(static member => member.Id == "node3").Problem?.Detail
                == "The node has no group kv-1-of-4: it has its keys in 8 groups (raftnode.groups).";
        }, cluster.Transcripts);
        using var got = await cluster.Http.GetAsync(cluster.Key(2, "key"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, got.StatusCode);
        using var written = await cluster.Http.PutAsync(cluster.Key(2, "key"), new StringContent("other"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, written.StatusCode);
        Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(0, "key")));
        using var stale = await cluster.Http.GetAsync($"{cluster.Key(2, "key")}?consistency=stale");
        Assert.NotEqual(HttpStatusCode.OK, stale.StatusCode);
    }

    private static async Task CreateAsync(NodeCluster cluster, int node, string key)
    {
        using var created = await cluster.Http.PostAsync(cluster.Key(node, key), new StringContent("one"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal([$"{Layout.Of(key)}"], created.Headers.GetValues("Raft-Group"));
        using var again = await cluster.Http.PostAsync(cluster.Key(node, key), new StringContent("one"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    // A condition that held is one that no later write meets.
    private static async Task ReplaceAsync(NodeCluster cluster, int node, string key, string from, string to)
    {
        using var got = await cluster.Http.GetAsync(cluster.Key(node, key));
        Assert.Equal(from, await got.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NoContent, await PutAsync(cluster, node, key, to, got.Headers.ETag!));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await PutAsync(cluster, node, key, "late", got.Headers.ETag!));
    }

    // An attempt whose answer was lost may have been done.
    private static async Task<bool> TryReplaceAsync(NodeCluster cluster, int node, string key, string from, string to)
    {
        using var got = await cluster.Http.GetAsync(cluster.Key(node, key));
        if (!got.IsSuccessStatusCode)
            return false;
        string value = await got.Content.ReadAsStringAsync();
        if (value == from)
            await PutAsync(cluster, node, key, to, got.Headers.ETag!);
        return value == to;
    }

    private static async Task<HttpStatusCode> PutAsync(
        NodeCluster cluster, int node, string key, string value, EntityTagHeaderValue condition)
    {
        using var put = new HttpRequestMessage(HttpMethod.Put, cluster.Key(node, key));
        put.Content = new StringContent(value);
        put.Headers.IfMatch.Add(condition);
        using var answer = await cluster.Http.SendAsync(put);
        return answer.StatusCode;
    }
}
