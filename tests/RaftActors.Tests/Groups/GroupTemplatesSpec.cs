using Akka.Configuration;
using RaftActors.Groups;
using RaftActors.Membership;

namespace RaftActors.Tests.Groups;

/// <summary>The settings of groups: of the group itself, else of its template, else of the section raft.</summary>
public sealed class GroupTemplatesSpec
{
    private const string Raft = """
        member-id = node1
        members = [ { id = node1, address = "a:1" }, { id = node2, address = "b:1" } ]
        snapshot { entries = 100, bytes = 1 MiB }
        """;

    private static readonly CataloguedGroup Group = new()
    {
        Group = "orders",
        Incarnation = 5,
        MemberId = "node1",
        Members = [],
        StateMachine = "counter",
    };

    [Fact]
    public void A_value_is_that_of_the_group_else_of_the_template_else_of_the_section()
    {
        var templates = From("""
            groups.templates.small { snapshot.entries = 10, election-timeout { min = 1 s, max = 2 s } }
            """);

        var settings = templates.SettingsOf(Group with { Template = "small", Settings = "election-timeout.max = 3 s" });

        Assert.Equal((10L, 1L << 20), (settings.SnapshotEntries, settings.SnapshotBytes));
        Assert.Equal((1, 3), (settings.ElectionTimeoutMin.TotalSeconds, settings.ElectionTimeoutMax.TotalSeconds));
        Assert.Equal(("orders", "node1", "raft-orders-node1~5"),
            (settings.Group, settings.MemberId, settings.PersistenceId));
        Assert.Equal(["node1", "node2"], settings.Members.Select(static member => member.Id));
        Assert.Equal(100, templates.SettingsOf(Group).SnapshotEntries);
    }

    [Fact]
    public void A_group_may_have_members_of_its_own_and_its_node_the_address_that_is_configured()
    {
        var members = new[] { new Member("node1", "old:1"), new Member("node3", "c:1") };

        var settings = From("").SettingsOf(Group with { Members = members });

        Assert.Equal(["a:1", "c:1"], settings.Members.Select(static member => member.Address));
        var none = new GroupTemplates(Section("member-id = node1"));
        Assert.Equal(["old:1", "c:1"],
            none.SettingsOf(Group with { Members = members }).Members.Select(static member => member.Address));
        Assert.Contains("The group 'orders' has no members",
            Assert.Throws<SettingException>(() => none.SettingsOf(Group)).Message);
        var own = none.SettingsOf(Group with { Settings = "members = [ { id = node1, address = \"own:1\" } ]" });
        Assert.Equal(["own:1"], own.Members.Select(static member => member.Address));
    }

    [Fact]
    public void A_group_stays_in_the_plugins_in_which_it_was_created()
    {
        var settings = From("journal-plugin-id = new.journal, snapshot-plugin-id = new.store")
            .SettingsOf(Group with { JournalPluginId = "old.journal" });

        Assert.Equal(("old.journal", "new.store"), (settings.JournalPluginId, settings.SnapshotPluginId));
    }

    [Theory]
    [InlineData("groups.templates.small.snapshot.entries = few",
        "raft.groups.templates.small.snapshot.entries = few: it is not a whole number such as 64.")]
    [InlineData("groups.templates.small.snapshot.entries = 0",
        "raft.groups.templates.small.snapshot.entries = 0: it must be more than zero.")]
    [InlineData("groups.templates.small.snapshots.entries = 1",
        "raft.groups.templates.small.snapshots: there is no such key. The nearest one is "
        + "raft.groups.templates.small.snapshot")]
    [InlineData("groups.templates.small.group = x", "raft.groups.templates.small.group: there is no such key.")]
    [InlineData("groups.templates.small.member-id = x", "raft.groups.templates.small.member-id: there is no such key.")]
    [InlineData("groups.templates.small.client.window = 1",
        "raft.groups.templates.small.client: there is no such key.")]
    [InlineData("groups.templates.small = 1", "raft.groups.templates.small = 1: it is a section")]
    [InlineData("groups.templates = 1", "raft.groups.templates = 1: it is a section of sections, { NAME { ... } }.")]
    [InlineData("groups.templates.\"a/b\" { }", "raft.groups.templates.\"a/b\": a name is up to 64")]
    [InlineData("groups.parallel-snapshots = 0", "raft.groups.parallel-snapshots = 0: it must be more than zero.")]
    [InlineData("groups.parallel-recoveries = 0", "raft.groups.parallel-recoveries = 0: it must be more than zero.")]
    [InlineData("groups.parallel-recovery = 3", "raft.groups.parallel-recovery: there is no such key. The nearest one is "
        + "raft.groups.parallel-recoveries.")]
    [InlineData("snapshot.entries = 0", "raft.snapshot.entries = 0: it must be more than zero.")]
    [InlineData("member-id = \"\"", "raft.member-id is missing.")]
    public void What_is_wrong_is_named(string text, string problem) =>
        Assert.StartsWith(problem, Assert.Throws<SettingException>(() => From(text)).Message);

    [Theory]
    [InlineData("snapshot.entries = few",
        "In the settings of the group: raft.snapshot.entries = few: it is not a whole number such as 64.")]
    [InlineData("group = other", "In the settings of the group: raft.group: there is no such key.")]
    [InlineData("a { b { x = 1 }, c = 2 }", "The settings of the group, a { b { x = 1 }, c = 2 }, are no HOCON")]
    public void What_is_wrong_in_the_settings_of_a_group_is_named(string text, string problem) => Assert.StartsWith(
        problem,
        Assert.ThrowsAny<ConfigurationException>(() => From("").SettingsOf(Group with { Settings = text })).Message);

    [Theory]
    [InlineData("groups.templates { small = { }, large = { } }", "The templates are large, small.")]
    [InlineData("", "raft.groups.templates has none.")]
    public void A_template_that_does_not_exist_is_named_with_those_that_do(string text, string known) => Assert.Equal(
        $"raft.groups.templates.smal: there is no such template. {known}",
        Assert.Throws<SettingException>(() => From(text).SettingsOf(Group with { Template = "smal" })).Message);

    private static GroupTemplates From(string text) => new(Section($"{Raft}\n{text}"));

    private static Config Section(string text) => ConfigurationFactory.ParseString($"raft {{ {text} }}")
        .WithFallback(RaftActors.Raft.DefaultConfig()).GetConfig("raft");
}
