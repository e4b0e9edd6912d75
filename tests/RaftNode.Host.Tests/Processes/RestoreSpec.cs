using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode restore</c>: what a new cluster of real processes makes of a backup.</summary>
public sealed class RestoreSpec
{
    private const int Keys = 300;

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task A_new_cluster_starts_with_the_whole_store_and_knows_no_session_of_before(NodeJournal journal)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.In("kv.backup");
        var (session, etag, digest) = await BackUpAsync(file);

        void Restore(NodeCluster cluster) => RestoreAsync(cluster, file).GetAwaiter().GetResult();
        await using var cluster = await NodeCluster.StartAsync(3, prepare: Restore, journal: journal);

        var settled = await cluster.SettledAsync();
        Assert.All(settled, status => Assert.Equal((Keys + 1, digest), (status.State.Keys, status.State.Digest)));
        Assert.Equal("value 17", await cluster.Http.GetStringAsync(cluster.Key(1, "key17")));
        using var again = await WriteOnceAsync(cluster, session);
        Assert.Equal(System.Net.HttpStatusCode.Gone, again.StatusCode);
        using var got = await cluster.Http.GetAsync(cluster.Key(0, "once"));
        Assert.Equal(etag, got.Headers.ETag?.Tag);
        using var put = await cluster.Http.PutAsync(cluster.Key(2, "new"), new StringContent("value"));
        put.EnsureSuccessStatusCode();

