using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Http.Description;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Groups;

/// <summary>A node in this process with four groups.</summary>
public sealed class SeveralGroupsFixture : IAsyncLifetime
{
    public const int Groups = 4;

    private readonly TemporaryDirectory _directory = new();
    private RunningNode _node = null!;

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        int ports = FreePorts.Range(2);
        string file = _directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:{{ports}}" } ] }
            raft.groups = {{Groups}}
            raftnode.http.port = {{ports + 1}}
            """);
        _node = await RunningNode.StartAsync(NodeSettings.Load(file, _directory.In("data")));
        Http = new HttpClient(new DescribedAnswers(new SocketsHttpHandler()))
        {
            BaseAddress = new Uri($"http://127.0.0.1:{ports + 1}"),
        };
        await Eventually.IsTrueAsync("the node to be ready", async () =>
        {
            using var ready = await Http.GetAsync("/health/ready");
            return ready.IsSuccessStatusCode;
        });
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _node.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>What a node with several groups serves, and what it refuses.</summary>
public sealed class SeveralGroupsHttpSpec(SeveralGroupsFixture node) : IClassFixture<SeveralGroupsFixture>
{
    private const int Groups = SeveralGroupsFixture.Groups;
    private static readonly GroupLayout Layout = new("kv", Groups);

    [Theory]
    [InlineData("GET", "/watch", "The order of changes is about one group, and this node has 4 (raftnode.groups). ")]
    [InlineData("GET", "/members", "The list of members is about one group")]
    [InlineData("PUT", "/members", "The list of members is about one group")]
    [InlineData("POST", "/leader/transfer", "A leadership is about one group")]
    [InlineData("POST", "/snapshot", "A snapshot is about one group")]
    [InlineData("POST", "/sessions", "A session is for the keys of one group")]
    [InlineData("GET", "/watch?group=4", "group = 4: it is the number of one group, from 0 to 3.")]
    [InlineData("GET", "/kv?group=-1", "group = -1: it is the number of one group, from 0 to 3.")]
    [InlineData("GET", "/status?group=kv", "group = kv: it is the number of one group, from 0 to 3.")]
    [InlineData("GET", "/cluster?group=4", "group = 4: it is the number of one group, from 0 to 3.")]
    [InlineData("GET", "/health/ready?group=4", "group = 4: it is the number of one group, from 0 to 3.")]
    [InlineData("GET", "/members?group=1&group=2", "group = 1,2: it is the number of one group, from 0 to 3.")]
    [InlineData("POST", "/sessions?group=4", "group = 4: it is the number of one group, from 0 to 3.")]
    public async Task What_is_about_one_group_has_to_name_it(string method, string path, string why)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await node.Http.SendAsync(request);
        string said = await ProblemAsync(answer, HttpStatusCode.BadRequest, "bad-request");
        Assert.StartsWith(why, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_names_its_group_is_done_there()
    {
        using var members = await node.Http.GetAsync("/members?group=3");
        Assert.Equal(HttpStatusCode.OK, members.StatusCode);
        using var snapshot = await node.Http.PostAsync("/snapshot?group=3", null);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        using var transfer = await node.Http.PostAsync("/leader/transfer?group=3&to=nobody", null);
        Assert.Contains("nobody", await ProblemAsync(transfer, HttpStatusCode.BadRequest, "bad-request"));
        var status = (await StatusAsync("/status?group=3"))!;
        Assert.Equal(("kv-3-of-4", "leader", "a"), (status.Group, status.Role, status.Leader));
        Assert.Null(status.Groups);
        Assert.True(status.SnapshotIndex > 0);
    }

    [Fact]
    public async Task A_status_is_that_of_all_groups()
    {
        var status = (await StatusAsync("/status"))!;
        Assert.Equal(("kv", "leader", "a"), (status.Group, status.Role, status.Leader));
        Assert.Equal((Groups, Groups, 0, 0),
            (status.Groups!.Count, status.Groups.Led, status.Groups.WithoutLeader, status.Groups.NotRunning));
        Assert.Equal(Groups, Assert.Single(status.Groups.Leaders).Value);
        var each = new List<StatusDocument>();
        for (int group = 0; group < Groups; group++)
            each.Add((await StatusAsync($"/status?group={group}"))!);
        Assert.Equal(Groups, each.Select(static one => one.GroupId).Distinct().Count());
        Assert.Empty(status.Problems);
        Assert.Equal("ready, all 4 groups have leaders\n", await node.Http.GetStringAsync("/health/ready"));
        Assert.Equal("ready, the leader is a\n", await node.Http.GetStringAsync("/health/ready?group=2"));
        using var cluster = JsonDocument.Parse(await node.Http.GetStringAsync("/cluster"));
        Assert.Equal("a", cluster.RootElement.GetProperty("leader").GetString());
    }

    [Fact]
    public async Task All_members_are_shown_in_one_group_and_all_groups_in_a_few_words()
    {
        var cluster = (await node.Http.GetFromJsonAsync("/cluster?group=2", HostJson.Default.ClusterDocument))!;
        Assert.Equal(("kv-2-of-4", "a"), (cluster.Group, cluster.Leader));
        var member = Assert.Single(cluster.Members);
        Assert.Equal(("kv-2-of-4", 0), (member.Status!.Group, member.Lag));
        Assert.Null(member.Status.Groups);

        var all = (await node.Http.GetFromJsonAsync("/groups", HostJson.Default.GroupListDocument))!;
        Assert.Equal("a", all.Node);
        Assert.Equal(
            Enumerable.Range(0, Groups).Select(static group => (group, Layout.NameOf(group), "a", (string?)null)),
            all.Groups.Select(static group => (group.Number, group.Name, group.Leader!, group.Problem)));
        Assert.All(all.Groups, static group => Assert.True(group is { Term: > 0, CommitIndex: > 0 }));
    }

    [Fact]
    public async Task A_list_of_keys_goes_through_all_groups_in_order_and_says_so()
    {
        string[] keys = [.. Enumerable.Range(0, 30).Select(static number => $"list/{number:00}")];
        Assert.Equal(Groups, keys.Select(Layout.Of).Distinct().Count());
        foreach (string key in keys)
            (await node.Http.PutAsync($"/kv/{key}", new StringContent(key))).Dispose();

        var listed = new List<string>();
        for (bool more = true; more;)
        {
            string after = listed.Count > 0 ? $"&after={listed[^1]}" : "";
            var page = await node.Http.GetFromJsonAsync(
                $"/kv?prefix=list/&limit=7{after}", HostJson.Default.KeysDocument);
            Assert.Equal((Groups, null), (page!.Groups, page.AppliedIndex));
            Assert.True(page.Keys.Count == 7 || !page.More);
            listed.AddRange(page.Keys.Select(static key => key.Key));
            more = page.More;
        }
        Assert.Equal(keys, listed);

        var one = await node.Http.GetFromJsonAsync("/kv?prefix=list/&group=2", HostJson.Default.KeysDocument);
        Assert.Null(one!.Groups);
        Assert.True(one.AppliedIndex > 0);
        Assert.Equal(keys.Where(static key => Layout.Of(key) == 2), one.Keys.Select(static key => key.Key));
    }

    [Fact]
    public async Task A_session_is_of_the_group_of_its_key_and_refused_in_others()
    {
        string key = KeyOf(1, "session"), other = KeyOf(2, "session");
        using var opened = await node.Http.PostAsync($"/sessions?key={Uri.EscapeDataString(key)}", null);
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        long session = (await opened.Content.ReadFromJsonAsync(HostJson.Default.SessionDocument))!.Session;
        using var first = await CreateAsync(key, session);
        using var again = await CreateAsync(key, session);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);

        using var elsewhere = await CreateAsync(other, session);
        Assert.Contains("is for the keys of group 1, and this key is in group 2",
            await ProblemAsync(elsewhere, HttpStatusCode.BadRequest, "bad-request"));
        using var none = await node.Http.GetAsync($"/kv/{other}");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        using var kept = await node.Http.PutAsync($"/sessions/{session}", null);
        using var closed = await node.Http.DeleteAsync($"/sessions/{session}");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (kept.StatusCode, closed.StatusCode));
        using var late = await node.Http.PutAsync($"/sessions/{session}", null);
        await ProblemAsync(late, HttpStatusCode.Gone, "session-expired");
        using var byGroup = await node.Http.PostAsync("/sessions?group=3", null);
        Assert.Equal(3, (await byGroup.Content.ReadFromJsonAsync(HostJson.Default.SessionDocument))!.Session % Groups);
    }

    [Fact]
    public async Task Leases_of_all_groups_are_held_and_listed_in_the_order_of_their_names()
    {
        string[] names = [.. Enumerable.Range(0, Groups).Select(static group => KeyOf(group, "lease"))
            .Order(StringComparer.Ordinal)];
        foreach (string name in names)
        {
            using var granted = await AcquireAsync(name, "one");
            Assert.Equal(HttpStatusCode.OK, granted.StatusCode);
            using var refused = await AcquireAsync(name, "two");
            await ProblemAsync(refused, HttpStatusCode.Conflict, "lease-held");
            using var got = await node.Http.GetAsync($"/leases/{name}");
            Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        }
        var held = await node.Http.GetFromJsonAsync("/leases?prefix=lease", HostJson.Default.LeasesDocument);
        Assert.Equal(names, held!.Leases.Select(static lease => lease.Name));
        using var released = await node.Http.DeleteAsync($"/leases/{names[0]}?owner=one");
        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        using var gone = await node.Http.GetAsync($"/leases/{names[0]}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_watcher_of_a_group_gets_the_changes_of_its_keys_alone()
    {
        string key = KeyOf(0, "watch"), other = KeyOf(1, "watch");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/watch?group=0&prefix=watch&from=1");
        using var answer = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await node.Http.PutAsync($"/kv/{other}", new StringContent("other"))).Dispose();
        (await node.Http.PutAsync($"/kv/{key}", new StringContent("value"))).Dispose();
        string? data;
        do
            data = await events.ReadLineAsync();
        while (data?.StartsWith("data:", StringComparison.Ordinal) == false);
        Assert.Contains(key, data);
    }

    [Theory]
    [InlineData("snapshot", ExitCode.NotDone, "A snapshot is about one group")]
    [InlineData("snapshot --group 1", ExitCode.Done, "snapshot up to index ")]
    [InlineData("member list", ExitCode.NotDone, "The list of members is about one group")]
    [InlineData("member list --group 1", ExitCode.Done, "a ")]
    [InlineData("transfer --group 9", ExitCode.NotDone, "group = 9: it is the number of one group, from 0 to 3.")]
    [InlineData("watch --group 9", ExitCode.NotDone, "group = 9: it is the number of one group, from 0 to 3.")]
    [InlineData("status", ExitCode.Done, " groups 4 led 4 without leader 0")]
    [InlineData("status --group 1", ExitCode.Done, " leader a commit ")]
    public async Task A_command_names_the_group_with_an_option(string command, int code, string said)
    {
        var run = await ProgramRun.ToEndAsync([.. command.Split(' '), "--url", $"{node.Http.BaseAddress}".TrimEnd('/')]);
        Assert.Contains(said, run.Output + string.Join('\n', run.Errors), StringComparison.Ordinal);
        Assert.Equal(code, run.Code);
    }

    private static string KeyOf(int group, string prefix) => Enumerable.Range(0, int.MaxValue)
        .Select(number => $"{prefix}{number}").First(key => Layout.Of(key) == group);

    private async Task<StatusDocument?> StatusAsync(string path) =>
        await node.Http.GetFromJsonAsync(path, HostJson.Default.StatusDocument);

    private Task<HttpResponseMessage> AcquireAsync(string name, string owner) => node.Http.PutAsync(
        $"/leases/{name}", new StringContent($$"""{ "owner": "{{owner}}", "ttlSeconds": 60 }"""));

    private async Task<HttpResponseMessage> CreateAsync(string key, long session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/kv/{key}");
        request.Content = new StringContent("value");
        request.Headers.Add("Idempotency-Key", $"\"{session}-1\"");
        return await node.Http.SendAsync(request);
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, text);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal($"urn:raftnode:{type}", problem.RootElement.GetProperty("type").GetString());
        return problem.RootElement.GetProperty("detail").GetString()!;
    }
}
