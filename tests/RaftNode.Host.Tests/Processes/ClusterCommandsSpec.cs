using System.Text.Json;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode top</c> and <c>raftnode log</c>: what any one node says of all.</summary>
public sealed class ClusterCommandsSpec
{
    [Fact]
    public async Task Top_shows_all_nodes_when_any_one_is_asked_also_a_node_that_is_down()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var asked = cluster.Urls[(leader + 1) % 3];
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";

        var all = await TopAsync(lines => lines.Count(static line => line.Contains(" follower voter ")) == 2);
        Assert.StartsWith($"group kv, leader node{leader + 1}, term ", all[0]);
        Assert.Contains(all, line => line.StartsWith($"node{leader + 1} leader voter term ", StringComparison.Ordinal));
        await cluster.KillAsync((leader + 2) % 3);
        await TopAsync(lines => lines.Any(line =>
            line.StartsWith($"node{((leader + 2) % 3) + 1} not reachable voter ", StringComparison.Ordinal)));
        var json = await ProgramRun.ToEndAsync(["top", "--json", "--url", asked]);
        Assert.Equal((ExitCode.Done, ""), (json.Code, string.Join('\n', json.Errors)));
        Assert.Equal(3, JsonDocument.Parse(json.Output).RootElement.GetProperty("members").GetArrayLength());
        var none = await ProgramRun.ToEndAsync(["top", "--url", nobody]);
        Assert.Equal((ExitCode.NotDone, "raftnode: no node can be reached"), (none.Code, Assert.Single(none.Errors)));

        // The asked node hears of the others after a moment.
        Task<string[]> TopAsync(Func<string[], bool> isThere) => Eventually.GetAsync("top to show it", async () =>
        {
            var run = await ProgramRun.ToEndAsync(["top", "--nodes", $"{nobody},{asked}"]);
            Assert.DoesNotContain('\u001b', run.Output);
            return run.Code == ExitCode.Done && run.Output.Split('\n') is var lines && isThere(lines) ? lines : null;
        });
    }

    [Fact]
    public async Task Top_says_by_its_exit_code_that_no_node_leads()
    {
        await using var cluster = await NodeCluster.StartAsync(2);
        await cluster.KillAsync(1);

        await Eventually.IsTrueAsync("no leader", async () =>
            (await ProgramRun.ToEndAsync(["top", "--url", cluster.Urls[0]])) is { Code: ExitCode.No } run
            && run.Output.StartsWith("group kv, no leader, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_follows_what_happens_shows_nothing_twice_and_goes_on_when_the_node_is_lost()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var (lost, left) = ((leader + 1) % 3, (leader + 2) % 3);
        await using var log = ProgramRun.Start(["log", "--follow", "--json", "--timeout", "60", "--nodes",
            $"{cluster.Urls[lost]},{cluster.Urls[leader]},{cluster.Urls[left]}"]);

        await SeesAsync(log, happened => Leader(happened) == $"node{leader + 1}");
        await cluster.KillAsync(lost);
        var transfer = $"{cluster.Urls[leader]}/leader/transfer?to=node{left + 1}";
        using (var transferred = await cluster.Http.PostAsync(transfer, null))
            transferred.EnsureSuccessStatusCode();
        await SeesAsync(log, happened => Leader(happened) == $"node{left + 1}");
        log.Terminate();

        Assert.Equal(ExitCode.Done, await log.ExitAsync());
        Assert.Empty(log.Errors);
        var ids = log.Output.Select(static line => JsonDocument.Parse(line).RootElement)
            .Select(static happened => (Text(happened, "run"), happened.GetProperty("number").GetInt64())).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Fact]
    public async Task Without_follow_log_shows_what_has_happened_and_ends()
    {
        await using var cluster = await NodeCluster.StartAsync(1);

        var run = await ProgramRun.ToEndAsync(["log", "--url", cluster.Urls[0]]);
        Assert.Equal((ExitCode.Done, ""), (run.Code, string.Join('\n', run.Errors)));
        Assert.Matches("(?m)^[0-9-]{10}T[0-9:.]{12}Z  node1     leader +[a-z]", run.Output);
        Assert.DoesNotContain('\u001b', run.Output);
        var some =
            await ProgramRun.ToEndAsync(["log", "--kind", "started", "--node", "node1", "--url", cluster.Urls[0]]);
        Assert.Contains("  node1     started ", Assert.Single(some.Output.Split('\n')));
        Assert.Empty((await ProgramRun.ToEndAsync(["log", "--node", "node9", "--url", cluster.Urls[0]])).Output);
        var none = await ProgramRun.ToEndAsync(["log", "--url", $"http://127.0.0.1:{FreePorts.Range(1)}"]);
        Assert.Equal((ExitCode.NotDone, "raftnode: no node can be reached"), (none.Code, Assert.Single(none.Errors)));
        Assert.Contains("Must be one of", CommandLine.Parse(["log", "--kind", "noise"]).Errors[0].Message);
    }

    private static string? Leader(JsonElement happened) =>
        Text(happened, "kind") == "leader" ? Text(happened, "leader") : null;

    private static string? Text(JsonElement happened, string property) =>
        happened.TryGetProperty(property, out var value) ? value.GetString() : null;

    private static Task SeesAsync(ProgramRun log, Func<JsonElement, bool> happened) => Eventually.IsTrueAsync(
        "an event",
        () => Task.FromResult(log.HasExited
            ? throw new InvalidOperationException(log.Transcript)
            : log.Output.Any(line => happened(JsonDocument.Parse(line).RootElement))),
        () => log.Transcript);
}
