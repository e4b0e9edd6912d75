using System.Diagnostics;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode watch</c> on real nodes.</summary>
public sealed class WatchCommandSpec
{
    [Fact]
    public async Task Each_change_is_shown_once_and_in_order_although_the_node_is_lost()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var lost = (leader + 1) % 3;
        string[] urls = [cluster.Urls[lost], cluster.Urls[leader], cluster.Urls[(leader + 2) % 3]];
        await using var watch = ProgramRun.Start(
            ["watch", "--from", "1", "--prefix", "w/", "--timeout", "60", "--nodes", string.Join(',', urls)]);

        await PutAsync(cluster, leader, "w/1", "one");
        await PutAsync(cluster, leader, "other", "not watched");
        await PutAsync(cluster, leader, "w/2", "two\nlines");
        await SeesAsync(watch, 2);
        await cluster.KillAsync(lost);
        await PutAsync(cluster, leader, "w/3", "three");
        using (var deleted = await cluster.Http.DeleteAsync(cluster.Key(leader, "w/1")))
            deleted.EnsureSuccessStatusCode();
        await SeesAsync(watch, 4);
        watch.Terminate();

        Assert.Equal(ExitCode.Done, await watch.ExitAsync());
        Assert.Collection(
            watch.Output,
            static line => Assert.Matches(@"^put       w/1  \d+  one$", line),
            static line => Assert.Matches(@"^put       w/2  \d+  two\\nlines$", line),
            static line => Assert.Matches(@"^put       w/3  \d+  three$", line),
            static line => Assert.Matches(@"^delete    w/1  \d+$", line));
        Assert.Matches($"^raftnode: the connection to {new Uri(urls[0]).Authority} was lost; goes on at ",
            Assert.Single(watch.Errors));
    }

    [Fact]
    public async Task With_json_each_change_is_an_object_on_a_line()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await using var watch = ProgramRun.Start(["watch", "--from", "1", "--json", "--url", cluster.Urls[0]]);
        await PutAsync(cluster, 0, "key", "value");
        await SeesAsync(watch, 1);
        watch.Terminate();

        Assert.Equal(ExitCode.Done, await watch.ExitAsync());
        var change = JsonDocument.Parse(Assert.Single(watch.Output)).RootElement;
        Assert.Equal("put", change.GetProperty("event").GetString());
        Assert.Equal("key", change.GetProperty("key").GetString());
        Assert.Equal("value"u8.ToArray(), change.GetProperty("value").GetBytesFromBase64());
        Assert.Equal($"\"{change.GetProperty("id").GetString()}\"", change.GetProperty("etag").GetString());
        Assert.Empty(watch.Errors);
    }

    [InstalledFact("bash")]
    public async Task It_ends_when_nobody_reads_its_output_any_more()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await PutAsync(cluster, 0, "key", "1");
        var program = string.Join(' ', NodeCommand.Program().Select(static part => $"'{part}'"));
        var start = new ProcessStartInfo("bash");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{program} watch --from 1 --url {cluster.Urls[0]} | head -1; echo ${{PIPESTATUS[0]}}");
        await using var run = ProgramRun.Start(start);

        // The pipe is found to be closed when there is something to write.
        await Eventually.IsTrueAsync("the command to end", async () =>
        {
            await PutAsync(cluster, 0, "key", "again");
            return run.HasExited;
        });

        Assert.Equal(0, await run.ExitAsync());
        Assert.Matches(@"^put       key  \d+  1$", run.Output[0]);
        Assert.Equal($"{ExitCode.Done}", run.Output[1]);
    }

    [Fact]
    public async Task When_no_node_answers_any_more_the_command_ends_with_an_error()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        await using var watch =
            ProgramRun.Start(["watch", "--from", "1", "--timeout", "0.5", "--url", cluster.Urls[0]]);
        await PutAsync(cluster, 0, "key", "value");
        await SeesAsync(watch, 1);
        await cluster.KillAsync(0);

        Assert.Equal(ExitCode.NotDone, await watch.ExitAsync());
        Assert.Equal("raftnode: no node can be reached", watch.Errors[^1]);
    }

    [Fact]
    public async Task What_a_node_refuses_and_a_node_that_is_not_there_are_errors()
    {
        await using var cluster = await NodeCluster.StartAsync(1);

        var wrong = await ProgramRun.ToEndAsync(["watch", "--from", "soon", "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.NotDone, wrong.Code);
        Assert.StartsWith("raftnode: from is the first index wanted", Assert.Single(wrong.Errors));
        var none = await ProgramRun.ToEndAsync(["watch", "--url", $"http://127.0.0.1:{FreePorts.Range(1)}"]);
        Assert.Equal((ExitCode.NotDone, "raftnode: no node can be reached"), (none.Code, Assert.Single(none.Errors)));
    }

    private static async Task PutAsync(NodeCluster cluster, int node, string key, string value)
    {
        using var put = await cluster.Http.PutAsync(cluster.Key(node, key), new StringContent(value));
        put.EnsureSuccessStatusCode();
    }

    private static Task SeesAsync(ProgramRun watch, int lines) => Eventually.IsTrueAsync(
        $"{lines} lines of the watch",
        () => Task.FromResult(watch.HasExited
            ? throw new InvalidOperationException(watch.Transcript)
            : watch.Output.Count >= lines),
        () => watch.Transcript);
}
