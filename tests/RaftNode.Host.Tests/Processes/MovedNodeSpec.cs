using System.Text;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// A node of a cluster of real processes that comes back with its own data directory and listens elsewhere.
/// </summary>
public sealed class MovedNodeSpec
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_comes_back_at_another_port_with_its_data_counts_there_and_nobody_need_do_anything(
        bool leads)
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var moving = (await cluster.LeaderAsync() + (leads ? 0 : 1)) % 3;
        var (other, third) = ((moving + 1) % 3, (moving + 2) % 3);
        await PutAsync(cluster, other, "before");
        await cluster.KillAsync(moving);
        var address = $"127.0.0.1:{FreePorts.Range(1)}";
        var members = cluster.Addresses.Select((known, node) =>
            $"{{ id = node{node + 1}, address = \"{(node == moving ? address : known)}\" }}");
        await File.AppendAllTextAsync(cluster.Files[moving], $"raft.members = [ {string.Join(", ", members)} ]\n");

        cluster.Start(moving);
        await cluster.ReadyAsync(moving);
        await Eventually.IsTrueAsync(
            $"all to have node{moving + 1} at {address}",
            async () => (await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.StatusAsync)))
                .All(status => status?.Members.Single(member => member.Id == $"node{moving + 1}").Address == address),
            cluster.Transcripts);

        // Its vote and its disk count: without the third node it takes both.
        await cluster.KillAsync(third);
        await cluster.LeaderAsync();
        await PutAsync(cluster, moving, "after");
        cluster.Start(third);
        var settled = await cluster.SettledAsync();
        Assert.All(settled, status => Assert.Equal(settled[0].State, status.State));
        Assert.Equal(2, settled[0].State.Keys);
    }

    // A write that finds no leader is tried again.
    private static Task PutAsync(NodeCluster cluster, int node, string key) => Eventually.IsTrueAsync(
        $"the key {key} to be written",
        async () =>
        {
            using var put = await cluster.Http.PutAsync(cluster.Key(node, key),
                new ByteArrayContent(Encoding.UTF8.GetBytes("value")));
            return put.IsSuccessStatusCode;
        },
        cluster.Transcripts);
}
