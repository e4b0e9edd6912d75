using System.Collections.Concurrent;
using RaftNode.Host.Http;
using RaftNode.Host.KeyValue;
using Xunit.Abstractions;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// Three real processes serve many writers while one after the other is killed with SIGKILL and started again, the
/// leader more often than not. Afterwards everything acknowledged is on all three nodes. The lines written are those of
/// the file that RAFT_E2E_FILE names, or a few thousand generated ones.
/// </summary>
public sealed class KillSpec(ITestOutputHelper output)
{
    private const int Writers = 16;
    private const int GeneratedLines = 4000;
    private const int Kills = 8;

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task Nothing_acknowledged_is_lost_while_nodes_are_killed_in_turn(NodeJournal journal)
    {
        var lines = await LinesAsync();
        await using var cluster = await NodeCluster.StartAsync(3, journal: journal);
        var load = new WriteLoad(cluster, lines, Writers, stages: Kills + 1);
        var writing = load.RunAsync();
        var leadersKilled = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await load.StageAsync(kill);
            var leader = await cluster.LeaderAsync();
            // Of three kills two hit the leader and one a follower, each follower in turn.
            var victim = kill % 3 == 2 ? (leader + 1 + (kill / 3 % 2)) % 3 : leader;
            leadersKilled += victim == leader ? 1 : 0;
            await cluster.KillAsync(victim);
            // Back only when the others have gone on without it.
            await load.ProgressAsync(kill);
            cluster.Start(victim);
            await cluster.ReadyAsync(victim);
            output.WriteLine($"killed node{victim + 1}{(victim == leader ? ", the leader," : "")} after "
                + $"{load.Acknowledged} acknowledged writes");
            load.Open(kill + 1);
        }
        await writing;
        Assert.True(leadersKilled >= 3);
        output.WriteLine($"{lines.Count} lines written, {load.Retried} tries were answered otherwise");

        var settled = await cluster.SettledAsync();
        Assert.Equal(lines.Count, settled[0].State.Keys);
        Assert.All(settled, status => Assert.Equal(settled[0].State, status.State));
        // Through each node every key reads as written, and what the keys and versions add up to is what each node's
        // own state adds up to.
        for (var node = 0; node < 3; node++)
            Assert.Equal(settled[node].State.Digest, await ReadAllAsync(cluster, node, lines));
    }

    private static async Task<string> ReadAllAsync(NodeCluster cluster, int node, IReadOnlyList<byte[]> lines)
    {
        var digest = 0UL;
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, lines.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (line, _) =>
        {
            using var response = await Eventually.GetAsync("an answer", async () =>
            {
                var answer = await cluster.Http.GetAsync(cluster.Key(node, WriteLoad.Key(line)));
                return answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable ? null : answer;
            }, cluster.Transcripts);
            var value = await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode || !value.AsSpan().SequenceEqual(lines[line]))
                wrong.Add($"line {line}: {(int)response.StatusCode}");
            else
                Interlocked.Add(ref digest,
                    StateDigest.Of(WriteLoad.Key(line), long.Parse(response.Headers.ETag!.Tag.Trim('"')), value));
        });
        Assert.Empty(wrong);
        return digest.ToString("x16");
    }

    private static async Task<IReadOnlyList<byte[]>> LinesAsync()
    {
        if (Environment.GetEnvironmentVariable("RAFT_E2E_FILE") is { Length: > 0 } file)
            return [.. (await File.ReadAllLinesAsync(file)).Select(System.Text.Encoding.UTF8.GetBytes)];
        var random = new Random(20240917);
        return [.. Enumerable.Range(0, GeneratedLines).Select(_ =>
        {
            var line = new byte[random.Next(300)];
            random.NextBytes(line);
            return line;
        })];
    }
}
