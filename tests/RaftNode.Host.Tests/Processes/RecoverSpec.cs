using System.Net;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode recover</c>: a cluster of real processes that has lost two of three nodes for good.</summary>
public sealed class RecoverSpec
{
    private const int Keys = 200;

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task One_survivor_of_three_goes_on_alone_and_takes_in_two_new_nodes(NodeJournal journal)
    {
        const string often =
            "raft.snapshot { entries = 60, min-growth = 0, trailing-entries = 10 }\nraft.catch-up-timeout = 30 s\n";
        await using var cluster = await NodeCluster.StartAsync(3, often, journal: journal);
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => PutAsync(cluster, key % 3, $"key{key}")));
        var before = (await cluster.SettledAsync())[0];

        var running = await ProgramRun.ToEndAsync(["recover", .. cluster.StoppedNode(0, "--data"), "--yes"]);
        Assert.Equal(ExitCode.NotDone, running.Code);
        Assert.Contains("is in use by another process", running.Errors[0]);

        for (var node = 0; node < 3; node++)
            await cluster.KillAsync(node);
        var unasked = await ProgramRun.ToEndAsync(["recover", .. cluster.StoppedNode(0, "--data")]);
        Assert.Equal(ExitCode.NotDone, unasked.Code);
        Assert.Contains("standard input is not a terminal", unasked.Errors[0]);
        Assert.Contains($"store {before.StoreId}",
            (await ProgramRun.ToEndAsync(["inspect", .. cluster.StoppedNode(0)])).Output);

        var stranger = await ProgramRun.ToEndAsync(["recover", .. cluster.StoppedNode(0, "--data"), "--members",
            $"node2={cluster.Addresses[1]}", "--yes"]);
        Assert.Equal(ExitCode.NotDone, stranger.Code);
        Assert.Contains("the data is that of node1, which is not in --members", stranger.Errors[0]);
        var members = string.Join(',', cluster.Addresses.Select((address, node) => $"node{node + 1}={address}"));
        var recovered = await ProgramRun.ToEndAsync(["recover", .. cluster.StoppedNode(0, "--data"), "--members",
            members, "--yes"]);
        Assert.True(recovered.Code == ExitCode.Done, recovered.Output + string.Join('\n', recovered.Errors));
        Assert.Contains($"store {before.StoreId}", recovered.Output);
        Assert.Contains($"acknowledged after entry {before.LastIndex} is lost", recovered.Output);
        Assert.Contains("node2, node3: never start them again", recovered.Output);
        Assert.Contains($"raftnode member add node3 {cluster.Addresses[2]}", recovered.Output);
        cluster.Start(0);
        await cluster.ReadyAsync(0);
        await PutAsync(cluster, 0, "after");
        await ConfigurationsAreOfTheirHistoryAsync(cluster);
        for (var key = 0; key < Keys; key += 37)
            Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(0, $"key{key}")));

        // One that was given up comes back all the same, and is refused by name.
        cluster.Start(1);
        await Eventually.IsTrueAsync(
            "node2 to say what it has",
            async () =>
            (await cluster.StatusAsync(1))?.Problems.Any(static problem => problem.Type == "urn:raftnode:other-group"
                && problem.Detail.Contains("node1", StringComparison.Ordinal)) == true,
            () => cluster.Run(1).Transcript);
        Assert.Contains((await cluster.StatusAsync(0))!.ForeignNodes, static node => node.Id == "node2");
        await cluster.KillAsync(1);

        await using var second = await JoinAsync(cluster, 1);
        await using var third = await JoinAsync(cluster, 2);
        var settled = await cluster.SettledAsync();
        Assert.All(settled,
            status => Assert.Equal((Keys + 1, settled[0].State.Digest), (status.State.Keys, status.State.Digest)));
        Assert.Equal(3, settled[0].Members.Count);

        // What was recovered is also what it starts from later, and the two others go on without it.
        await cluster.KillAsync(0);
        await PutAsync(cluster, 1, "without");
        cluster.Start(0);
        await cluster.SettledAsync();
        Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(0, "without")));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task Where_nothing_is_to_be_recovered_nothing_is_changed(NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(1, journal: journal);
        await PutAsync(cluster, 0, "key");
        await cluster.KillAsync(0);
        var inspected = (await ProgramRun.ToEndAsync(["inspect", .. cluster.StoppedNode(0)])).Output;

        var alone = await ProgramRun.ToEndAsync(["recover", .. cluster.StoppedNode(0, "--data"), "--yes"]);
        Assert.Equal((ExitCode.No,
            "raftnode: nothing was changed: node1 is the only member already: start it, and it leads."),
            (alone.Code, Assert.Single(alone.Errors)));
        Assert.Equal(inspected, (await ProgramRun.ToEndAsync(["inspect", .. cluster.StoppedNode(0)])).Output);
        var none = await ProgramRun.ToEndAsync(["recover", "--data", cluster.DataOf(1), "--yes"]);
        Assert.Equal(ExitCode.NotDone, none.Code);
        Assert.Contains("give the directory of one node", Assert.Single(none.Errors));
    }

    private static async Task<ProgramRun> JoinAsync(NodeCluster cluster, int node)
    {
        await cluster.ForgetAsync(node);
        var run = ProgramRun.Start([.. cluster.StartArguments(node), "--join"]);
        await Eventually.IsTrueAsync($"node{node + 1} to answer",
            async () => await cluster.StatusAsync(node) is not null, () => run.Transcript);
        var added = await ProgramRun.ToEndAsync(["member", "add", $"node{node + 1}", cluster.Addresses[node], "--url",
            cluster.Urls[0], "--timeout", "60"]);
        Assert.True(added.Code == ExitCode.Done, string.Join('\n', added.Errors) + run.Transcript);
        return run;
    }

    // A leader that was just killed may have been sent the write: then nobody knows, and it is asked for again.
    private static Task PutAsync(NodeCluster cluster, int node, string key) =>
        Eventually.IsTrueAsync($"{key} to be written", async () =>
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(node, key), new StringContent("value"));
        return put.IsSuccessStatusCode;
    }, cluster.Transcripts);

    // Before the recovery another configuration may have had the index of the present one.
    private static async Task ConfigurationsAreOfTheirHistoryAsync(NodeCluster cluster)
    {
        using var members = await cluster.Http.GetAsync(new Uri(cluster.Urls[0] + "/members"));
        var tag = members.Headers.ETag!.Tag;
        Assert.Matches("^\"[0-9]+-[0-9a-f]{12}\"$", tag);
        var body = $$"""{ "voters": [ { "id": "node1", "address": "{{cluster.Addresses[0]}}" } ] }""";

        var lost = tag[..tag.IndexOf('-', StringComparison.Ordinal)] + '"';
        foreach (var (named, expected) in new[]
            { (lost, HttpStatusCode.PreconditionFailed), (tag, HttpStatusCode.NoContent) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, cluster.Urls[0] + "/members");
            request.Content = new StringContent(body);
            request.Headers.Add("If-Match", named);
            using var answer = await cluster.Http.SendAsync(request);
            Assert.Equal((expected, tag), (answer.StatusCode, answer.Headers.ETag!.Tag));
        }
    }
}
