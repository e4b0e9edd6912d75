using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// The forms of HOCON that SettingsReader, RaftSettings.FromConfig and the node's files use, as Akka.NET reads them. A
/// form that it reads otherwise than the HOCON specification says is here too, so that a change is noticed.
/// </summary>
public sealed class HoconSpec
{
    [Theory]
    [InlineData("50 ms", 50)]
    [InlineData("50ms", 50)]
    [InlineData("50", 50)]
    [InlineData("1.5 s", 1500)]
    [InlineData("3s", 3000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void Durations_have_units(string text, double milliseconds) =>
        Assert.Equal(milliseconds, Parse($"key = {text}").GetTimeSpan("key", null, false).TotalMilliseconds);

    [Theory]
    [InlineData("3 bananas")]
    [InlineData("infinite")]
    public void What_is_no_finite_duration_is_refused(string text) =>
        Assert.ThrowsAny<Exception>(() => Parse($"key = {text}").GetTimeSpan("key", null, false));

    [Theory]
    [InlineData("1048576", 1 << 20)]
    [InlineData("512b", 512)]
    [InlineData("64 KiB", 64 << 10)]
    [InlineData("64k", 64 << 10)]
    [InlineData("4 MiB", 4 << 20)]
    [InlineData("64 kB", 64_000)]
    public void Sizes_have_units(string text, long bytes) =>
        Assert.Equal(bytes, Parse($"key = {text}").GetByteSize("key", null));

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    public void Switches_have_several_words(string text, bool value) =>
        Assert.Equal(value, Parse($"key = {text}").GetBoolean("key", !value));

    [Fact]
    public void A_list_of_objects_keeps_its_order_and_its_quoted_texts()
    {
        var members = Parse("""
            members = [
              # A comment between the items.
              { id = node1, address = "127.0.0.1:4051" },
              { id = node2, address = "127.0.0.1:4052", priority = 10 }
            ]
            """).GetValue("members").GetArray();

        Assert.Equal(
            [("node1", "127.0.0.1:4051", ""), ("node2", "127.0.0.1:4052", "10")],
            members.Select(static member => member.ToConfig()).Select(static member =>
                (member.GetString("id", ""), member.GetString("address", ""), member.GetString("priority", ""))));
        Assert.All(members, static member => Assert.True(member.IsObject()));
    }

    [Theory]
    [InlineData("raft { a { b = 1 } c = 2 }")]
    [InlineData("raft { a { b = 1 }\n c = 2 }")]
    [InlineData("raft { a = [1], c = 2 }")]
    public void A_key_may_follow_a_closing_brace_or_bracket(string text) =>
        Assert.Equal(2, Parse(text).GetInt("raft.c"));

    [Fact]
    public void A_comma_behind_the_brace_of_an_object_is_refused() =>
        Assert.ThrowsAny<Exception>(() => Parse("raft { a { b = 1 }, c = 2 }"));

    [Fact]
    public void A_key_with_dots_means_the_object_with_the_key_inside()
    {
        var config = Parse("raft.election-timeout.min = 300 ms\nraft { election-timeout { max = 600 ms } }");

        Assert.Equal(300, config.GetTimeSpan("raft.election-timeout.min").TotalMilliseconds);
        Assert.Equal(600, config.GetConfig("raft").GetTimeSpan("election-timeout.max").TotalMilliseconds);
    }

    [Fact]
    public void The_last_value_of_a_key_counts_and_objects_are_merged()
    {
        var config = Parse("raft { group = a, heartbeat-interval = 50 ms }\nraft { group = b }");

        Assert.Equal("b", config.GetString("raft.group"));
        Assert.Equal(50, config.GetTimeSpan("raft.heartbeat-interval").TotalMilliseconds);
    }

    [Fact]
    public void A_fallback_fills_in_what_is_missing_and_replaces_no_list()
    {
        var merged = Parse("raft { group = own, members = [1] }")
            .WithFallback(Parse("raft { group = \"\", members = [1, 2], leader-wait = 1 s }"));

        Assert.Equal("own", merged.GetString("raft.group"));
        Assert.Equal([1], merged.GetIntList("raft.members"));
        Assert.Equal(1000, merged.GetTimeSpan("raft.leader-wait").TotalMilliseconds);
    }

    [Fact]
    public void A_section_of_a_configuration_with_fallbacks_has_the_values_of_both()
    {
        var section = Parse("raft.group = own").WithFallback(Parse("raft.leader-wait = 1 s")).GetConfig("raft");

        Assert.Equal("own", section.GetString("group"));
        Assert.Equal(1000, section.GetTimeSpan("leader-wait").TotalMilliseconds);
    }

    [Fact]
    public void A_missing_key_gives_the_default_and_a_missing_section_nothing()
    {
        var config = Parse("a = 1");

        Assert.Equal("default", config.GetString("missing", "default"));
        Assert.Equal(7, config.GetInt("missing", 7));
        Assert.Null(config.GetByteSize("missing", null));
        Assert.False(config.HasPath("missing"));
        Assert.Null(config.GetValue("missing"));
        Assert.True(config.GetConfig("missing").IsNullOrEmpty());
    }

    [Fact]
    public void A_substitution_takes_the_value_of_another_key()
    {
        var config = Parse("""
            base { timeout = 3 s, group = kv }
            copy = ${base}
            host = "10.0.0.1"
            address = ${host}":4051"
            """);

        Assert.Equal(3000, config.GetTimeSpan("copy.timeout").TotalMilliseconds);
        Assert.Equal("kv", config.GetString("copy.group"));
        Assert.Equal("10.0.0.1:4051", config.GetString("address"));
    }

    [Theory]
    [InlineData("own = ${base} { group = other }")]
    [InlineData("own = ${base}\nown { group = other }")]
    [InlineData("own = ${base}\nown.group = other")]
    public void An_object_that_is_substituted_and_then_added_to_loses_what_was_substituted(string text)
    {
        var config = Parse($"base {{ timeout = 3 s, group = kv }}\n{text}");

        Assert.Equal("other", config.GetString("own.group"));
        Assert.False(config.HasPath("own.timeout"));
    }

    [Fact]
    public void A_substitution_that_leads_nowhere_is_refused_with_its_path()
    {
        var problem = Assert.ThrowsAny<Exception>(() => Parse("a = ${nowhere.to.be.found}"));

        Assert.Contains("nowhere.to.be.found", problem.Message);
    }

    [Fact]
    public void A_file_is_included_where_it_stands_and_what_comes_after_it_counts_more()
    {
        var root = Parser.Parse(
            "include \"cluster.conf\"\nraft.member-id = node1\nraft.group = own",
            static name => Parser.Parse(
                $"raft {{ group = shared, leader-wait = 1 s }}\nfrom = \"{name}\"", static _ => null!));
        var config = new Config(root);

        Assert.Equal("own", config.GetString("raft.group"));
        Assert.Equal("node1", config.GetString("raft.member-id"));
        Assert.Equal(1000, config.GetTimeSpan("raft.leader-wait").TotalMilliseconds);
        Assert.Equal("cluster.conf", config.GetString("from"));
    }

    [Theory]
    [InlineData("raft { group = kv")]
    [InlineData("raft = [kv")]
    public void What_is_not_closed_is_read_as_if_it_were(string text) => Assert.True(Parse(text).HasPath("raft"));

    private static Config Parse(string text) => ConfigurationFactory.ParseString(text);
}
