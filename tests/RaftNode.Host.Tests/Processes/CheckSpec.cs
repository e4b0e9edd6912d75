using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode check</c> on the configuration of a node.</summary>
public sealed class CheckSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePorts.Range(2);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("sql")]
    public async Task Nothing_is_wrong_with_the_configurations_that_come_with_the_node_and_no_data_is_made(
        string journal)
    {
        var (code, output, errors) = await CheckAsync("", JournalChoice.Named(journal));

        Assert.True(code == ExitCode.Done, output + string.Join('\n', errors));
        Assert.Empty(errors);
        string[] lines = output.Split('\n');
        Assert.Equal("ok        settings: No setting makes consensus unsafe or slow.", lines[0]);
        Assert.Equal("ok        members: node1 is the only voter: while it is down, nothing is served.", lines[1]);
        Assert.Matches("^ok        volume: ", lines[2]);
        // How fast the disk is, is not up to the program.
        Assert.Matches(@"^(ok|warning) +disk: .* [0-9.]+ ms \(median of 20; the longest took [0-9.]+ ms\)|in memory",
            lines[3]);
        Assert.Equal($"ok        ports: The ports {_port} (remoting) and {_port + 1} (HTTP) are free.", lines[4]);
        Assert.StartsWith("ok        nodes: No other node answers", lines[5]);
        Assert.Equal(7, lines.Length);
        Assert.Equal("conf", Assert.Single(Directory.GetFileSystemEntries(_directory.Path).Select(Path.GetFileName)));
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_an_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();

        var (code, output, _) = await CheckAsync("");

        Assert.Equal(ExitCode.No, code);
        Assert.Contains($"error     ports: The port {_port} on 127.0.0.1 (remoting) is in use by another", output);
        Assert.EndsWith("errors: 1, warnings: 0", output.Replace("warnings: 1", "warnings: 0"));
    }

    [Fact]
    public async Task Two_voters_are_a_warning_which_is_an_error_only_to_the_strict()
    {
        await using var cluster = await NodeCluster.StartAsync(2);
        string[] check = ["check", "--config", cluster.Files[0], "--data", cluster.Data, "--url", cluster.Urls[1]];

        var (code, output, _) = await ProgramRun.ToEndAsync(check);
        var json = await ProgramRun.ToEndAsync([.. check, "--strict", "--json"]);

        Assert.Equal((ExitCode.Done, ExitCode.No), (code, json.Code));
        Assert.Contains("warning   members: 2 voters survive no more lost nodes than 1 do", output);
        Assert.Contains($"ok        ports: node1 runs, and has the ports ", output);
        Assert.Contains("ok        clock: The clock of node2 shows the same time", output);
        Assert.Contains("ok        group: node2 is of the same group, kv.", output);
        Assert.Contains("ok        frames: node2 has the same ", output);
        var rows = JsonDocument.Parse(json.Output).RootElement.GetProperty("rows").EnumerateArray().ToList();
        // How fast the disk is, may differ from one run to the next.
        Assert.Equal(
            output.Split('\n').SkipLast(1).Where(static line => !line.Contains(" disk: "))
                .Select(static line => line[..9].Trim()),
            rows.Where(static row => row.GetProperty("name").GetString() != "disk")
                .Select(static row => row.GetProperty("state").GetString()));
        Assert.Equal(
            ["name", "state", "why", "advice"], rows[0].EnumerateObject().Select(static property => property.Name));
    }

    [Fact]
    public async Task Each_problem_is_a_line_with_key_value_consequence_and_what_to_set()
    {
        var (code, output, _) = await CheckAsync("""
            akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
            akka.persistence.journal.inmem.class = "Akka.Persistence.Journal.MemoryJournal, Akka.Persistence"
            akka.remote.retry-gate-closed-for = 5 s
            """);

        Assert.Equal(ExitCode.No, code);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("error     akka.persistence.journal.plugin = akka.persistence.journal.inmem: ", lines[0]);
        Assert.Contains("Name a journal that is durable", lines[0]);
        Assert.StartsWith("warning   akka.remote.retry-gate-closed-for = 5 s: After a lost connection", lines[1]);
        Assert.Contains("Set it to 200 ms.", lines[1]);
    }

    [Fact]
    public async Task What_makes_a_start_impossible_is_an_error()
    {
        var (code, output, errors) = await CheckAsync("akka.remote.dot-netty.tcp.maximum-frame-size = 1 MiB");

        Assert.Equal(ExitCode.NotDone, code);
        Assert.Empty(output);
        Assert.Contains("raft.max-entry-bytes", Assert.Single(errors));
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_an_error()
    {
        var (code, output, errors) = await CheckAsync("raft.election-timeout.min = soon");

        Assert.Equal(ExitCode.NotDone, code);
        Assert.Empty(output);
        Assert.Contains("raft.election-timeout.min", Assert.Single(errors));
    }

    private Task<(int Code, string Output, IReadOnlyList<string> Errors)> CheckAsync(
        string settings, JournalChoice? journal = null)
    {
        string file = ClusterFiles.Write(_directory.In("conf"), 1, _port, _port + 1, journal)[0];
        string path = _directory.Write(
            "conf/node.conf",
            $"include \"{Path.GetFileName(file)}\"\nraftnode.data-dir = \"{_directory.In("data")}\"\n{settings}\n");
        return ProgramRun.ToEndAsync(["check", "--config", path]);
    }
}
