using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A node that cannot run says why in one line and ends with an exit code.</summary>
public sealed partial class StartFailureSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePorts.Range(2);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public Task A_missing_file() =>
        FailsAsync(["start", "--config", _directory.In("none.conf")],
            "none.conf cannot be read: there is no such file");

    [Fact]
    public Task A_file_that_is_not_HOCON() =>
        FailsAsync(["start", "--config", _directory.Write("bad.conf", "a = ${nowhere}")], "bad.conf");

    [Fact]
    public Task A_node_that_is_no_member() => FailsAsync(Start("raft.member-id = node9"), "raft.member-id = node9");

    [Fact]
    public Task Two_members_of_one_id() =>
        FailsAsync(Start($"raft.members = [ {{ id = node1, address = \"127.0.0.1:{_port}\" }}, {{ id = node1, address "
            + $"= \"127.0.0.1:{_port + 1}\" }} ]"), "node1");

    [Fact]
    public Task Two_members_of_one_address() =>
        FailsAsync(Start($"raft.members = [ {{ id = node1, address = \"127.0.0.1:{_port}\" }}, {{ id = node2, address "
            + $"= \"127.0.0.1:{_port}\" }} ]"), $"127.0.0.1:{_port}");

    [Fact]
    public Task A_setting_of_the_wrong_kind() =>
        FailsAsync(Start("raft.election-timeout.min = soon"), "raft.election-timeout.min");

    [Fact]
    public async Task A_port_for_peers_that_is_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();
        await FailsAsync(Start(), $"the port {_port} on 127.0.0.1 (remoting) is in use");
    }

    [Fact]
    public async Task A_port_for_HTTP_that_is_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port + 1);
        listener.Start();
        await FailsAsync(Start(), $"the port {_port + 1} on 127.0.0.1 (HTTP) is in use");
    }

    [Fact]
    public Task A_data_directory_that_cannot_be_made()
    {
        _directory.Write("file", "");
        return FailsAsync(Start(data: _directory.In("file/data")), "file/data/node1 cannot be made");
    }

    [Fact]
    public async Task A_data_directory_that_another_node_uses()
    {
        await using var first = ProgramRun.Start(Start());
        await ReadyAsync(first);
        var other = FreePorts.Range(2);
        await FailsAsync(Start($"raft.members = [ {{ id = node1, address = \"127.0.0.1:{other}\" }} "
            + $"]\nraftnode.http.port = {other + 1}", name: "other.conf"), "in use by another process");
    }

    [Fact]
    public async Task A_database_of_another_node()
    {
        await RunOnceAsync();
        Directory.Move(_directory.In("data/node1"), _directory.In("data/node2"));
        var renamed =
            Start($"raft.member-id = node2\nraft.members = [ {{ id = node2, address = \"127.0.0.1:{_port}\" }} ]");
        await FailsAsync(renamed, "belongs to another node: it holds raft-kv-node1, and this node is raft-kv-node2");
    }

    [Fact]
    public async Task A_database_of_another_group()
    {
        await RunOnceAsync();
        await FailsAsync(Start("raft.group = other"), "it holds raft-kv-node1, and this node is raft-other-node1");
    }

    [Fact]
    public async Task A_database_of_another_number_of_groups()
    {
        await RunOnceAsync();
        await FailsAsync(Start("raft.groups = 64"), "data/node1/raft.db has a node whose keys are in one group (it "
            + "holds raft-kv-node1), and the configuration says raftnode.groups = 64");
    }

    [Fact]
    public async Task A_database_of_a_newer_format()
    {
        await RunOnceAsync();
        using (var connection = new SqliteConnection(
            $"Data Source={_directory.In("data/node1/raft.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // The first event is PeerCreated. Behind its checksum, of two and eight bytes, is the version of the
            // format: tag 8 and a number. An event without a checksum is taken as it is.
            command.CommandText = "UPDATE journal SET message = CAST(x'0863' || substr(message, 13) AS BLOB)"
                + " WHERE sequence_number = 1 AND substr(message, 1, 2) = x'F101' AND substr(message, 11, 1) = x'08'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        await FailsAsync(Start(), "format");
    }

    [Fact]
    public Task A_file_that_is_no_database()
    {
        _directory.Write("data/node1/raft.db", new string('x', 10_000));
        return FailsAsync(Start(), "data/node1/raft.db is not a SQLite database");
    }

    [Fact]
    public Task Entries_that_do_not_fit_a_message_of_the_remoting() =>
        FailsAsync(Start("akka.remote.dot-netty.tcp.maximum-frame-size = 1 MiB"), "raft.max-entry-bytes");

    [Fact]
    public async Task A_cluster_whose_ports_are_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port + 1);
        listener.Start();
        string[] dev = ["dev", "--nodes", "1", "--raft-port", $"{_port}", "--http-port", $"{_port + 1}", "--data",
            _directory.In("data")];
        await FailsAsync(dev, $"the port {_port + 1} on 127.0.0.1 (node1, HTTP) is in use");
    }

    private static async Task FailsAsync(IEnumerable<string> arguments, string reason)
    {
        var (code, output, errors) = await ProgramRun.ToEndAsync(arguments);
        Assert.Equal(ExitCode.No, code);
        Assert.Empty(output);
        // A node that was under way when it failed has logged what it did before: whole lines, no stack traces.
        var line = Assert.Single(errors, line => !LogLine().IsMatch(line));
        Assert.StartsWith("raftnode: ", line);
        Assert.Equal(line, errors[^1]);
        Assert.Contains(reason, line);
    }

    [GeneratedRegex("^[-0-9]{10}T[:.0-9]{12}Z (INFO |WARN |ERROR) [^ ].*: ")]
    private static partial Regex LogLine();

    private async Task RunOnceAsync()
    {
        await using var run = ProgramRun.Start(Start());
        await ReadyAsync(run);
        run.Terminate();
        Assert.Equal(ExitCode.Done, await run.ExitAsync());
    }

    private string[] Start(string settings = "", string? data = null, string name = "node.conf")
    {
        var file = ClusterFiles.Write(_directory.In("conf"), 1, _port, _port + 1)[0];
        var path = _directory.Write($"conf/{name}", $"include \"{Path.GetFileName(file)}\"\n{settings}\n");
        return ["start", "--config", path, "--data", data ?? _directory.In("data")];
    }

    private async Task ReadyAsync(ProgramRun run)
    {
        using var http = new HttpClient(NodeConnection.Handler(TimeSpan.FromSeconds(20)));
        await Eventually.IsTrueAsync("the node to be ready", async () =>
        {
            try
            {
                Assert.False(run.HasExited, run.Transcript);
                using var response = await http.GetAsync($"http://127.0.0.1:{_port + 1}/health/ready");
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }
}