        // And once more, from what the new stores hold now.
        for (var node = 0; node < 3; node++)
            await cluster.KillAsync(node);
        for (var node = 0; node < 3; node++)
            cluster.Start(node);
        await cluster.AllReadyAsync();
        Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(0, "new")));
        Assert.Equal($"value {Keys - 1}", await cluster.Http.GetStringAsync(cluster.Key(2, $"key{Keys - 1}")));
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task Restored_on_one_node_it_takes_in_others_and_on_two_of_three_the_third_is_refused(
        NodeJournal journal)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.In("kv.backup");
        var (_, _, digest) = await BackUpAsync(file);

        void RestoreOne(NodeCluster cluster) => RestoreAsync(cluster, file, members: 1).GetAwaiter().GetResult();
        const string patient = "raft.catch-up-timeout = 30 s\n";
        await using (var cluster = await NodeCluster.StartAsync(2, patient, prepare: RestoreOne, founders: 1,
            journal: journal))
        {
            cluster.Start(1);
            await cluster.AnswersAsync(1);
            var added = await ProgramRun.ToEndAsync(["member", "add", "node2", cluster.Addresses[1], "--url",
                cluster.Urls[0], "--timeout", "30"]);
            Assert.True(added.Code == ExitCode.Done, string.Join('\n', added.Errors));
            Assert.All(await cluster.SettledAsync(), status => Assert.Equal(digest, status.State.Digest));
        }

        await using (var cluster = await NodeCluster.StartAsync(3, prepare: Forget, founders: 2, journal: journal))
        {
            // The third starts with nothing, although the others know it by the store that it was to have.
            await using var third = ProgramRun.Start(cluster.StartArguments(2).Where(argument => argument != "--join"));
            Assert.Equal(ExitCode.No, await third.ExitAsync());
            Assert.Contains("knows member 'node3' by another store", third.Transcript);
            Assert.Equal("value 3", await cluster.Http.GetStringAsync(cluster.Key(0, "key3")));
        }

        void Forget(NodeCluster cluster)
        {
            RestoreAsync(cluster, file).GetAwaiter().GetResult();
            cluster.ForgetAsync(2).GetAwaiter().GetResult();
        }
    }

    [Fact]
    public async Task A_node_of_the_old_cluster_that_still_runs_under_its_address_is_refused_by_name_and_gives_nothing_to_the_new_one()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await NodeCluster.StartAsync(3);
        using var before = await cluster.Http.PutAsync(cluster.Key(0, "before"), new StringContent("value"));
        before.EnsureSuccessStatusCode();
        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["backup", directory.In("kv.backup"), "--url", cluster.Urls[0]])).Code);
        using var after = await cluster.Http.PutAsync(cluster.Key(0, "after"), new StringContent("value"));
        after.EnsureSuccessStatusCode();
        var names = cluster.Addresses.Select((address, node) => $"node{node + 1}={address}");
        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["restore", directory.In("kv.backup"), "--data", directory.In("new"),
            "--members", string.Join(',', names)])).Code);
        for (var node = 0; node < 2; node++)
        {
            await cluster.KillAsync(node);
            Directory.Delete(cluster.DataOf(node), recursive: true);
            Directory.Move(directory.In($"new/node{node + 1}"), cluster.DataOf(node));
        }

        cluster.Start(0);
        cluster.Start(1);

        await Task.WhenAll(cluster.ReadyAsync(0), cluster.ReadyAsync(1));
        await Eventually.IsTrueAsync(
            "node3 to say whom it meets",
            async () => (await cluster.StatusAsync(2))?.Problems
                .Any(static problem => problem.Type == "urn:raftnode:other-group") == true,
            () => cluster.Run(2).Transcript);
        Assert.Equal("value", await cluster.Http.GetStringAsync(cluster.Key(1, "before")));
        using var lost = await cluster.Http.GetAsync(cluster.Key(0, "after"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, lost.StatusCode);
    }

    [Fact]
    public async Task Positions_of_what_a_restore_gave_up_are_not_taken_for_those_of_what_came_instead()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.In("kv.backup");
        System.Net.Http.Headers.EntityTagHeaderValue kept, lost;
        await using (var former = await NodeCluster.StartAsync(1))
        {
            kept = await VersionAsync(former, "kept");
            Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(["backup", file, "--url", former.Urls[0]])).Code);
            lost = await VersionAsync(former, "lost");
            for (var i = 0; i < 50; i++)
                lost = await VersionAsync(former, "lost");
        }
        await using var cluster =
            await NodeCluster.StartAsync(1, prepare: each => RestoreAsync(each, file).GetAwaiter().GetResult());

        using var watcher = await EventStream.OpenAsync(cluster.Http, $"{cluster.Urls[0]}/watch", lost.Tag.Trim('"'));
        Assert.Equal("reset", (await watcher.NextAsync()).Type);
        Assert.Equal(("put", "kept"), await watcher.NextAsync() is var put ? (put.Type, put.Key) : default);
        Assert.Equal("current", (await watcher.NextAsync()).Type);
        System.Net.Http.Headers.EntityTagHeaderValue? written = null;
        while (written is null || Index(written) < Index(lost))
            written = await VersionAsync(cluster, "lost");
        Assert.Equal(Index(lost), Index(written));
        Assert.Equal(System.Net.HttpStatusCode.PreconditionFailed, await PutIfAsync(cluster, "lost", lost));
        Assert.Equal(System.Net.HttpStatusCode.NoContent, await PutIfAsync(cluster, "lost", written));
        Assert.Equal(System.Net.HttpStatusCode.NoContent, await PutIfAsync(cluster, "kept", kept));
        var next = await watcher.NextAsync();
        Assert.Equal(("put", $"\"{next.LastId}\""), (next.Type, next.Json.GetProperty("etag").GetString()));
    }

    private static long Index(System.Net.Http.Headers.EntityTagHeaderValue tag) =>
        long.Parse(tag.Tag.Trim('"').Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<System.Net.Http.Headers.EntityTagHeaderValue> VersionAsync(NodeCluster cluster,
        string key)
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(0, key), new StringContent("value"));
        put.EnsureSuccessStatusCode();
        return put.Headers.ETag!;
    }

    private static async Task<System.Net.HttpStatusCode> PutIfAsync(NodeCluster cluster, string key,
        System.Net.Http.Headers.EntityTagHeaderValue tag)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Put, cluster.Key(0, key)) { Content = new StringContent("value") };
        request.Headers.IfMatch.Add(tag);
        using var response = await cluster.Http.SendAsync(request);
        return response.StatusCode;
    }

    [Fact]
    public async Task What_is_damaged_or_would_be_overwritten_is_refused_and_nothing_is_written()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.In("kv.backup");
        await BackUpAsync(file);
        string[] Arguments(string from, params string[] others) =>
            ["restore", from, "--data", directory.In("data"), "--members", "node1=127.0.0.1:1,node2=127.0.0.1:2",
                .. others];

        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(directory.In("damaged"), bytes);
        await AssertRefusedAsync(ExitCode.No, "is damaged", Arguments(directory.In("damaged")));
        await File.WriteAllBytesAsync(directory.In("cut"), bytes[..^50]);
        await AssertRefusedAsync(ExitCode.No, "is incomplete", Arguments(directory.In("cut")));
        await AssertRefusedAsync(ExitCode.NotDone, "there is no ", Arguments(directory.In("none")));
        await AssertRefusedAsync(ExitCode.NotDone, "is not ID=HOST:PORT",
            ["restore", file, "--data", directory.In("data"), "--members", "node1"]);
        await AssertRefusedAsync(ExitCode.No, "an address is host:port",
            ["restore", file, "--data", directory.In("data"), "--members", "node1=here"]);
        await AssertRefusedAsync(ExitCode.No, "cannot be the name of a group", Arguments(file, "--group", "a/b"));
        Assert.False(Directory.Exists(directory.In("data"))
            && Directory.EnumerateFileSystemEntries(directory.In("data")).Any());

        Directory.CreateDirectory(directory.In("data/node2"));
        await File.WriteAllTextAsync(directory.In("data/node2/mine"), "");
        await AssertRefusedAsync(ExitCode.NotDone, "is not empty", Arguments(file));
        Assert.Equal([directory.In("data/node2")], Directory.GetFileSystemEntries(directory.In("data")));
    }

    [Fact]
    public void When_a_members_directory_cannot_be_put_in_its_place_those_before_are_taken_back()
    {
        using var directory = new TemporaryDirectory();
        foreach (var member in (string[])["node1", "node2", "node3"])
            directory.Write($"from/{member}/raft.db", member);
        directory.Write("to/node3", "in the way");

        Assert.Throws<IOException>(() =>
            RestoreTarget.MoveAll(["node1", "node2", "node3"], directory.In("from"), directory.In("to")));

        Assert.Equal([directory.In("to/node3")], Directory.GetFileSystemEntries(directory.In("to")));
        Assert.All((string[])["node1", "node2", "node3"],
            member => Assert.Equal(member, File.ReadAllText(directory.In($"from/{member}/raft.db"))));
    }

    private static async Task AssertRefusedAsync(int code, string why, string[] arguments)
    {
        var run = await ProgramRun.ToEndAsync(arguments);
        Assert.Equal(code, run.Code);
        Assert.Contains(why, Assert.Single(run.Errors));
    }

    // A cluster with some keys, and one that was written by a numbered command.
    private static async Task<(string Session, string? ETag, string Digest)> BackUpAsync(string file)
    {
        await using var cluster = await NodeCluster.StartAsync(3, "raft.snapshot.chunk-size = 1 KiB\n");
        using var opened = await cluster.Http.PostAsync($"{cluster.Urls[0]}/sessions", null);
        using var document = System.Text.Json.JsonDocument.Parse(await opened.Content.ReadAsStringAsync());
        var session = document.RootElement.GetProperty("session").GetInt64()
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var once = await WriteOnceAsync(cluster, session);
        once.EnsureSuccessStatusCode();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(async key =>
        {
            using var put =
                await cluster.Http.PutAsync(cluster.Key(key % 3, $"key{key}"), new StringContent($"value {key}"));
            put.EnsureSuccessStatusCode();
        }));
        var run = await ProgramRun.ToEndAsync(["backup", file, "--url", cluster.Urls[1]]);
        Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
        return (session, once.Headers.ETag?.Tag, (await cluster.SettledAsync())[0].State.Digest);
    }

    private static async Task<HttpResponseMessage> WriteOnceAsync(NodeCluster cluster, string session)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, cluster.Key(0, "once")) { Content = new StringContent("value") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{session}-1\"");
        return await cluster.Http.SendAsync(request);
    }

    private static async Task RestoreAsync(NodeCluster cluster, string file, int? members = null)
    {
        var names = cluster.Addresses.Take(members ?? cluster.Count)
            .Select((address, node) => $"node{node + 1}={address}");
        string[] where =
            ["--data", cluster.Data, "--members", string.Join(',', names), .. cluster.ConfigWhereNeeded(0)];
        var run = await ProgramRun.ToEndAsync(["restore", file, .. where]);
        Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
    }
}
