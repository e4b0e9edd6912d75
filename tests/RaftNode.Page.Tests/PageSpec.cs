using System.Net.Http.Json;
using Microsoft.Playwright;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;
using static Microsoft.Playwright.Assertions;

namespace RaftNode.Page.Tests;

/// <summary>The operator's page in a browser, on clusters of real processes.</summary>
public sealed class PageSpec
{
    private const string Script = "<script>alert('key')</script>";

    [ChromiumFact]
    public async Task A_killed_leader_is_seen_and_so_is_the_restart_of_all_nodes()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        int asked = (leader + 1) % 3;
        await using var open = await OpenPage.OpenAsync(cluster.Urls[asked]);
        await Expect(open.Role(Name(leader))).ToHaveTextAsync("leader");
        await Expect(open.Page.Locator("#leader")).ToHaveTextAsync(Name(leader));
        await open.Page.EvaluateAsync("window.isStillTheSame = true");

        await cluster.KillAsync(leader);

        await Expect(open.Role(Name(leader))).ToHaveTextAsync("unreachable");
        int next = await cluster.LeaderAsync();
        await Expect(open.Role(Name(next))).ToHaveTextAsync("leader");
        await Expect(open.Page.Locator("#events li.election").Filter(
            new LocatorFilterOptions { HasText = Name(next) }).First).ToBeVisibleAsync();
        Assert.True(await open.Page.Locator("#line rect.lead").CountAsync() >= 2);

        foreach (int node in Enumerable.Range(0, 3).Where(node => node != leader))
            await cluster.KillAsync(node);
        await Expect(open.Page.Locator("#link.down")).ToContainTextAsync("the node does not answer");
        for (int node = 0; node < 3; node++)
            cluster.Start(node);
        await cluster.AllReadyAsync();

        await Expect(open.Page.Locator("#link")).ToHaveTextAsync("live");
        for (int node = 0; node < 3; node++)
            await Expect(open.Role(Name(node))).ToHaveTextAsync(node == await cluster.LeaderAsync()
                ? "leader" : "follower");
        await Expect(open.Page.Locator("#events li.started")).ToHaveCountAsync(6);
        Assert.True(await open.Page.EvaluateAsync<bool>("window.isStillTheSame"));
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task Buttons_ask_before_they_act_and_say_what_came_of_it_also_with_a_keyboard_alone()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        var (asked, other) = ((leader + 1) % 3, (leader + 2) % 3);
        await using var open = await OpenPage.OpenAsync(cluster.Urls[asked]);

        // A snapshot on a node that is not the asked one.
        Assert.StartsWith(
            $"{Name(other)} has a snapshot up to entry ", await open.DoAsync(Name(other), "snapshot"));
        Assert.True((await cluster.StatusAsync(other))!.SnapshotIndex > 0);
        Assert.Equal(0, (await cluster.StatusAsync(asked))!.SnapshotIndex);
        await Expect(open.Page.Locator("#events li.snapshot")).ToContainTextAsync(Name(other));

        Assert.StartsWith($"{Name(other)} leads term ", await open.DoAsync(Name(other), "transfer"));
        await Expect(open.Role(Name(other))).ToHaveTextAsync("leader");

