using System.Net.Http.Json;
using Microsoft.Playwright;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;
using static Microsoft.Playwright.Assertions;

namespace RaftNode.Page.Tests;

/// <summary>The operator's page of nodes with several groups, in a browser.</summary>
public sealed class GroupsPageSpec
{
    private const int Groups = 8;

    [ChromiumFact]
    public async Task Buttons_act_on_the_group_that_is_shown()
    {
        await using var cluster = await NodeCluster.StartAsync(3, $"raft.groups = {Groups}\n");
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0]);
        await Expect(open.Page.Locator("#groups-note")).ToHaveTextAsync(
            $"{Groups} groups, all with a leader and without a problem.");
        await Expect(open.Page.Locator("#groups-list button")).ToHaveCountAsync(Groups);
        await Expect(open.Page.Locator("#groups-leaders span")).ToHaveCountAsync(3);
        // Nothing can be done to all groups at once.
        await Expect(open.Page.Locator("#rows button:visible")).ToHaveCountAsync(0);
        await Expect(open.Role("node1")).ToContainTextAsync("leads ");

        await open.Page.Locator("#of").SelectOptionAsync("5");
        await Expect(open.Page.Locator("#group")).ToHaveTextAsync("kv-5-of-8");
        var status = await StatusAsync(cluster, 0, 5);
        string leader = status.Leader!, other = leader == "node2" ? "node3" : "node2";
        await Expect(open.Role(leader)).ToHaveTextAsync("leader");
        await Expect(open.Role(other)).ToHaveTextAsync("follower");

        Assert.StartsWith($"{other} has a snapshot up to entry ", await open.DoAsync(other, "snapshot"));
        Assert.True((await StatusAsync(cluster, NodeOf(other), 5)).SnapshotIndex > 0);
        Assert.Equal(0, (await StatusAsync(cluster, NodeOf(other), 4)).SnapshotIndex);

        Assert.StartsWith($"{other} leads term ", await open.DoAsync(other, "transfer"));
        await Expect(open.Role(other)).ToHaveTextAsync("leader");
        Assert.Equal(other, (await StatusAsync(cluster, NodeOf(other), 5)).Leader);
        await Expect(open.Page.Locator("#events li.role").First).ToContainTextAsync("kv-5-of-8: ");
        await Expect(open.Page.Locator("#events li").Filter(
            new LocatorFilterOptions { HasText = "kv-4-of-8: " })).ToHaveCountAsync(0);

        Assert.Equal("node3 is no longer a member of kv-5-of-8.", await open.DoAsync("node3", "remove"));
        await Expect(open.Row("node3")).ToHaveCountAsync(0);
        await open.Page.Locator("#groups-list button[data-group='4']").ClickAsync();
        await Expect(open.Page.Locator("#group")).ToHaveTextAsync("kv-4-of-8");
        await Expect(open.Row("node3")).ToHaveCountAsync(1);

        // The address of the page has the group, so a link leads to it.
        Assert.EndsWith("/?group=4", open.Page.Url);
        await open.Page.ReloadAsync();
        await Expect(open.Page.Locator("#group")).ToHaveTextAsync("kv-4-of-8");
        await Expect(open.Page.Locator("#of")).ToHaveValueAsync("4");
        await Expect(open.Page.Locator("#events li").Filter(
            new LocatorFilterOptions { HasText = "kv-4-of-8: " }).First).ToBeVisibleAsync();
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task Groups_with_a_problem_are_named_first()
    {
        await using var cluster = await NodeCluster.StartAsync(3, $"raft.groups = {Groups}\n");
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0]);
        await Expect(open.Page.Locator("#troubled li")).ToHaveCountAsync(0);

        await cluster.KillAsync(1);
        await cluster.KillAsync(2);

        // What all have in common is said once.
        var all = open.Page.Locator("#troubled li").Filter(
            new LocatorFilterOptions { HasText = "No majority of the voters can be heard." });
        await Expect(all.Locator("button")).ToHaveCountAsync(Groups);
        await Expect(open.Page.Locator("#troubled li")).ToHaveCountAsync(1);
        await Expect(open.Page.Locator("#groups-note")).ToHaveTextAsync($"{Groups} groups, {Groups} with a problem.");
        await Expect(open.Page.Locator("#of option").Nth(1)).ToHaveTextAsync("kv-0-of-8 (problem)");
        await open.Page.Locator("#troubled button").First.ClickAsync();
        await Expect(open.Page.Locator("#group")).ToHaveTextAsync("kv-0-of-8");
        await Expect(open.Role("node2")).ToHaveTextAsync("unreachable");

        cluster.Start(1);
        cluster.Start(2);
        await Expect(open.Page.Locator("#troubled li")).ToHaveCountAsync(0);
        await Expect(open.Role("node2")).Not.ToHaveTextAsync("unreachable");
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task A_node_with_one_group_shows_nothing_of_groups()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0], query: "?group=3");
        await Expect(open.Role("node1")).ToHaveTextAsync("leader");
        await Expect(open.Page.Locator("#group")).ToHaveTextAsync("kv");
        await Expect(open.Page.Locator("#groups")).ToBeHiddenAsync();
        await Expect(open.Button("node1", "snapshot")).ToBeVisibleAsync();
        Assert.Empty(open.Faults);
    }

    private static int NodeOf(string member) => int.Parse(member["node".Length..]) - 1;

    private static async Task<StatusDocument> StatusAsync(NodeCluster cluster, int node, int group) =>
        (await cluster.Http.GetFromJsonAsync(
            $"{cluster.Urls[node]}/status?group={group}", HostJson.Default.StatusDocument))!;
}
