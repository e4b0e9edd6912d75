using RaftNode.Host.Configuration;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>A node in this process, which is its whole group.</summary>
internal static class OneNode
{
    /// <summary>Starts the node on ports that nobody uses.</summary>
    /// <param name="directory">Where its file and its data are.</param>
    public static Task<RunningNode> StartAsync(TemporaryDirectory directory)
    {
        var ports = FreePorts.Range(2);
        var file = directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:{{ports}}" } ] }
            raftnode.http.port = {{ports + 1}}
            """);
        return RunningNode.StartAsync(NodeSettings.Load(file, directory.In("data")));
    }
}
