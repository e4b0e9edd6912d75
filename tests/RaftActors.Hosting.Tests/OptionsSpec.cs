using Akka.Configuration;

namespace RaftActors.Hosting.Tests;

/// <summary>Options, the actor system's configuration and the defaults, one before the other.</summary>
public sealed class OptionsSpec
{
    private static readonly Config System = ConfigurationFactory.ParseString("""
        raft {
          member-id = b
          members = [ { id = a, address = "127.0.0.1:1" }, { id = b, address = "127.0.0.1:2" } ]
          heartbeat-interval = 70 ms
          snapshot.entries = 123
          client.deadline = 7 s
        }
        """);

    [Fact]
    public void What_is_not_set_is_the_configurations()
    {
        var settings = new RaftGroupOptions().ToSettings("g", System);

        Assert.Equal(("g", "b", 2), (settings.Group, settings.MemberId, settings.Members.Count));
        Assert.Equal(TimeSpan.FromMilliseconds(70), settings.HeartbeatInterval);
        Assert.Equal(123, settings.SnapshotEntries);
        Assert.Equal(TimeSpan.FromMilliseconds(600), settings.ElectionTimeoutMax);
    }

    [Fact]
    public void What_is_set_goes_before()
    {
        var settings = new RaftGroupOptions
        {
            MemberId = "c-d",
            Members = [new RaftMemberOptions("c-d", "other@[::1]:7") { Priority = 3 }],
            HeartbeatInterval = TimeSpan.FromMilliseconds(20.5),
            ElectionTimeoutMin = TimeSpan.FromMilliseconds(200),
            ElectionTimeoutMax = TimeSpan.FromSeconds(1),
            Join = true,
            JournalPluginId = "my.journal",
            SnapshotPluginId = "my.snapshots",
            Hocon = "snapshot.entries = 77, member-id = x",
        }.ToSettings("g", System);

        var member = Assert.Single(settings.Members);
        Assert.Equal(("c-d", "other@[::1]:7", 3), (member.Id, member.Address, member.Priority));
        Assert.Equal(TimeSpan.FromMilliseconds(20.5), settings.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.ElectionTimeoutMax);
        Assert.Equal((true, 77), (settings.Join, settings.SnapshotEntries));
        Assert.Equal(("my.journal", "my.snapshots"), (settings.JournalPluginId, settings.SnapshotPluginId));
    }

    [Fact]
    public void A_value_that_cannot_be_used_is_named_with_its_key()
    {
        var problem = Assert.ThrowsAny<ConfigurationException>(
            () => new RaftGroupOptions { HeartbeatInterval = TimeSpan.Zero }.ToSettings("g", System));

        Assert.Contains("heartbeat-interval", problem.Message);
    }

    [Fact]
    public void A_text_with_quotes_stays_one_value()
    {
        var problem = Assert.ThrowsAny<ConfigurationException>(
            () => new RaftGroupOptions { MemberId = "a\", join = on, x = \"" }.ToSettings("g", System));

        Assert.Contains("member-id", problem.Message);
    }

    [Fact]
    public void A_clients_options_go_before_the_configuration_too()
    {
        var options = new RaftClientOptions { Addresses = ["127.0.0.1:9"], Hocon = "client.window = 5" };

        var settings = options.ToSettings("g", System);

        Assert.Equal(["127.0.0.1:9"], settings.Addresses);
        Assert.Equal((5, TimeSpan.FromSeconds(7)), (settings.Window, settings.Deadline));
    }
}
