using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed class EndpointRolesSpec
{
    [Fact]
    public async Task Every_endpoint_says_which_role_it_requires()
    {
        using var directory = new TemporaryDirectory();
        var ports = FreePorts.Range(2);
        var file = directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [ { id = a, address = "127.0.0.1:{{ports}}" } ] }
            raftnode.http.port = {{ports + 1}}
            """);
        await using var node = await RunningNode.StartAsync(NodeSettings.Load(file, directory.In("data")));

        Assert.NotEmpty(node.Endpoints);
        Assert.All(node.Endpoints, static endpoint =>
            Assert.True(endpoint.Metadata.GetMetadata<RequiredRole>() is not null,
                $"{((RouteEndpoint)endpoint).RoutePattern.RawText} has no role: add RequireRole."));
    }
}