        // With the keyboard: back to the first leader, and first the question is answered with no.
        var button = open.Button(Name(leader), "transfer");
        await Expect(button).ToBeVisibleAsync();
        await TabToAsync(open.Page, button);
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#ask-no")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Escape");
        await Expect(open.Page.Locator("#ask")).ToBeHiddenAsync();
        await Expect(button).ToBeFocusedAsync();
        Assert.Equal(other, await cluster.LeaderAsync());

        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#ask-no")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Tab");
        await Expect(open.Page.Locator("#ask-yes")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#ask-outcome.good")).ToContainTextAsync($"{Name(leader)} leads term ");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Role(Name(leader))).ToHaveTextAsync("leader");
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task A_question_that_opens_before_the_browser_has_told_of_the_last_close_says_what_came_of_it()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0]);
        await open.Button(Name(0), "snapshot").ClickAsync();
        await Expect(open.Page.Locator("#ask-no")).ToBeFocusedAsync();

        // One task of the browser closes and opens, so the close event comes after the second question is open.
        await open.Button(Name(0), "snapshot").EvaluateAsync(
            "button => { document.getElementById('ask-no').click(); button.click(); }");
        await open.Page.Locator("#ask-yes").ClickAsync();

        await Expect(open.Page.Locator("#ask-outcome.good")).ToContainTextAsync($"{Name(0)} has a snapshot up to");
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task Keys_and_values_are_shown_as_what_they_are_and_never_run()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await PutAsync(cluster, Script, "<img src=x onerror=alert('value')>"u8.ToArray());
        await PutAsync(cluster, "bytes", [0, 255, 60, 62]);
        for (int i = 0; i < 60; i++)
            await PutAsync(cluster, $"many/{i:00}", "x"u8.ToArray());
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0]);

        await open.Page.Locator("#prefix").FillAsync("<");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#found tr")).ToHaveCountAsync(1);
        await open.Page.Locator("#found button").ClickAsync();
        await Expect(open.Page.Locator("#value-title")).ToHaveTextAsync(Script);
        await Expect(open.Page.Locator("#value-body")).ToHaveTextAsync("<img src=x onerror=alert('value')>");
        await open.Page.Keyboard.PressAsync("Escape");

        await open.Page.Locator("#prefix").FillAsync("bytes");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#found tr")).ToHaveTextAsync("bytes4" + await VersionAsync(cluster, "bytes"));
        await open.Page.Locator("#found button").ClickAsync();
        await Expect(open.Page.Locator("#value-body")).ToContainTextAsync("00 ff 3c 3e");
        await open.Page.Keyboard.PressAsync("Escape");

        await open.Page.Locator("#prefix").FillAsync("many/");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#keys-note")).ToHaveTextAsync("Keys 1 to 50, and there are more.");
        await open.Page.Locator("#more").ClickAsync();
        await Expect(open.Page.Locator("#keys-note")).ToHaveTextAsync("Keys 51 to 60, the last.");
        await Expect(open.Page.Locator("#found tr").First).ToContainTextAsync("many/50");
        await open.Page.Locator("#back").ClickAsync();
        await Expect(open.Page.Locator("#found tr").First).ToContainTextAsync("many/00");
        Assert.Equal(0, await open.Page.Locator("#found script, pre *").CountAsync());
        Assert.Empty(open.Faults);
    }

    [ChromiumFact]
    public async Task A_learner_is_promoted_and_removed_by_buttons()
    {
        await using var cluster = await NodeCluster.StartAsync(3, founders: 2);
        cluster.Start(2);
        await cluster.AnswersAsync(2);
        var (code, _, errors) = await ProgramRun.ToEndAsync(
            ["member", "add", "node3", cluster.Addresses[2], "--learner", "--url", cluster.Urls[0]]);
        Assert.True(code == ExitCode.Done, string.Join('\n', errors));
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0]);
        await Expect(open.Row("node3")).ToContainTextAsync("learner");
        await Expect(open.Button("node3", "promote")).ToBeVisibleAsync();

        Assert.Equal("node3 is a voter.", await open.DoAsync("node3", "promote"));
        await Expect(open.Button("node3", "promote")).ToBeHiddenAsync();
        var members = await cluster.Http.GetFromJsonAsync(
            $"{cluster.Urls[0]}/members", HostJson.Default.MembersDocument);
        Assert.All(members!.Members, static member => Assert.Equal("voter", member.Role));

        Assert.Equal("node3 is no longer a member.", await open.DoAsync("node3", "remove"));
        await Expect(open.Row("node3")).ToHaveCountAsync(0);
        Assert.Equal(ExitCode.Done, await cluster.Run(2).ExitAsync());
        Assert.Empty(open.Faults);
    }

    // Whatever asks for tokens: the page sends one with each request, and keeps it in its tab.
    [ChromiumFact]
    public async Task The_page_asks_for_a_token_when_it_needs_one()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await using var open = await OpenPage.OpenAsync(cluster.Urls[0], static page => page.RouteAsync("**/*", route =>
            route.Request.Headers.GetValueOrDefault("authorization") == "Bearer secret"
                || new Uri(route.Request.Url).AbsolutePath == "/"
                ? route.ContinueAsync()
                : route.FulfillAsync(new RouteFulfillOptions { Status = 401 })));
        await Expect(open.Page.Locator("#login")).ToBeVisibleAsync();
        await open.Page.Locator("#secret").FillAsync("wrong");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#login-text")).ToContainTextAsync("The node refuses the token.");
        await open.Page.Locator("#secret").FillAsync("secret");
        await open.Page.Keyboard.PressAsync("Enter");

        await Expect(open.Role("node1")).ToHaveTextAsync("leader");
        await Expect(open.Page.Locator("#events li.started")).ToBeVisibleAsync();
        Assert.Equal("secret", await open.Page.EvaluateAsync<string>("sessionStorage.getItem('token')"));
        Assert.Equal(0, await open.Page.EvaluateAsync<int>("localStorage.length"));
        Assert.Empty(open.Faults);
    }

    private static string Name(int node) => $"node{node + 1}";

    private static async Task TabToAsync(IPage page, ILocator wanted)
    {
        for (int presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await wanted.EvaluateAsync<bool>("wanted => wanted === document.activeElement"))
                return;
        }
        Assert.Fail("The button cannot be reached with the key Tab.");
    }

    private static async Task PutAsync(NodeCluster cluster, string key, byte[] value)
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(0, key), new ByteArrayContent(value));
        put.EnsureSuccessStatusCode();
    }

    private static async Task<string> VersionAsync(NodeCluster cluster, string key)
    {
        using var got = await cluster.Http.GetAsync(cluster.Key(0, key));
        return got.Headers.ETag!.Tag.Trim('"');
    }
}
