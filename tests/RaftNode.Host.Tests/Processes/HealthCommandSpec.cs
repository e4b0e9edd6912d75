using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode health</c> on real nodes.</summary>
public sealed class HealthCommandSpec
{
    [Fact]
    public async Task The_exit_code_says_whether_a_node_is_ready_and_why_not()
    {
        await using var cluster = await NodeCluster.StartAsync(2);
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";

        var ready = await ProgramRun.ToEndAsync(["health", "--url", cluster.Urls[0]]);
        Assert.Equal(ExitCode.Done, ready.Code);
        Assert.Matches("^ready, the leader is node[12]$", ready.Output);
        var passedOver = await ProgramRun.ToEndAsync(["health", "--nodes", $"{nobody},{cluster.Urls[1]}"]);
        Assert.Equal((ExitCode.Done, ""), (passedOver.Code, string.Join('\n', passedOver.Errors)));
        var none = await ProgramRun.ToEndAsync(["health", "--url", nobody]);
        Assert.Equal((ExitCode.NotDone, "raftnode: no node can be reached"), (none.Code, Assert.Single(none.Errors)));

        await cluster.KillAsync(1);
        var (code, why) = await Eventually.GetAsync("the node not to be ready", async () =>
        {
            var run = await ProgramRun.ToEndAsync(["health", "--url", cluster.Urls[0]]);
            return run.Code == ExitCode.Done ? null : Tuple.Create(run.Code, string.Join('\n', run.Errors));
        });
        Assert.Equal(ExitCode.No, code);
        Assert.StartsWith("raftnode: ", why);
        var live = await ProgramRun.ToEndAsync(["health", "--live", "--url", cluster.Urls[0]]);
        Assert.Equal((ExitCode.Done, "live"), (live.Code, live.Output));
    }
}
