using System.Net;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using Xunit.Abstractions;

namespace RaftNode.Host.Tests.Processes;

/// <summary>The leadership of real processes: handed over on request, and by a node that is stopped.</summary>
public sealed class LeadershipSpec(ITestOutputHelper output)
{
    private const int Writers = 16;
    private const int Rounds = 2;

    [Fact]
    public async Task The_leadership_goes_where_it_is_asked_to_go_through_any_node()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        for (var asked = 0; asked < 3; asked++)
        {
            var target = (leader + 1) % 3;
            using var answer =
                await cluster.Http.PostAsync($"{cluster.Urls[asked]}/leader/transfer?to=node{target + 1}", null);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal($"node{target + 1}",
                JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(),
                HostJson.Default.LeaderDocument)!.Leader);
            Assert.Equal(target, leader = await cluster.LeaderAsync());
        }
        var next = (leader + 1) % 3;
        var run = await ProgramRun.ToEndAsync(["transfer", "--to", $"node{next + 1}", "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches($"^node{next + 1} leads in term [0-9]+$", run.Output);
        Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(["transfer", "--url", cluster.Urls[0]])).Code);

        var holder = await cluster.LeaderAsync();
        var other = (holder + 1) % 3;
        string[] FromNode(int node) => ["transfer", "--from", $"node{node + 1}", "--url", cluster.Urls[node]];
        var idle = await ProgramRun.ToEndAsync(FromNode(other));
        Assert.Equal((ExitCode.Done, $"node{other + 1} does not lead: nothing was done"), (idle.Code, idle.Output));
        Assert.Equal(holder, await cluster.LeaderAsync());
        var left = await ProgramRun.ToEndAsync(FromNode(holder));
        Assert.Matches("^node[1-3] leads in term [0-9]+$", left.Output);
        Assert.NotEqual(holder, await cluster.LeaderAsync());

        var unknown = await ProgramRun.ToEndAsync(["transfer", "--to", "node9", "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.NotDone, unknown.Code);
        Assert.Contains("'node9' is not a voter", Assert.Single(unknown.Errors));
    }

    [Fact]
    public async Task A_rolling_restart_of_all_nodes_under_load_loses_nothing()
    {
        byte[][] lines =
            [.. Enumerable.Range(0, 3000).Select(line => System.Text.Encoding.UTF8.GetBytes($"value {line}"))];
        await using var cluster = await NodeCluster.StartAsync(3);
        var load = new WriteLoad(cluster, lines, Writers, stages: (3 * Rounds) + 1);
        var writing = load.RunAsync();
        for (var restart = 0; restart < 3 * Rounds; restart++)
        {
            await load.StageAsync(restart);
            var leader = await cluster.LeaderAsync();
            // The leader first, then whoever is next: every node twice, and at least every other time the one that
            // leads.
            var stopped = restart % 2 == 0 ? leader : (leader + 1) % 3;
            cluster.Run(stopped).Terminate();
            Assert.Equal(ExitCode.Done, await cluster.Run(stopped).ExitAsync());
            await load.ProgressAsync(restart);
            cluster.Start(stopped);
            await cluster.ReadyAsync(stopped);
            output.WriteLine($"restarted node{stopped + 1}{(stopped == leader ? ", the leader," : "")} after "
                + $"{load.Acknowledged} acknowledged writes");
            load.Open(restart + 1);
        }
        await writing;
        output.WriteLine($"{lines.Length} lines written, {load.Retried} tries were answered otherwise");

        var settled = await cluster.SettledAsync();
        Assert.Equal(lines.Length, settled[0].State.Keys);
        Assert.All(settled, status => Assert.Equal(settled[0].State, status.State));
    }

    [Fact]
    public async Task Reads_are_as_fresh_as_they_are_asked_to_be()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        using var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value"));
        var written = long.Parse(put.Headers.ETag!.Tag.Trim('"'));
        for (var node = 0; node < 3; node++)
        {
            foreach (var consistency in (string[])["linearizable", "lease"])
            {
                using var read = await cluster.Http.GetAsync($"{cluster.Key(node, "key")}?consistency={consistency}");
                Assert.Equal("value", await read.Content.ReadAsStringAsync());
                Assert.True(long.Parse(Assert.Single(read.Headers.GetValues("Raft-Applied-Index"))) >= written);
            }
        }
        await cluster.SettledAsync();
        var leader = await cluster.LeaderAsync();
        var left = (leader + 1) % 3;
        using var stale =
            await cluster.Http.GetAsync($"{cluster.Key(left, "key")}?consistency=stale&max-staleness=10000");
        Assert.Equal("value", await stale.Content.ReadAsStringAsync());

        await cluster.KillAsync(leader);
        await cluster.KillAsync((leader + 2) % 3);
        using var old = await cluster.Http.GetAsync($"{cluster.Key(left, "key")}?consistency=stale");
        Assert.Equal("value", await old.Content.ReadAsStringAsync());
        await Eventually.IsTrueAsync("a state that is too old", async () =>
        {
            using var tooOld =
                await cluster.Http.GetAsync($"{cluster.Key(left, "key")}?consistency=stale&max-staleness=1");
            return tooOld.StatusCode == HttpStatusCode.ServiceUnavailable
                && (await tooOld.Content.ReadAsStringAsync()).Contains("too-stale", StringComparison.Ordinal);
        }, cluster.Transcripts);
        foreach (var wrong in (string[])["consistency=fresh", "consistency=stale&max-staleness=-1", "max-staleness=5"])
        {
            using var refused = await cluster.Http.GetAsync($"{cluster.Key(left, "key")}?{wrong}");
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }
}
