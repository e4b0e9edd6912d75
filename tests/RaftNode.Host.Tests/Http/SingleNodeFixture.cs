using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>One node that all specs of a class ask. Small limits, so that they can be passed.</summary>
public sealed class SingleNodeFixture : IAsyncLifetime
{
    public const int MaxValueBytes = 1000;
    public const int MaxKeyBytes = 100;

    internal NodeCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Cluster = await NodeCluster.StartAsync(1,
            $"raftnode.http {{ max-value-bytes = {MaxValueBytes}, max-key-bytes = {MaxKeyBytes} }}\n");

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
