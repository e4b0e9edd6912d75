using Akka.Actor;
using Akka.Configuration;
using Akka.Coordination;

namespace RaftActors.Coordination.Tests;

public sealed class RaftLeaseSettingsSpec
{
    [Theory]
    [InlineData("group = \"\"", "group is empty")]
    [InlineData("clock-drift = 1", "clock-drift = 1.")]
    [InlineData("clock-drift = -0.1", "clock-drift = -0.1.")]
    [InlineData("margin = -1 ms", "margin = ")]
    [InlineData("margin = 8 s", "margin = 8000 ms")]
    [InlineData("heartbeat-interval = 4.5 s", "twice heartbeat-interval = 4500 ms")]
    [InlineData("lease-operation-timeout = 0 s", "lease-operation-timeout = 0 ms")]
    public void A_value_that_cannot_be_used_is_named_with_its_key(string key, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Settings("lease", "anna", key)).Message);

    [Theory]
    [InlineData("", "anna", "the name of a lease is empty")]
    [InlineData("lease", "", "the owner of the lease 'lease' is empty")]
    public void A_lease_needs_a_name_and_an_owner(string name, string owner, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Settings(name, owner, "")).Message);

    [Fact]
    public void Keys_that_a_section_does_not_have_are_the_defaults_of_ours()
    {
        var settings = RaftLeaseSettings.From(LeaseSettings.Create(
            ConfigurationFactory.ParseString("heartbeat-timeout = 120 s, heartbeat-interval = 12 s, "
            + "lease-operation-timeout = 5 s"), "lease", "anna"));
        Assert.Equal(("leases", TimeSpan.FromSeconds(107.5)), (settings.Group, settings.HoldTime));
    }

    [Fact]
    public async Task Without_a_group_an_acquisition_fails_in_time_and_says_what_to_do()
    {
        var config = ConfigurationFactory.ParseString("""
            akka.loglevel = OFF
            akka.coordination.lease.raft.lease-operation-timeout = 200 ms
            """).WithFallback(RaftLeases.DefaultConfig());
        using var system = ActorSystem.Create("alone", config);
        var lease = LeaseProvider.Get(system).GetLease("lease", "akka.coordination.lease.raft", "anna");

        var failure = await Assert.ThrowsAsync<LeaseTimeoutException>(() => lease.Acquire());
        Assert.Contains("RaftLeases.StartAsync", failure.Message);
        Assert.False(await lease.Release());
        Assert.False(await RaftLeases.Get(system).IsReadyAsync("leases", TimeSpan.FromMilliseconds(100)));
        await system.Terminate();

        await Assert.ThrowsAsync<LeaseException>(() => lease.Acquire());
        Assert.False(await lease.Release());
    }

    [Theory]
    [InlineData("stable-after = 4 s", "downs all members")]
    [InlineData("lease-majority.lease-implementation = \"nowhere\"", "there is no nowhere.lease-class")]
    [InlineData("lease-majority.lease-implementation = \"\"", "name the section of the lease")]
    [InlineData("stable-after = 20 s", null)]
    [InlineData("active-strategy = keep-majority", null)]
    public void The_split_brain_resolver_must_go_together_with_the_lease(string key, string? message)
    {
        var config = ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.cluster.split-brain-resolver { {{key}} }
            akka.cluster.split-brain-resolver {
              active-strategy = lease-majority
              stable-after = 20 s
              lease-majority { lease-implementation = "akka.coordination.lease.raft", acquire-lease-delay-for-minority = 2 s }
            }
            """);
        config = ConfigurationFactory.ParseString($"akka.cluster.split-brain-resolver {{ {key} }}").WithFallback(config)
            .WithFallback(RaftLeases.DefaultConfig());
        using var system = ActorSystem.Create("check", config);

        string? problem = SplitBrainCheck.Problem((ExtendedActorSystem)system);

        if (message is null)
            Assert.Null(problem);
        else
            Assert.Contains(message, problem);
    }

    private static RaftLeaseSettings Settings(string name, string owner, string key)
    {
        var section = ConfigurationFactory.ParseString(key)
            .WithFallback(RaftLeases.DefaultConfig().GetConfig("akka.coordination.lease.raft"));
        var times = new TimeoutSettings(section.GetTimeSpan("heartbeat-interval"),
            section.GetTimeSpan("heartbeat-timeout"), section.GetTimeSpan("lease-operation-timeout"));
        return RaftLeaseSettings.From(new LeaseSettings(name, owner, times, section));
    }
}
