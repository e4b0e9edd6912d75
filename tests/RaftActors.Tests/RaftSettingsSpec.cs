using Akka.Configuration;
using RaftActors.Membership;

namespace RaftActors.Tests;

public sealed class RaftSettingsSpec
{
    private const string Minimal = """
        group = kv
        member-id = node2
        members = [ { id = node1, address = "127.0.0.1:4051" }, { id = node2, address = "127.0.0.1:4052" } ]
        """;

    [Fact]
    public void The_reference_configuration_and_the_code_have_the_same_defaults()
    {
        var fromFile = From(Minimal);
        var fromCode = new RaftSettings { Group = "kv", MemberId = "node2", Members = fromFile.Members };

        Assert.Equal(fromCode, fromFile);
    }

    [Fact]
    public void Settings_are_read_from_configuration()
    {
        var settings = From(Minimal + """

            found = on
            heartbeat-interval = 20 ms
            election-timeout { min = 100 ms, max = 1 s }
            max-entry-bytes = 64 KiB
            random-seed = 7
            """);

        Assert.Equal([new Member("node1", "127.0.0.1:4051"), new Member("node2", "127.0.0.1:4052")], settings.Members);
        Assert.Equal(("kv", "node2", true, 7),
            (settings.Group, settings.MemberId, settings.Found, settings.RandomSeed));
        Assert.Equal((20, 100, 1000),
            (settings.HeartbeatInterval.TotalMilliseconds, settings.ElectionTimeoutMin.TotalMilliseconds,
            settings.ElectionTimeoutMax.TotalMilliseconds));
        Assert.Equal(65_536, settings.MaxEntryBytes);
    }

    [Fact]
    public void Members_have_priorities_of_0_unless_they_say_otherwise() =>
        Assert.Equal([0, 7], From(Minimal + "\nmembers = [ { id = node1, address = \"h:1\" }, { id = node2, address = "
            + "\"h:2\", priority = 7 } ]").Members.Select(member => member.Priority));

    [Theory]
    [InlineData("member-id = node9", "raft.member-id = node9")]
    [InlineData("group = \"\"", "raft.group is missing")]
    [InlineData("group = \"a/b\"", "raft.group = a/b")]
    [InlineData("members = []", "raft.members")]
    [InlineData("members = [ { id = node2, address = nowhere } ]", "raft.members = nowhere")]
    [InlineData("members = [ { id = node2, address = \"h:1\" }, { id = node2, address = \"h:2\" } ]",
        "raft.members = node2")]
    [InlineData("members = [ { id = node2, address = \"h:1\" }, { id = node1, address = \"h:1\" } ]",
        "raft.members = h:1")]
    [InlineData("members = [ { id = node2, address = \"h:1\", priority = -1 } ]",
        "raft.members = node2: its priority is -1")]
    [InlineData("members = [ { id = node2, address = \"h:1\", priority = most } ]",
        "the priority most of node2 is no whole number")]
    [InlineData("heartbeat-interval = soon", "raft.heartbeat-interval = soon: it is not a duration such as 300 ms")]
    [InlineData("heartbeat = 1 s", "raft.heartbeat: there is no such key. The nearest one is raft.heartbeat-interval.")]
    [InlineData("client.windows = 1",
        "raft.client.windows: there is no such key. The nearest one is raft.client.window.")]
    [InlineData("snapshot = off", "raft.snapshot = off: it is a section, { ... }, with these keys: entries, bytes")]
    [InlineData("election-timeout { min = 300 ms, max = 200 ms }", "raft.election-timeout.max = 200 ms: ")]
    [InlineData("election-timeout.max = 10 ms", "raft.election-timeout.max")]
    [InlineData("election-timeout.min = 10 ms", "raft.election-timeout.min")]
    [InlineData("max-inflight-appends = 0", "raft.max-inflight-appends = 0")]
    [InlineData("max-pending-bytes = 1 KiB", "raft.max-pending-bytes")]
    [InlineData("sessions.timeout = 1 s", "raft.sessions.timeout")]
    [InlineData("sessions.max-responses = 0", "raft.sessions.max-responses = 0")]
    public void A_bad_value_is_reported_with_its_key(string line, string expected)
    {
        var problem = Assert.ThrowsAny<ConfigurationException>(() => From(Minimal + "\n" + line));

        Assert.Contains(expected, problem.Message);
    }

    [Fact]
    public void A_list_of_members_with_nothing_between_its_brackets_is_empty()
    {
        static string Problem(string members) =>
            Assert.ThrowsAny<ConfigurationException>(() => From($"{Minimal}\nmembers = {members}")).Message;

        Assert.Equal(Problem("[]"), Problem("[ ]"));
    }

    [Theory]
    [InlineData(300, "300 ms")]
    [InlineData(1500, "1500 ms")]
    [InlineData(0.5, "0.5 ms")]
    [InlineData(3000, "3 s")]
    public void A_duration_that_was_not_written_is_shown_as_it_would_be(double milliseconds, string shown)
    {
        var settings = From(Minimal) with { HeartbeatInterval = TimeSpan.FromMilliseconds(-milliseconds) };

        Assert.Contains($"raft.heartbeat-interval = -{shown}: ",
            Assert.Throws<SettingException>(settings.Validate).Message);
    }

    [Fact]
    public void The_largest_message_must_fit_a_frame()
    {
        var settings = From(Minimal);

        settings.ValidateFrameSize(4 * 1024 * 1024);
        var problem = Assert.ThrowsAny<ConfigurationException>(() => settings.ValidateFrameSize(128_000));
        Assert.Contains("max-entry-bytes", problem.Message);
        problem = Assert.ThrowsAny<ConfigurationException>(() =>
            (settings with { MaxEntryBytes = 1000 }).ValidateFrameSize(128_000));
        Assert.Contains("max-batch-bytes", problem.Message);
    }

    [Fact]
    public void Members_with_the_same_seed_draw_different_numbers()
    {
        var settings = From(Minimal) with { RandomSeed = 42 };

        Assert.NotEqual(Randomness.For(settings).Next(), Randomness.For(settings with { MemberId = "node1" }).Next());
        Assert.Equal(Randomness.For(settings).Next(), Randomness.For(settings).Next());
    }

    private static RaftSettings From(string hocon) => RaftSettings.FromConfig(ConfigurationFactory.ParseString(hocon));
}
