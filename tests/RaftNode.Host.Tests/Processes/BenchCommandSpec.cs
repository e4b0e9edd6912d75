using System.Text.Json;
using System.Text.RegularExpressions;
using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Http;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode bench</c> on a real node.</summary>
public sealed partial class BenchCommandSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private NodeCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task It_shows_how_long_requests_took_and_deletes_what_it_wrote()
    {
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";
        var run = await ProgramRun.ToEndAsync(
            ["bench", "--requests", "200", "--clients", "4", "--seconds", "60", "--nodes",
            $"{nobody},{Cluster.Urls[0]}"]);

        Assert.True(run.Code == ExitCode.Done, string.Join('\n', run.Errors));
        Assert.Equal(200, Row().Matches(run.Output).Sum(static row => int.Parse(row.Groups["count"].Value)));
        Assert.Contains(" keys were written and deleted", run.Output);
        Assert.Matches("^raftnode: writes keys under raftnode-bench/[0-9a-f]{12}/ ", Assert.Single(run.Errors));
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.Equal(0, await KeysAsync());
    }

    [Fact]
    public async Task With_json_the_figures_are_one_object()
    {
        var run = await ProgramRun.ToEndAsync(
            ["bench", "--requests", "50", "--reads", "0", "--keys", "5", "--json", "--url", Cluster.Urls[0]]);

        Assert.Equal((ExitCode.Done, ""), (run.Code, string.Join('\n', run.Errors)));
        var result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(0, result.GetProperty("failures").GetInt64());
        Assert.InRange(result.GetProperty("deletedKeys").GetInt32(), 1, 5);
        var rows = result.GetProperty("requests").EnumerateArray().ToDictionary(
            static row => row.GetProperty("request").GetString()!, static row => row);
        Assert.Equal(50, rows["write"].GetProperty("count").GetInt64());
        Assert.Equal(0, rows["read"].GetProperty("count").GetInt64());
        Assert.True(rows["write"].GetProperty("p50Milliseconds").GetDouble()
            <= rows["write"].GetProperty("maxMilliseconds").GetDouble());
        Assert.Equal(0, await KeysAsync());
    }

    [Fact]
    public async Task A_signal_ends_the_load_and_the_keys_are_deleted_all_the_same()
    {
        await using var run = ProgramRun.Start(
            ["bench", "--seconds", "60", "--requests", "1000000", "--url", Cluster.Urls[0]]);
        await Eventually.IsTrueAsync("keys to be written", async () => await KeysAsync() > 0);
        run.Terminate();

        Assert.Equal(ExitCode.Done, await run.ExitAsync());
        Assert.Equal(0, await KeysAsync());
    }

    [Fact]
    public async Task Requests_that_fail_are_counted_and_the_reason_is_said()
    {
        var run = await ProgramRun.ToEndAsync(["bench", "--requests", "10", "--reads", "0", "--value-bytes",
            $"{SingleNodeFixture.MaxValueBytes + 1}", "--url", Cluster.Urls[0]]);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Equal($"raftnode: The limit is {SingleNodeFixture.MaxValueBytes} bytes.", run.Errors[^1]);
    }

    [Fact]
    public async Task Without_a_node_nothing_is_done()
    {
        var run = await ProgramRun.ToEndAsync(["bench", "--url", $"http://127.0.0.1:{FreePorts.Range(1)}"]);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Equal("raftnode: no node can be reached", run.Errors[^1]);
    }

    [Theory]
    [InlineData("--seconds 61", "--seconds is a whole number from 1 to 60.")]
    [InlineData("--clients 0", "--clients is a whole number from 1 to 64.")]
    [InlineData("--clients 65", "--clients is a whole number from 1 to 64.")]
    [InlineData("--requests many", "--requests is a whole number from 1 to 1000000.")]
    [InlineData("--keys 10001", "--keys is a whole number from 1 to 10000.")]
    [InlineData("--value-bytes -1", "--value-bytes is a whole number from 1 to 1048576.")]
    [InlineData("--reads 101", "--reads is a whole number from 0 to 100.")]
    public void The_load_is_bounded(string options, string said) => Assert.Equal(
        said, Assert.Single(CommandLine.Parse(["bench", .. options.Split(' ')]).Errors).Message);

    [GeneratedRegex("^request (read|write) count (?<count>[0-9]+) per-second ", RegexOptions.Multiline)]
    private static partial Regex Row();

    private async Task<long> KeysAsync() =>
        (await Cluster.StatusAsync(0))?.State.Keys ?? throw new InvalidOperationException(Cluster.Transcripts());
}
