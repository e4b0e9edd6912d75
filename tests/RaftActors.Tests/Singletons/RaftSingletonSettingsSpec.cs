using Akka.Actor;
using Akka.Configuration;
using RaftActors.Singletons;

namespace RaftActors.Tests.Singletons;

public sealed class RaftSingletonSettingsSpec
{
    [Fact]
    public void The_reference_configuration_and_the_code_have_the_same_defaults()
    {
        var fromFile = From("");

        Assert.Equal(new RaftSingletonSettings { Group = "g", Addresses = fromFile.Addresses }, fromFile);
        fromFile.Validate();
    }

    [Theory]
    [InlineData("singleton.clock-drift = 1", "raft.singleton.clock-drift = 1")]
    [InlineData("singleton.margin = 500 ms", "raft.singleton.hand-over-wait")]
    [InlineData("singleton.check-interval = 300 ms", "raft.singleton.hand-over-wait")]
    [InlineData("singleton.check-interval = 0", "raft.singleton.check-interval")]
    [InlineData("singleton.buffer-size = -1", "raft.singleton.buffer-size = -1")]
    [InlineData("singleton.buffer = 1", "raft.singleton.buffer: there is no such key")]
    [InlineData("client.addresses = [ nowhere ]", "raft.client.addresses = nowhere")]
    public void What_cannot_be_used_is_named(string more, string expected)
    {
        var problem = Assert.ThrowsAny<ConfigurationException>(() => From(more).Validate());

        Assert.Contains(expected, problem.Message);
    }

    [Fact]
    public void A_node_has_a_peer_or_knows_addresses()
    {
        Assert.Throws<ArgumentException>(() => RaftSingleton.Props(From(""), static _ => Props.Empty));
        Assert.Throws<ArgumentException>(() => RaftSingleton.ProxyProps(From("")));
    }

    private static RaftSingletonSettings From(string more) =>
        RaftSingletonSettings.FromConfig(ConfigurationFactory.ParseString($"group = g\n{more}"));
}
