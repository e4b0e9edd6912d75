using Akka.Configuration;

namespace RaftActors.Cluster.Tests;

/// <summary>Settings, good and bad.</summary>
public sealed class ClusterMembershipSettingsSpec
{
    private static ClusterMembershipSettings From(string section) =>
        ClusterMembershipSettings.FromConfig(ConfigurationFactory.ParseString(section));

    [Fact]
    public void The_defaults_of_the_record_are_those_of_reference_conf()
    {
        Assert.Equal(new ClusterMembershipSettings(), ClusterMembershipSettings.FromConfig(null));
        Assert.Equal(new ClusterMembershipSettings(), From(""));
    }

    [Fact]
    public void Every_key_is_read()
    {
        var settings = From("""
            role = raft, desired-voters = 5, replacement = never, leave-timeout = 2 s, check-interval = 500 ms
            contact-points { service-name = orders, port-name = akka, discovery-method = config }
            contact-points { founders = 3, interval = 2 s }
            """);

        Assert.Equal(
            new ClusterMembershipSettings
            {
                Role = "raft",
                DesiredVoters = 5,
                Replacement = null,
                LeaveTimeout = TimeSpan.FromSeconds(2),
                CheckInterval = TimeSpan.FromMilliseconds(500),
                ServiceName = "orders",
                PortName = "akka",
                DiscoveryMethod = "config",
                Founders = 3,
                ContactInterval = TimeSpan.FromSeconds(2),
            },
            settings);
    }

    [Theory]
    [InlineData("desired-voters = 0", "akka.cluster.raft.desired-voters = 0: a group has at least one voter")]
    [InlineData("desired-voters = many", "akka.cluster.raft.desired-voters = many: it is not a whole number")]
    [InlineData("replacement = later",
        "akka.cluster.raft.replacement = later: it is not a duration such as 60 s, or never")]
    [InlineData("check-interval = 0 s", "akka.cluster.raft.check-interval = 0 s: it must be more than zero")]
    [InlineData("contact-points.founders = 2",
        "akka.cluster.raft.contact-points.founders = 2: it must be an odd number")]
    [InlineData("contact-points.founders = 5",
        "akka.cluster.raft.contact-points.founders = 5: the group should have 3 voters")]
    [InlineData("desired-voter = 3",
        "akka.cluster.raft.desired-voter: there is no such key. The nearest one is akka.cluster.raft.desired-voters")]
    public void A_value_that_cannot_be_used_is_named_with_its_key(string section, string message) =>
        Assert.StartsWith(message, Assert.Throws<SettingException>(() => From(section)).Message);

    [Fact]
    public void An_even_number_of_voters_is_doubted()
    {
        Assert.Contains("desired-voters = 4 is even", Assert.Single(From("desired-voters = 4").Doubts()));
        Assert.Empty(From("desired-voters = 5").Doubts());
    }
}
