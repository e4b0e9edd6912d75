using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A node that has one address in its own file, and another one of the same machine in another's.</summary>
public sealed class OtherNameSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_node_that_others_have_under_another_name_is_named_with_both_and_what_to_write()
    {
        int port = FreePorts.Range(4);
        var files = ClusterFiles.Write(_directory.In("conf"), 2, port, port + 2);
        string right = await File.ReadAllTextAsync(files[0]);
        await File.AppendAllTextAsync(files[0],
            $"raft.members = [ {{ id = node1, address = \"localhost:{port}\" }}, "
                + $"{{ id = node2, address = \"127.0.0.1:{port + 1}\" }} ]\n");
        string[] Start(int node) => ["start", "--config", files[node], "--data", _directory.In("data"),
            "--stop-with-stdin"];

        await using var second = ProgramRun.Start(Start(1));
        await using (var first = ProgramRun.Start(Start(0)))
        {
            string said = $"node1 says that it is at localhost:{port}, and raft.members of this node has it at "
                + $"127.0.0.1:{port}. Write the same address into raft.members of all nodes";
            await Eventually.IsTrueAsync(said,
                () => Task.FromResult(second.Errors.Any(line => line.Contains(said, StringComparison.Ordinal))),
                () => $"{first.Transcript}\n\n{second.Transcript}");
        }

        await File.WriteAllTextAsync(files[0], right);
        await using var again = ProgramRun.Start(Start(0));
        await Eventually.IsTrueAsync("the two to found their group",
            () => Task.FromResult(second.Errors.Any(line =>
                line.Contains("the identity of the group is", StringComparison.Ordinal))),
            () => $"{again.Transcript}\n\n{second.Transcript}");
    }
}
