using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A node that is down costs the others one line of their logs, and one when it is back.</summary>
public sealed class ConnectionLogSpec
{
    [Fact]
    public async Task A_node_that_is_down_is_logged_once_and_once_when_it_is_back()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        await cluster.KillAsync(2);
        await Eventually.IsTrueAsync("one line more that the node is down",
            () => Task.FromResult(Lines(cluster, "no connection to") == Lines(cluster, "there is a connection to") + 1),
            cluster.Transcripts);

        cluster.Start(2);
        await cluster.ReadyAsync(2);

        await Eventually.IsTrueAsync("the line that the node is back",
            () => Task.FromResult(Lines(cluster, "no connection to") == Lines(cluster, "there is a connection to")),
            cluster.Transcripts);
        Assert.Equal(0, Lines(cluster, "Tried to associate"));
        Assert.Equal(0, Lines(cluster, "AssociationError"));
        Assert.Equal(0, Lines(cluster, "Removing receive buffers"));
    }

    [Theory]
    [InlineData(true, "/system/endpointManager/1", "AssociationError [tcp://a] -> tcp://b: Error [no]")]
    [InlineData(false, "/system/endpointManager/1", "AssociationError [tcp://a] <- tcp://b: Error [no]")]
    [InlineData(false, "/user/other", "AssociationError [tcp://a] -> tcp://b: Error [no]")]
    [InlineData(true, "remoting", "Tried to associate with unreachable remote address [akka.tcp://b].")]
    [InlineData(false, "remoting", "Remoting started")]
    public void Only_attempts_of_this_node_are_left_out(bool isRepeated, string source, string text) =>
        Assert.Equal(isRepeated, ConnectionLog.IsRepeated(source, text));

    // The lines of the first node about the third one that have these words.
    private static int Lines(NodeCluster cluster, string words) => cluster.Run(0).Errors
        .Concat(cluster.Run(0).Output)
        .Count(line => line.Contains(cluster.Addresses[2], StringComparison.Ordinal)
            && line.Contains(words, StringComparison.Ordinal));
}
