using System.Net;
using System.Text.Json;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary><c>GET /cluster</c> of real processes.</summary>
public sealed class ClusterSpec
{
    [Fact]
    public async Task Every_node_shows_all_members_and_those_that_it_does_not_reach()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        using (var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            put.EnsureSuccessStatusCode();
        await cluster.SettledAsync();
        for (int node = 0; node < 3; node++)
        {
            var shown = await EventuallyAsync(cluster, node, static all =>
                all.Members.All(static member => member is { Reachable: true, Lag: 0 }));
            Assert.Equal(($"node{node + 1}", $"node{leader + 1}"), (shown.Node, shown.Leader));
            Assert.Equal(cluster.Addresses, shown.Members.Select(static member => member.Address));
            Assert.Equal(["node1", "node2", "node3"], shown.Members.Select(static member => member.Status!.Node));
            Assert.All(shown.Members, static member => Assert.Equal("voter", member.Membership));
            Assert.All(shown.Members, static member => Assert.True(member.Status!.Disk!.StoreBytes > 0));
            Assert.All(shown.Members, static member => Assert.True(member.Status!.Memory!.WorkingSetBytes > 0));
            var traffic = shown.Members.Select(static member => member.Status!.Traffic!).ToArray();
            Assert.Equal(1, traffic.Sum(static each => each.Proposals));
            Assert.True(traffic[leader] is { Batches: > 0, BatchSeconds: > 0, JournalWrites: > 0, JournalSeconds: > 0 });
        }

        int killed = (leader + 1) % 3;
        await cluster.KillAsync(killed);
        int asked = (leader + 2) % 3;
        var without = await EventuallyAsync(cluster, asked, all => !all.Members[killed].Reachable);
        Assert.Equal("urn:raftnode:unreachable", without.Members[killed].Problem!.Type);
        Assert.Null(without.Members[killed].Status);
        Assert.Equal($"node{leader + 1}", without.Leader);

        cluster.Start(killed);
        await EventuallyAsync(cluster, asked, all => all.Members[killed] is { Reachable: true, Lag: 0 });
    }

    [Fact]
    public async Task A_node_that_is_left_alone_shows_all_members_and_no_leader()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);

        var shown = await EventuallyAsync(cluster, 0, static all =>
            all is { Leader: null, Members: [{ Reachable: true }, { Reachable: false }, { Reachable: false }] });

        Assert.Equal(["node1", "node2", "node3"], shown.Members.Select(static member => member.Id));
    }

    /// <summary>Asks a node until what it shows is as expected.</summary>
    private static Task<ClusterDocument> EventuallyAsync(
        NodeCluster cluster, int node, Func<ClusterDocument, bool> expected)
    {
        string said = "";
        return Eventually.GetAsync("what a node shows of all", async () =>
        {
            using var response = await cluster.Http.GetAsync($"{cluster.Urls[node]}/cluster");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            said = await response.Content.ReadAsStringAsync();
            var shown = JsonSerializer.Deserialize(said, HostJson.Default.ClusterDocument)!;
            return expected(shown) ? shown : null;
        }, () => said + cluster.Transcripts());
    }
}
