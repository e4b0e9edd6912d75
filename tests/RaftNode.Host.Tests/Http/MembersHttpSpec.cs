using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class MembersHttpSpec
{
    [Fact]
    public async Task Members_are_read_and_changed_at_any_node()
    {
        await using var cluster = await NodeCluster.StartAsync(4, founders: 3);
        cluster.Start(3);
        var (members, tag) = await GetAsync(cluster, 0);
        Assert.Equal(["node1", "node2", "node3"], members.Members.Select(member => member.Id));
        Assert.All(members.Members, member => Assert.Equal("voter", member.Role));
        Assert.All(members.Members, member => Assert.NotEmpty(member.StoreId));
        Assert.False(members.Changing);

        // Through each node in turn: a learner, its promotion, its removal.
        using var added = await PutAsync(cluster, 0, Body(cluster, [0, 1, 2], [3]), tag);
        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        await Eventually.IsTrueAsync("node4 to have the log",
            async () => await cluster.StatusAsync(3) is { Learners.Count: 1, AppliedIndex: > 0 }, cluster.Transcripts);
        // The first node that is asked is down: the next one is, also for the change.
        var promoted = await ProgramRun.ToEndAsync(["member", "promote", "node4", "--url",
            $"http://127.0.0.1:{FreePorts.Range(1)}", "--url", cluster.Urls[1]]);
        Assert.True(promoted.Code == ExitCode.Done, string.Join('\n', promoted.Errors));
        var list = await ProgramRun.ToEndAsync(["member", "list", "--url", cluster.Urls[await cluster.LeaderAsync()]]);
        Assert.Equal(4, list.Output.Split('\n').Count(line => line.Contains(" voter", StringComparison.Ordinal)));
        Assert.Single(list.Output.Split('\n'), line => line.Contains("leader", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["member", "remove", "node4", "--url", cluster.Urls[2]])).Code);
        Assert.Equal(ExitCode.Done, await cluster.Run(3).ExitAsync());

        Assert.Equal(ExitCode.No,
            (await ProgramRun.ToEndAsync(["member", "remove", "node4", "--url", cluster.Urls[0]])).Code);
        Assert.Equal(ExitCode.No,
            (await ProgramRun.ToEndAsync(["member", "promote", "node1", "--url", cluster.Urls[0]])).Code);
        Assert.Equal(ExitCode.No,
            (await ProgramRun.ToEndAsync(["member", "priority", "node4", "3", "--url", cluster.Urls[0]])).Code);
        Assert.Equal(ExitCode.No,
            (await ProgramRun.ToEndAsync(["member", "add", "node1", cluster.Addresses[0], "--url",
            cluster.Urls[0]])).Code);
        var moved =
            await ProgramRun.ToEndAsync(["member", "add", "node1", cluster.Addresses[3], "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.No, moved.Code);
        Assert.Contains($"node1 is a member already, at {cluster.Addresses[0]}", string.Join(' ', moved.Errors));
        Assert.Contains($"start its node at {cluster.Addresses[3]}: the group records the address by itself",
            string.Join(' ', moved.Errors));
        Assert.Contains("raftnode member remove node1", string.Join(' ', moved.Errors));
    }

    [Fact]
    public async Task The_member_of_the_highest_priority_leads()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var favourite = (await cluster.LeaderAsync() + 1) % 3;
        var name = $"node{favourite + 1}";

        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["member", "priority", name, "5", "--url", cluster.Urls[0]])).Code);
        await Eventually.IsTrueAsync($"{name} to lead",
            async () => (await GetAsync(cluster, favourite)).Members.Leader == name, cluster.Transcripts);

        var (members, tag) = await GetAsync(cluster, favourite);
        Assert.Equal([name], members.Members.Where(member => member.Priority == 5).Select(member => member.Id));
        var list = await ProgramRun.ToEndAsync(["member", "list", "--url", cluster.Urls[favourite]]);
        Assert.Contains($"{name} {cluster.Addresses[favourite]} voter priority 5, leader", list.Output);
        using (var reset = await PutAsync(cluster, favourite, Body(cluster, [0, 1, 2], []), tag))
            Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        Assert.All((await GetAsync(cluster, favourite)).Members.Members, member => Assert.Equal(0, member.Priority));
        Assert.Equal(ExitCode.NotDone,
            (await ProgramRun.ToEndAsync(["member", "priority", name, "--url", cluster.Urls[0], "--", "-1"])).Code);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_and_changes_nothing()
    {
        await using var cluster = await NodeCluster.StartAsync(2, "raft.catch-up-timeout = 700 ms\n", founders: 1);
        var (members, _) = await GetAsync(cluster, 0);

        await RefusedAsync(HttpStatusCode.BadRequest, "bad-request", await PutAsync(cluster, 0, "no JSON"));
        await RefusedAsync(HttpStatusCode.BadRequest, "bad-request", await PutAsync(cluster, 0, "{}"));
        await RefusedAsync(HttpStatusCode.BadRequest, "bad-request", await PutAsync(cluster, 0, """{ "voters": [ { "id": "node1" } ] }"""));
        await RefusedAsync(HttpStatusCode.BadRequest, "bad-request", await PutAsync(cluster, 0, """{ "voters": [] }"""));
        await RefusedAsync(HttpStatusCode.BadRequest, "bad-request", await PutAsync(cluster, 0, """{ "voters": [ { "id": "node1", "address": "elsewhere:1" } ] }"""));
        await RefusedAsync(HttpStatusCode.PreconditionFailed, "members-changed",
            await PutAsync(cluster, 0, Body(cluster, [0, 1], []), new EntityTagHeaderValue("\"999999\"")));
        Assert.Equal(members.Index, (await GetAsync(cluster, 0)).Members.Index);

        // Nobody is there: it stays a learner, and the group goes on.
        await RefusedAsync(HttpStatusCode.Conflict, "not-caught-up",
            await PutAsync(cluster, 0, Body(cluster, [0, 1], [])));
        Assert.Equal(["voter", "learner"], (await GetAsync(cluster, 0)).Members.Members.Select(member => member.Role));
        using var written = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value"));
        Assert.Equal(HttpStatusCode.Created, written.StatusCode);
    }

    [Fact]
    public async Task An_address_may_have_the_name_of_an_actor_system()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        string away = $"orders@127.0.0.1:{FreePorts.Range(1)}";

        var added =
            await ProgramRun.ToEndAsync(["member", "add", "node2", away, "--learner", "--url", cluster.Urls[0]]);

        Assert.True(added.Code == ExitCode.Done, string.Join('\n', added.Errors));
        Assert.Equal(away, (await GetAsync(cluster, 0)).Members.Members[1].Address);
        Assert.Contains($"node2 {away} learner",
            (await ProgramRun.ToEndAsync(["member", "list", "--url", cluster.Urls[0]])).Output);
        var twice = await ProgramRun.ToEndAsync(["member", "add", "node3",
            away.Replace("orders@", "", StringComparison.Ordinal), "--learner", "--url", cluster.Urls[0]]);
        Assert.Contains($"The host and port of {away[7..]} are there twice.", string.Join('\n', twice.Errors));
        var wrong = await ProgramRun.ToEndAsync(["member", "add", "node3", "or_ders@127.0.0.1:1", "--learner", "--url",
            cluster.Urls[0]]);
        Assert.Contains("'or_ders' is not the name of an actor system", string.Join('\n', wrong.Errors));
    }

    [Fact]
    public async Task A_wiped_disk_under_an_old_name_is_refused_until_the_member_is_added_again()
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raft.catch-up-timeout = 30 s\n");
        using (var written = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        var leader = await cluster.LeaderAsync();
        var wiped = (leader + 1) % 3;
        await cluster.KillAsync(wiped);
        Directory.Delete(cluster.DataOf(wiped), recursive: true);

        cluster.Start(wiped);
        Assert.Equal(ExitCode.No, await cluster.Run(wiped).ExitAsync());
        Assert.Contains("Remove the member from the group and add it again", cluster.Run(wiped).Errors[^1]);

        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["member", "remove", $"node{wiped + 1}", "--url",
            cluster.Urls[leader]])).Code);
        cluster.Start(wiped);
        await cluster.AnswersAsync(wiped);
        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["member", "add", $"node{wiped + 1}", cluster.Addresses[wiped], "--url",
            cluster.Urls[leader]])).Code);
        await cluster.ReadyAsync(wiped);
        Assert.Single((await cluster.SettledAsync()).Select(status => status.State).Distinct());
    }

    private static async Task<(MembersDocument Members, EntityTagHeaderValue? Tag)> GetAsync(NodeCluster cluster,
        int node)
    {
        using var response = await cluster.Http.GetAsync($"{cluster.Urls[node]}/members");
        response.EnsureSuccessStatusCode();
        var members = await response.Content.ReadFromJsonAsync(HostJson.Default.MembersDocument);
        Assert.Equal($"\"{members!.Index}\"", response.Headers.ETag?.Tag);
        return (members, response.Headers.ETag);
    }

    private static async Task<HttpResponseMessage> PutAsync(NodeCluster cluster, int node, string body,
        EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put,
            $"{cluster.Urls[node]}/members") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (tag is not null)
            request.Headers.IfMatch.Add(tag);
        return await cluster.Http.SendAsync(request);
    }

    private static string Body(NodeCluster cluster, int[] voters, int[] learners)
    {
        string List(int[] nodes) => string.Join(", ", nodes.Select(node => $$"""{ "id": "node{{node + 1}}", "address": "{{cluster.Addresses[node]}}" }"""));
        return $$"""{ "voters": [ {{List(voters)}} ], "learners": [ {{List(learners)}} ] }""";
    }

    private static async Task RefusedAsync(HttpStatusCode status, string type, HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(status, response.StatusCode);
            Assert.Contains($"urn:raftnode:{type}\"", await response.Content.ReadAsStringAsync());
        }
    }
}
