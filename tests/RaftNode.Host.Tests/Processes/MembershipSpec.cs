using RaftNode.Host.Commands;
using RaftNode.Host.KeyValue;
using Xunit.Abstractions;

namespace RaftNode.Host.Tests.Processes;

/// <summary>Real processes come and go while many writers write.</summary>
public sealed class MembershipSpec(ITestOutputHelper output)
{
    private const int Nodes = 5;
    private const int Lines = 3000;

    [Fact]
    public async Task A_cluster_grows_from_one_to_five_and_shrinks_to_three_under_load_with_nothing_lost()
    {
        await using var cluster = await NodeCluster.StartAsync(Nodes, "raft.catch-up-timeout = 30 s\n", founders: 1);
        var random = new Random(7);
        var lines = Enumerable.Range(0, Lines).Select(_ =>
        {
            var line = new byte[random.Next(300)];
            random.NextBytes(line);
            return line;
        }).ToList();
        var load = new WriteLoad(cluster, lines, writers: 8, stages: Nodes + 2);
        var writing = load.RunAsync();
        var stage = 0;
        for (var node = 1; node < Nodes; node++)
        {
            await load.StageAsync(stage);
            cluster.Start(node);
            await cluster.AnswersAsync(node);
            await MemberAsync(cluster, 0, "add", $"node{node + 1}", cluster.Addresses[node]);
            await cluster.ReadyAsync(node);
            output.WriteLine($"node{node + 1} was added after {load.Acknowledged} acknowledged writes");
            load.Open(++stage);
        }

        // The leader is the first to go.
        var running = Enumerable.Range(0, Nodes).ToList();
        for (var removals = 0; removals < 2; removals++)
        {
            await load.StageAsync(stage);
            var leader = await cluster.LeaderAsync();
            var removed = removals == 0 ? leader : running.First(node => node != leader);
            running.Remove(removed);
            await MemberAsync(cluster, running[0], "remove", $"node{removed + 1}");
            Assert.Equal(ExitCode.Done, await cluster.Run(removed).ExitAsync());
            Assert.Contains(cluster.Run(removed).Errors,
                line => line.Contains($"node{removed + 1} was removed from the group", StringComparison.Ordinal));
            output.WriteLine($"node{removed + 1}{(removed == leader ? ", the leader," : "")} was removed after "
                + $"{load.Acknowledged} acknowledged writes");
            load.Open(++stage);
        }
        await writing;
        output.WriteLine($"{load.Acknowledged} lines written, {load.Retried} tries were answered otherwise");

        var settled = await Eventually.GetAsync("the three to have applied the same entries", async () =>
        {
            var all = await Task.WhenAll(running.Select(cluster.StatusAsync));
            return all.All(status => status is not null && status.AppliedIndex == status.LastIndex
                && status.AppliedIndex == all[0]!.AppliedIndex && status.State.Index == all[0]!.State.Index)
                ? all
                : null;
        }, cluster.Transcripts);
        Assert.All(settled, status => Assert.Equal(3, status!.Members.Count));
        Assert.All(settled, status => Assert.Equal(settled[0]!.State, status!.State));
        Assert.Equal(Lines, settled[0]!.State.Keys);
        Assert.Equal(settled[0]!.State.Digest, await DigestAsync(cluster, running[0], lines));
    }

    private static async Task MemberAsync(NodeCluster cluster, int node, params string[] command)
    {
        var (code, _, errors) =
            await ProgramRun.ToEndAsync(["member", .. command, "--url", cluster.Urls[node], "--timeout", "30"]);
        Assert.True(code == ExitCode.Done, $"raftnode member {string.Join(' ', command)}: {code} "
            + $"{string.Join('\n', errors)}\n{cluster.Transcripts()}");
    }

    // What the lines that were written, and the versions they have, add up to.
    private static async Task<string> DigestAsync(NodeCluster cluster, int node, List<byte[]> lines)
    {
        var digest = 0UL;
        await Parallel.ForEachAsync(Enumerable.Range(0, lines.Count),
            new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (line, _) =>
        {
            using var response = await cluster.Http.GetAsync(cluster.Key(node, WriteLoad.Key(line)));
            response.EnsureSuccessStatusCode();
            Interlocked.Add(ref digest,
                StateDigest.Of(WriteLoad.Key(line), long.Parse(response.Headers.ETag!.Tag.Trim('"')), lines[line]));
        });
        return digest.ToString("x16");
    }
}
