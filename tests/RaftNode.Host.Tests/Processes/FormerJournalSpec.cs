using System.Net;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// The journal of a node that ran on the actor runtime which RaftActors had of its own, before Akka.NET. It holds the
/// keys key-1 to key-5, of which key-2 is deleted again; a snapshot of these; and behind it key-6, key-7 and another
/// value of key-1. Its columns are declared as that runtime declared them.
/// </summary>
public sealed class FormerJournalSpec
{
    [Fact]
    public async Task A_node_serves_what_is_in_it_and_goes_on()
    {
        using var directory = new TemporaryDirectory();
        var ports = FreePorts.Range(2);
        var config = directory.Write("node.conf", $$"""
            raft { group = kv, member-id = old, members = [ { id = old, address = "127.0.0.1:{{ports}}" } ] }
            raftnode.http { address = "127.0.0.1", port = {{ports + 1}} }
            """);
        Directory.CreateDirectory(directory.In("data/old"));
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "Data", "former-journal.db"), directory.In("data/old/raft.db"));
        string[] start = ["start", "--config", config, "--data", directory.In("data")];
        using var http = new HttpClient(
            NodeConnection.Handler(
            TimeSpan.FromSeconds(20))) { BaseAddress = new Uri($"http://127.0.0.1:{ports + 1}") };

        await using (var first = ProgramRun.Start(start))
        {
            await ReadyAsync(http, first);
            await HasAsync(http, "value 1 again", "key-1");
            using var deleted = await http.GetAsync("/kv/key-2");
            Assert.Equal(HttpStatusCode.NotFound, deleted.StatusCode);
            foreach (var key in (int[])[3, 4, 5, 6, 7])
                await HasAsync(http, $"value {key}", $"key-{key}");
            using var put = await http.PutAsync("/kv/key-8", new StringContent("value 8"));
            put.EnsureSuccessStatusCode();
            await first.KillAsync();
        }

        await using var second = ProgramRun.Start(start);
        await ReadyAsync(http, second);
        await HasAsync(http, "value 7", "key-7");
        await HasAsync(http, "value 8", "key-8");
    }

    private static async Task HasAsync(HttpClient http, string value, string key) =>
        Assert.Equal(value, await http.GetStringAsync($"/kv/{key}"));

    private static Task ReadyAsync(HttpClient http, ProgramRun run) =>
        Eventually.IsTrueAsync("the node to be ready", async () =>
    {
        try
        {
            Assert.False(run.HasExited, run.Transcript);
            using var response = await http.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });
}
