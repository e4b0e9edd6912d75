using RaftActors.Client;

namespace RaftActors.Cluster.Tests.Nodes;

/// <summary>
/// Groups on real clusters. While nodes come, go and fail, a client writes: nothing that was acknowledged is lost, and
/// of each committed configuration a majority of the voters runs.
/// </summary>
public sealed class ClusterSpec
{
    [Fact]
    public async Task A_group_grows_from_three_to_five_voters_and_shrinks_again_and_every_node_can_be_restarted()
    {
        await using var cluster = await TestCluster.StartAsync(
            ["a", "b", "c"], "akka.cluster.raft { desired-voters = 5, contact-points.founders = 3 }");

        // Nodes that come later do not found another group, although they have the same contact points.
        await cluster.AddAsync("d");
        await cluster.AwaitMembersAsync(["a", "b", "c"], "d");
        await cluster.AddAsync("e");
        await cluster.AwaitMembersAsync(["a", "b", "c", "d", "e"]);

        // A rolling restart: each member comes back with its data, and keeps its vote.
        foreach (string id in (string[])["a", "b", "c", "d", "e"])
        {
            await cluster[id].StopAsync();
            await cluster.AwaitWriteAsync();
            await cluster.RestartAsync(id);
            await cluster.AwaitClusterAsync();
            await cluster.AwaitMembersAsync(["a", "b", "c", "d", "e"]);
        }

        // The first one that leaves keeps its vote: four of five are as strong as three of three. With the second one
        // both lose theirs.
        await cluster["d"].StopAsync();
        await cluster.AwaitWriteAsync();
        await cluster["e"].StopAsync();
        await cluster.AwaitMembersAsync(["a", "b", "c"]);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task A_voter_that_leaves_is_replaced_first_and_comes_back_as_a_learner()
    {
        await using var cluster = await TestCluster.StartAsync(["a", "b", "c"]);
        await cluster.AddAsync("d");
        await cluster.AwaitMembersAsync(["a", "b", "c"], "d");
        string leader = await LeaderAsync(cluster);
        string[] voters = [.. ((string[])["a", "b", "c", "d"]).Except([leader])];

        await cluster[leader].StopAsync();
        var members = await cluster[voters[0]].MembersAsync();
        Assert.DoesNotContain(members!.Members, member => member.Id == leader);
        await cluster.AwaitMembersAsync(voters);

        await cluster.RestartAsync(leader);
        await cluster.AwaitMembersAsync(voters, leader);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Two_of_five_are_killed_and_new_nodes_take_their_places()
    {
        await using var cluster =
            await TestCluster.StartAsync(["a", "b", "c", "d", "e"], "akka.cluster.raft.desired-voters = 5");

        await Task.WhenAll(cluster["b"].KillAsync(), cluster["d"].KillAsync());
        await cluster.AwaitWriteAsync();
        await cluster.AwaitClusterAsync();
        // Nobody can take their places.
        await cluster.AwaitMembersAsync(["a", "b", "c", "d", "e"]);

        await cluster.AddAsync("f");
        await cluster.AddAsync("g");
        await cluster.AwaitMembersAsync(["a", "c", "e", "f", "g"]);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task A_minority_that_is_cut_off_changes_nothing_and_keeps_its_votes_until_it_is_back()
    {
        await using var cluster =
            await TestCluster.StartAsync(["a", "b", "c", "d", "e"], "akka.cluster.raft.desired-voters = 5");
        string[] few = ["a", "b"], many = ["c", "d", "e"];
        foreach (string one in few)
        {
            foreach (string other in many)
            {
                await cluster[one].CutAsync(cluster[other]);
                await cluster[other].CutAsync(cluster[one]);
            }
        }

        // The split brain resolver ends the nodes of the smaller side. Their members stay voters.
        await TestCluster.UntilAsync(
            () => Task.FromResult(few.All(id => !cluster[id].IsRunning)), "the nodes that are cut off have ended");
        await cluster.AwaitClusterAsync();
        await cluster.AwaitMembersAsync(["a", "b", "c", "d", "e"]);

        foreach (string id in few)
            await cluster.RestartAsync(id, atAnotherPort: true);
        await cluster.AwaitClusterAsync();
        await cluster.AwaitMembersAsync(["a", "b", "c", "d", "e"]);
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task A_member_that_comes_back_at_another_port_with_its_data_keeps_its_place()
    {
        await using var cluster =
            await TestCluster.StartAsync(["a", "b", "c"], "akka.cluster.raft.replacement = never");
        await cluster.AddAsync("d");
        await cluster.AwaitMembersAsync(["a", "b", "c"], "d");
        string former = cluster["b"].Address;

        await cluster["b"].KillAsync();
        await cluster.AwaitWriteAsync();
        await cluster.RestartAsync("b", atAnotherPort: true);
        await cluster.AwaitClusterAsync();
        await cluster.AwaitMembersAsync(["a", "b", "c"], "d");

        string now = cluster["b"].Address;
        Assert.NotEqual(former, now);
        await TestCluster.UntilAsync(
            async () =>
            (await cluster["a"].MembersAsync())!.Members.Any(member => member.Id == "b" && member.Address == now),
            "the log has the new address");
        await cluster.CheckAsync();
    }

    private static async Task<string> LeaderAsync(TestCluster cluster)
    {
        string? leader = null;
        await TestCluster.UntilAsync(
            async () => (leader = (await cluster.Running.First().StatusAsync())?.Leader?.Id) is not null,
            "the group has a leader");
        return leader!;
    }
}
