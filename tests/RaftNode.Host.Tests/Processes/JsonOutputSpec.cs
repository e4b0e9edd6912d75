using System.CommandLine;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary>With <c>--json</c> an answer is one object on a line, and an error is one on standard error.</summary>
public sealed class JsonOutputSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private readonly string _key = $"key {Guid.NewGuid():N}";

    [Fact]
    public void Every_verb_has_the_option()
    {
        foreach (var verb in Verbs(CommandLine.Parse([]).RootCommandResult.Command, []))
        {
            Assert.True(CommandOutput.IsJson(CommandLine.Parse([.. verb, "--json"])), string.Join(' ', verb));
            Assert.False(CommandOutput.IsJson(CommandLine.Parse(verb)), string.Join(' ', verb));
        }

        static IEnumerable<string[]> Verbs(Command command, string[] path) =>
            [path, .. command.Subcommands.SelectMany(below => Verbs(below, [.. path, below.Name]))];
    }

    [Fact]
    public async Task Values_and_their_versions()
    {
        var created = await AnswerAsync("put", _key, "größer");
        Assert.Equal((_key, "created"), (Text(created, "key"), Text(created, "change")));
        var got = await AnswerAsync("get", _key);
        Assert.Equal((_key, Text(created, "etag")), (Text(got, "key"), Text(got, "etag")));
        Assert.Equal("größer"u8.ToArray(), got.GetProperty("value").GetBytesFromBase64());
        Assert.Equal("replaced", Text(await AnswerAsync("put", _key, "2", "--if-match", Text(got, "etag")), "change"));

        using var directory = new TemporaryDirectory();
        var written = await AnswerAsync("get", _key, "--output", directory.In("value"));
        Assert.Equal((directory.In("value"), JsonValueKind.Null),
            (Text(written, "file"), written.GetProperty("value").ValueKind));
        Assert.Equal("2", await File.ReadAllTextAsync(directory.In("value")));
        Assert.Equal("deleted", Text(await AnswerAsync("delete", _key), "change"));
    }

    [Fact]
    public async Task What_nodes_say_of_themselves()
    {
        Assert.Equal("ready, the leader is node1", Text(await AnswerAsync("health"), "detail"));
        Assert.Equal("node1", Text(await AnswerAsync("transfer", "--to", "node1"), "leader"));
        Assert.True((await AnswerAsync("snapshot")).GetProperty("index").GetInt64() > 0);
        Assert.Equal(1, (await AnswerAsync("member", "list")).GetProperty("members").GetArrayLength());
        Assert.StartsWith("\"", Text(await AnswerAsync("member", "priority", "node1", "1"), "etag"));
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";
        var nodes = (await AnswerAsync("status", "--url", nobody)).GetProperty("nodes");
        Assert.Equal((nobody, "not reachable"), (Text(nodes[0], "url"), Text(nodes[0], "problem")));
        Assert.Equal("leader", Text(nodes[1].GetProperty("status"), "role"));
    }

    [Fact]
    public async Task Leases()
    {
        var acquired = await AnswerAsync("lease", "acquire", _key, "--owner", "anna");
        Assert.Equal("anna", Text(acquired, "owner"));
        Assert.Equal(_key, Text(await AnswerAsync("lease", "show", _key), "name"));
        Assert.Equal(1,
            (await AnswerAsync("lease", "list", "--prefix", _key)).GetProperty("leases").GetArrayLength());
        Assert.Equal(acquired.GetProperty("token").GetInt64(),
            (await AnswerAsync("lease", "release", _key, "--owner", "anna")).GetProperty("token").GetInt64());
    }

    [Fact]
    public async Task What_the_nodes_refuse_and_what_cannot_be_asked()
    {
        await FailsAsync(ExitCode.No, "urn:raftnode:not-found", ["get", _key, "--url", fixture.Cluster.Urls[0]]);
        await FailsAsync(ExitCode.NotDone, "about:blank",
            ["get", _key, "--url", $"http://127.0.0.1:{FreePorts.Range(1)}"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["get"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["put", "key", "--fly"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["status", "--timeout", "soon"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["check", "--config", "no-such-file"]);
        await FailsAsync(ExitCode.No, "about:blank", ["start", "--config", "no-such-file"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["inspect", "no-such-directory"]);
        await FailsAsync(ExitCode.NotDone, "about:blank", ["restore", "no-file", "--data", "d", "--members", "a=h:1"]);
    }

    [Fact]
    public async Task Backups_and_stopped_nodes()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        using var directory = new TemporaryDirectory();
        using (var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            put.EnsureSuccessStatusCode();
        var file = directory.In("kv.backup");

        var backup = One(await ProgramRun.ToEndAsync(["backup", file, "--json", "--url", cluster.Urls[0]]));
        Assert.Equal(new FileInfo(file).Length, backup.GetProperty("bytes").GetInt64());
        var inspected = One(await ProgramRun.ToEndAsync(["inspect", file, "--json"]));
        Assert.Equal(Text(backup, "sha256"), Text(inspected, "sha256"));
        var restored = One(await ProgramRun.ToEndAsync(
            ["restore", file, "--json", "--data", directory.In("new"), "--members", "a=127.0.0.1:1,b=127.0.0.1:2"]));
        Assert.Equal(Text(backup, "groupId"), Text(restored.GetProperty("backup"), "groupId"));
        Assert.Equal(directory.In("new/b"), Text(restored.GetProperty("stores")[1], "place"));
        await cluster.KillAsync(0);
        var store = One(await ProgramRun.ToEndAsync(["inspect", "--json", cluster.DataOf(0)]));
        Assert.Equal(("node1", 0), (Text(store, "member"), store.GetProperty("problems").GetArrayLength()));
        await FailsAsync(ExitCode.NotDone, "about:blank", ["recover", "--data", directory.In("new/a")]);
        var recovered =
            One(await ProgramRun.ToEndAsync(["recover", "--json", "--yes", "--data", directory.In("new/a")]));
        Assert.Equal("a", Text(recovered.GetProperty("member"), "id"));
        Assert.Equal(Text(restored, "groupId"), Text(recovered, "formerGroupId"));
    }

    [Fact]
    public async Task The_node_log_and_the_nodes_of_dev()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePorts.Range(2);
        await using var dev = ProgramRun.StartIn(directory.Path, "dev", "--nodes", "1", "--json", "--data", "data",
            "--raft-port", $"{port}", "--http-port", $"{port + 1}");
        await Eventually.IsTrueAsync("the node to lead", () => Task.FromResult(dev.Output.Any(static line =>
            JsonDocument.Parse(line).RootElement.GetProperty("status") is { ValueKind: JsonValueKind.Object } status
            && Text(status, "role") == "leader")), () => dev.Transcript);
        dev.Terminate();
        Assert.Equal(ExitCode.Done, await dev.ExitAsync());

        await using var node = ProgramRun.StartIn(directory.Path, "start", "--json", "--config",
            "data/dev/node1.conf", "--data", "data", "--stop-with-stdin");
        await Eventually.IsTrueAsync("the node to run", () => Task.FromResult(node.Errors.Any(static line =>
            Text(JsonDocument.Parse(line).RootElement, "message").Contains("runs as process"))), () => node.Transcript);
        node.Terminate();
        Assert.Equal(ExitCode.Done, await node.ExitAsync());
        Assert.All(node.Errors, static line => Assert.Equal(
            ["time", "level", "source", "message"],
            JsonDocument.Parse(line).RootElement.EnumerateObject().Select(static property => property.Name)));
    }

    // The same command line without --json has the same exit code.
    private static async Task FailsAsync(int code, string type, string[] arguments)
    {
        var plain = await ProgramRun.ToEndAsync(arguments);
        var run = await ProgramRun.ToEndAsync([.. arguments, "--json"]);

        Assert.Equal((code, code, ""), (plain.Code, run.Code, run.Output));
        var error = JsonDocument.Parse(Assert.Single(run.Errors)).RootElement;
        Assert.Equal((type, code), (Text(error, "type"), error.GetProperty("exitCode").GetInt32()));
        Assert.NotEmpty(Text(error, "detail"));
    }

    private static string Text(JsonElement document, string property) => document.GetProperty(property).GetString()!;

    private static JsonElement One((int Code, string Output, IReadOnlyList<string> Errors) run)
    {
        Assert.Equal((ExitCode.Done, ""), (run.Code, string.Join('\n', run.Errors)));
        Assert.DoesNotContain('\n', run.Output);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private async Task<JsonElement> AnswerAsync(params string[] arguments) =>
        One(await ProgramRun.ToEndAsync([.. arguments, "--json", "--url", fixture.Cluster.Urls[0]]));
}
