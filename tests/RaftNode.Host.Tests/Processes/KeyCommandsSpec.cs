using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Http;

namespace RaftNode.Host.Tests.Processes;

public sealed class KeyCommandsSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private readonly string _key = $"a key/{Guid.NewGuid():N}?";

    [Fact]
    public async Task What_is_put_is_got_and_deleted()
    {
        var put = await RunAsync("put", _key, "the value");
        Assert.Equal(ExitCode.Done, put.Code);
        Assert.Matches("^created, version [0-9]+$", put.Output);
        Assert.Equal((ExitCode.Done, "the value"), await OutputAsync("get", _key));
        Assert.Matches("^replaced, version [0-9]+$", (await RunAsync("put", _key, "another")).Output);
        Assert.Equal((ExitCode.Done, ""), await OutputAsync("delete", _key));
        Assert.Equal((ExitCode.No, ""), await OutputAsync("get", _key));
        Assert.Equal((ExitCode.No, ""), await OutputAsync("delete", _key));
    }

    [Fact]
    public async Task A_value_comes_from_standard_input_or_a_file()
    {
        Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(With("put", _key, "-"), input: "from\ninput")).Code);
        Assert.Equal((ExitCode.Done, "from\ninput"), await OutputAsync("get", _key));
        using var directory = new TemporaryDirectory();
        Assert.Equal(ExitCode.Done,
            (await RunAsync("put", _key, "--file", directory.Write("value", "from a file"))).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync("get", _key, "--output", directory.In("copy"))).Code);
        Assert.Equal("from a file", await File.ReadAllTextAsync(directory.In("copy")));
    }

    [Fact]
    public async Task Conditions_are_kept()
    {
        var version = (await RunAsync("put", _key, "one", "--create")).Output.Split(' ')[^1];
        Assert.Equal(ExitCode.No, (await RunAsync("put", _key, "two", "--create")).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync("put", _key, "two", "--if-match", version)).Code);
        var late = await RunAsync("put", _key, "three", "--if-match", version);
        Assert.Equal(ExitCode.No, late.Code);
        Assert.StartsWith("raftnode: ", Assert.Single(late.Errors));
        Assert.Equal(ExitCode.No, (await RunAsync("delete", _key, "--if-match", version)).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync("delete", _key, "--if-match", "*")).Code);
    }

    [Fact]
    public async Task A_value_past_the_limit_is_not_done()
    {
        var run = await RunAsync("put", _key, new string('v', SingleNodeFixture.MaxValueBytes + 1));
        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Equal($"raftnode: The limit is {SingleNodeFixture.MaxValueBytes} bytes.", Assert.Single(run.Errors));
    }

    [Fact]
    public async Task A_node_that_is_down_is_passed_over_and_without_any_nothing_is_done()
    {
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";
        Assert.Equal(ExitCode.Done,
            (await ProgramRun.ToEndAsync(["put", _key, "one", "--url", nobody, "--url",
            fixture.Cluster.Urls[0]])).Code);
        var run = await ProgramRun.ToEndAsync(["put", _key, "two", "--url", nobody]);
        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.Equal("raftnode: no node can be reached", Assert.Single(run.Errors));
    }

    [Fact]
    public async Task A_node_whose_name_is_not_known_is_passed_over()
    {
        var run = await ProgramRun.ToEndAsync(["put", _key, "one", "--url", "http://no-such-host.invalid:1", "--url",
            fixture.Cluster.Urls[0]]);
        Assert.Equal((ExitCode.Done, ""), (run.Code, string.Join('\n', run.Errors)));
    }

    [Fact]
    public async Task A_node_that_leaves_connections_unanswered_is_passed_over_and_not_reachable()
    {
        // Its queue of connections is full: the system drops what comes further, as a firewall does.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 1);
        var waiting = Enumerable.Range(0, 8).Select(_ => new TcpClient()).ToList();
        waiting.ForEach(client => _ = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint));
        var silent = $"http://{listener.LocalEndpoint}";

        var put = await ProgramRun.ToEndAsync(["put", _key, "one", "--url", silent, "--url", fixture.Cluster.Urls[0]]);
        var alone = await ProgramRun.ToEndAsync(["put", _key, "two", "--url", silent, "--timeout", "10"]);
        var status = await ProgramRun.ToEndAsync(["status", "--url", silent]);
        waiting.ForEach(client => client.Dispose());

        Assert.Equal((ExitCode.Done, ""), (put.Code, string.Join('\n', put.Errors)));
        Assert.Equal((ExitCode.NotDone, "raftnode: no node can be reached"), (alone.Code, Assert.Single(alone.Errors)));
        Assert.Equal($"{listener.LocalEndpoint} not reachable", status.Output);
    }

    [Fact]
    public async Task Options_may_come_before_the_key_and_urls_may_be_a_list()
    {
        var nobody = $"http://127.0.0.1:{FreePorts.Range(1)}";
        var put = await ProgramRun.ToEndAsync(["put", "--url", fixture.Cluster.Urls[0], _key, "one"]);
        Assert.Equal((ExitCode.Done, ""), (put.Code, string.Join('\n', put.Errors)));
        var got = await ProgramRun.ToEndAsync(["get", "--url", $"{nobody},{fixture.Cluster.Urls[0]}", _key]);
        Assert.Equal((ExitCode.Done, "one"), (got.Code, got.Output));
    }

    [Fact]
    public async Task Status_shows_a_line_for_each_node()
    {
        var nobody = $"127.0.0.1:{FreePorts.Range(1)}";
        var run = await ProgramRun.ToEndAsync(["status", "--url", fixture.Cluster.Urls[0], "--url", nobody]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("node1 leader term ", run.Output);
        Assert.Contains($"{nobody} not reachable", run.Output);
        Assert.Equal(ExitCode.NotDone, (await ProgramRun.ToEndAsync(["status", "--url", nobody])).Code);
        Assert.Contains("\"role\":\"leader\"",
            (await ProgramRun.ToEndAsync(["status", "--json", "--url", fixture.Cluster.Urls[0]])).Output);
    }

    [Fact]
    public async Task A_wrong_command_line_is_not_done_and_says_how_it_is_right()
    {
        foreach (var arguments in (string[][])[["put", "key"], ["put", "key", "value", "--file", "f"],
            ["put", "key", "--file"], ["put", "key", "value", "--create", "--if-match", "1"], ["get"], ["start"],
            ["fly"], ["dev", "--nodes", "0"], ["dev", "--nodes", "few"], ["get", "key", "--timeout", "0"]])
        {
            var run = await ProgramRun.ToEndAsync(arguments);
            Assert.Equal(ExitCode.NotDone, run.Code);
            Assert.NotEmpty(run.Errors);
            Assert.Contains("Usage:", run.Output);
        }
        Assert.Equal(ExitCode.Done, (await ProgramRun.ToEndAsync(["put", "--help"])).Code);
    }

    [Theory]
    [InlineData("--output", "get", "key", "-o", "")]
    [InlineData("--file", "put", "key", "--file", "")]
    [InlineData("--if-match", "delete", "key", "--if-match", "")]
    [InlineData("KEY", "get", "")]
    [InlineData("FILE", "backup", "")]
    [InlineData("--data", "restore", "file", "--data", "", "--members", "a=h:1")]
    [InlineData("ID", "member", "remove", "")]
    public void Nothing_but_a_value_may_be_empty(string name, params string[] arguments)
    {
        Assert.Equal($"{name} is empty.", Assert.Single(CommandLine.Parse(arguments).Errors).Message);
        Assert.Empty(CommandLine.Parse(["put", "key", ""]).Errors);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("1e30")]
    [InlineData("1e-9")]
    [InlineData("2000001")]
    public void A_timeout_that_is_no_time_is_refused(string timeout)
    {
        foreach (var parsed in (ParseResult[])[KeyCommands.CreateGet().Parse(["key", "--timeout", timeout]),
            BackupCommand.Create().Parse(["file", "--timeout", timeout])])
            Assert.Equal("--timeout is a number of seconds from 0.001 to 2000000.",
                Assert.Single(parsed.Errors).Message);
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_and_what_is_no_URL_is_not_done_and_said_in_a_line()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(ExitCode.Done, (await RunAsync("put", _key, "value")).Code);
        await FailsAsync($"{directory.In("none/copy")} cannot be written", "get", _key, "--output",
            directory.In("none/copy"));
        await FailsAsync($"{directory.Path} cannot be written", "get", _key, "--output", directory.Path);
        await FailsAsync($"{directory.In("none")} cannot be read", "put", _key, "--file", directory.In("none"));
        await FailsAsync("ftp://node is not the URL of a node", "get", _key, "--url", "ftp://node");

        async Task FailsAsync(string why, params string[] arguments)
        {
            var run = await RunAsync(arguments);
            Assert.Equal(ExitCode.NotDone, run.Code);
            Assert.StartsWith($"raftnode: {why}", Assert.Single(run.Errors));
        }
    }

    [Fact]
    public async Task The_list_of_commands_has_a_line_for_each_and_a_commands_own_help_says_the_rest()
    {
        const string Rest = "each run makes another cluster";
        Assert.DoesNotContain(Rest, (await ProgramRun.ToEndAsync(["--help"])).Output);
        Assert.Contains(Rest, (await ProgramRun.ToEndAsync(["restore", "--help"])).Output);
        var wrong = await ProgramRun.ToEndAsync(["restore"]);
        Assert.Equal(ExitCode.NotDone, wrong.Code);
        Assert.Contains("Without --config, --data and --members are needed.", wrong.Errors);
    }

    private string[] With(params string[] arguments) => [.. arguments, "--url", fixture.Cluster.Urls[0]];

    private Task<(int Code, string Output, IReadOnlyList<string> Errors)> RunAsync(params string[] arguments) =>
        ProgramRun.ToEndAsync(With(arguments));

    private async Task<(int Code, string Output)> OutputAsync(params string[] arguments)
    {
        var (code, output, _) = await RunAsync(arguments);
        return (code, output);
    }
}
