using Akka.Configuration;
using RaftActors.Client;

namespace RaftActors.Tests.Client;

public sealed class RaftClientSettingsSpec
{
    [Fact]
    public void The_reference_configuration_and_the_code_have_the_same_defaults()
    {
        var fromFile = From("");
        var fromCode = new RaftClientSettings { Group = "kv", Addresses = fromFile.Addresses };

        Assert.Equal(fromCode, fromFile);
        Assert.Equal(["a:1", "b:2"], fromFile.Addresses);
    }

    [Fact]
    public void The_window_fits_the_responses_that_the_nodes_remember_by_default() =>
        Assert.True(From("").Window <= new RaftSettings { Group = "kv", MemberId = "a",
            Members = [] }.MaxSessionResponses);

    [Theory]
    [InlineData("client.addresses = []", "raft.client.addresses")]
    [InlineData("client.addresses = [ nowhere ]", "raft.client.addresses = nowhere")]
    [InlineData("client.window = 0", "raft.client.window = 0")]
    [InlineData("client.max-waiting = 0", "raft.client.max-waiting = 0")]
    [InlineData("client.deadline = 0 s", "raft.client.deadline")]
    [InlineData("client.attempt-timeout = soon", "raft.client.attempt-timeout")]
    [InlineData("client.retry-backoff.max = 1 ms", "raft.client.retry-backoff.max")]
    public void A_bad_value_is_reported_with_its_key(string line, string expected)
    {
        var problem = Assert.ThrowsAny<ConfigurationException>(() => From(line).Validate());

        Assert.Contains(expected, problem.Message);
    }

    private static RaftClientSettings From(string hocon) =>
        RaftClientSettings.FromConfig(ConfigurationFactory.ParseString("group = kv\nclient.addresses = [ \"a:1\", "
            + "\"b:2\" ]\n" + hocon));
}
