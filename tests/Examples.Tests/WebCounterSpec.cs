using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RaftNode.Host.Tests;
using RaftNode.Host.Tests.Processes;

namespace Examples.Tests;

public sealed partial class WebCounterSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new() { Timeout = ProgramRun.Patience };
    private readonly int _httpPort = FreePorts.Range(3) - 1;
    private readonly int _raftPort = FreePorts.Range(3) - 1;

    [Fact]
    public async Task One_command_runs_three_nodes_that_count_together_and_a_restart_keeps_the_count()
    {
        await using (var run = Start())
        {
            await IsReadyAsync(run, 1, 2, 3);
            // What the program says is right: these requests do what it shows.
            foreach (string line in run.Output.Where(static line => line.Contains("curl", StringComparison.Ordinal)))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var method = words.Contains("POST") ? HttpMethod.Post : HttpMethod.Get;
                using var answer = await _http.SendAsync(new HttpRequestMessage(method, words[^1]));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
            Assert.Equal(2, await IncrementAsync(2));
            Assert.Equal(3, await IncrementAsync(3));
            foreach (int node in (int[])[1, 2, 3])
                Assert.Equal(3, await ReadAsync(node));
            run.Terminate();
            Assert.Equal(0, await run.ExitAsync());
            Assert.Empty(run.Errors);
        }

        await using var again = Start();
        await IsReadyAsync(again, 2);
        Assert.Equal(3, await ReadAsync(2));
    }

    [Fact]
    public async Task No_increment_is_lost_or_done_twice_when_the_leader_is_killed()
    {
        var runs = new Dictionary<int, ProgramRun>();
        try
        {
            foreach (int node in (int[])[1, 2, 3])
                runs[node] = Start("--node", $"{node}");
            foreach (var (node, run) in runs)
                await IsReadyAsync(run, node);
            int leader = await LeaderAsync();
            int[] others = [.. runs.Keys.Where(node => node != leader)];

            var counts = others.Select(node => CountAsync(node, 50)).ToArray();
            await Eventually.IsTrueAsync("some increments", async () => await ReadAsync(others[0]) >= 10);
            await runs[leader].KillAsync();
            long[] values = [.. (await Task.WhenAll(counts)).SelectMany(static values => values)];

            // Each increment has a value of its own, up to the number of increments.
            Assert.Equal(Enumerable.Range(1, 100).Select(static i => (long)i), values.Order());
            runs[leader] = Start("--node", $"{leader}");
            await IsReadyAsync(runs[leader], leader);
            Assert.Equal(100, await ReadAsync(leader));
        }
        finally
        {
            foreach (var run in runs.Values)
                await run.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_without_a_majority_says_that_it_is_not_ready_and_that_nothing_was_done()
    {
        await using var run = Start("--node", "1", "--deadline", "1");
        await Eventually.IsTrueAsync(
            "the node to run", () => Task.FromResult(run.Output.Count > 0), () => run.Transcript);

        using var answer = await _http.PostAsync(Url(1, "counter/increment"), null);
        using var ready = await _http.GetAsync(Url(1, "health/ready"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("Healthy", (await _http.GetStringAsync(Url(1, "health/live")))[..7]);
    }

    [Theory]
    [InlineData("--node", "two")]
    [InlineData("--node", "4")]
    [InlineData("--prot", "1")]
    public async Task A_mistake_on_the_command_line_is_one_line(string option, string value)
    {
        var (code, output, errors) = await ExampleRun.ToEndAsync(typeof(WebCounter.Program), option, value);

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains(option[2..], Assert.Single(errors), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _httpPort + 1);
        listener.Start();

        await using var run = Start("--node", "1");

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains($"{_httpPort + 1}", Assert.Single(run.Errors));
        Assert.Empty(run.Output);
    }

    public void Dispose()
    {
        _http.Dispose();
        _directory.Dispose();
    }

    private ProgramRun Start(params string[] options) => ExampleRun.Start(typeof(WebCounter.Program),
        ["--http", $"{_httpPort}", "--raft", $"{_raftPort}", "--data", _directory.Path, .. options]);

    private string Url(int node, string path) => $"http://127.0.0.1:{_httpPort + node}/{path}";

    private async Task IsReadyAsync(ProgramRun run, params int[] nodes)
    {
        foreach (int node in nodes)
        {
            await Eventually.IsTrueAsync($"node {node} to be ready", async () =>
            {
                Assert.False(run.HasExited, run.Transcript);
                try
                {
                    using var answer = await _http.GetAsync(Url(node, "health/ready"));
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, () => run.Transcript);
        }
    }

    private async Task<int> LeaderAsync()
    {
        string health = await _http.GetStringAsync(Url(1, "health/ready"));
        return int.Parse(Leader().Match(health).Groups["node"].Value, CultureInfo.InvariantCulture);
    }

    private async Task<long[]> CountAsync(int node, int increments)
    {
        var values = new long[increments];
        for (int i = 0; i < increments; i++)
            values[i] = await IncrementAsync(node);
        return values;
    }

    private async Task<long> IncrementAsync(int node)
    {
        using var answer = await _http.PostAsync(Url(node, "counter/increment"), null);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
        return long.Parse(body, CultureInfo.InvariantCulture);
    }

    private async Task<long> ReadAsync(int node) =>
        long.Parse(await _http.GetStringAsync(Url(node, "counter")), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"The leader of group counter is node(?<node>\d)\.")]
    private static partial Regex Leader();
}
