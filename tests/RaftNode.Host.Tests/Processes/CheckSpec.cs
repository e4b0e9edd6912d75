using System.Net;
using System.Net.Sockets;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary><c>raftnode check</c> on the configuration of a node.</summary>
public sealed class CheckSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePorts.Range(2);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nothing_is_found_in_a_nodes_own_configuration_and_its_port_and_data_are_left_alone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();

        var (code, output, errors) = await CheckAsync("");

        Assert.True(code == ExitCode.Done, output + string.Join('\n', errors));
        Assert.Equal("no problem found", output.Trim());
        Assert.Empty(errors);
        Assert.False(Directory.Exists(_directory.In("data")));
    }

    [Fact]
    public async Task Nothing_is_found_in_the_configuration_of_Akka_Persistence_Sql_on_SQLite_that_comes_with_the_node()
    {
        var (code, output, errors) = await CheckAsync("", JournalChoice.Named("sql"));

        Assert.True(code == ExitCode.Done, output + string.Join('\n', errors));
        Assert.Equal("no problem found", output.Trim());
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
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("REFUSED   akka.persistence.journal.plugin = akka.persistence.journal.inmem: ", lines[0]);
        Assert.Contains("Name a journal that is durable", lines[0]);
        Assert.StartsWith("PROBLEM   akka.remote.retry-gate-closed-for = 5 s: After a lost connection", lines[1]);
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
