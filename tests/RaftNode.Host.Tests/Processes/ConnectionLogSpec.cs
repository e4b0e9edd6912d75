using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A node that is down costs the others one line of their logs, and one when it is back.</summary>
public sealed class ConnectionLogSpec
{
    // Only a leader sends to a follower that is down. The log that counts is therefore the leader's.
    [Fact]
    public async Task A_node_that_is_down_is_logged_once_and_once_when_it_is_back()
    {
        await using var cluster = await NodeCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        int down = (leader + 1) % cluster.Count;
        await cluster.KillAsync(down);
        await Eventually.IsTrueAsync("the line that the node is down",
            () => Task.FromResult(Said() is [.., var last] && last.StartsWith("no ", StringComparison.Ordinal)),
            cluster.Transcripts);

        cluster.Start(down);
        await cluster.ReadyAsync(down);

        await Eventually.IsTrueAsync("the line that the node is back",
            () => Task.FromResult(Said()[^1].StartsWith("there is a connection to", StringComparison.Ordinal)),
            cluster.Transcripts);
        Assert.All(Said().Zip(Said().Skip(1)), static two => Assert.NotEqual(two.Item1, two.Item2));
        Assert.DoesNotContain(Lines(), static line => ConnectionLog.IsRepeated("remoting", Text(line)));
        Assert.DoesNotContain(Lines(), static line => line.Contains("AssociationError", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines(), static line => line.Contains("Removing receive", StringComparison.Ordinal));

        // What the leader logged about its connection to the other node.
        string[] Said() => [.. Lines()
            .Where(static line => line.Contains("/user/connections:", StringComparison.Ordinal)).Select(Text)];

        IEnumerable<string> Lines() => cluster.Run(leader).Errors
            .Concat(cluster.Run(leader).Output)
            .Where(line => line.Contains(cluster.Addresses[down], StringComparison.Ordinal));

        // A line is its time, its level, its source and, behind ": ", its text.
        static string Text(string line) => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..];
    }

    [Theory]
    [InlineData(true, "/system/endpointManager/1", "AssociationError [tcp://a] -> tcp://b: Error [no]")]
    [InlineData(false, "/system/endpointManager/1", "AssociationError [tcp://a] <- tcp://b: Error [no]")]
    [InlineData(false, "/user/other", "AssociationError [tcp://a] -> tcp://b: Error [no]")]
    [InlineData(true, "remoting", "Tried to associate with unreachable remote address [akka.tcp://b].")]
    [InlineData(false, "remoting", "Remoting started")]
    public void Only_attempts_of_this_node_are_left_out(bool isRepeated, string source, string text) =>
        Assert.Equal(isRepeated, ConnectionLog.IsRepeated(source, text));
}
