using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors.Runtime.Tests.Configuration;

public sealed class HoconSubstitutionSpec
{
    [Fact]
    public void A_substitution_may_stand_before_or_after_what_it_refers_to()
    {
        var config = ConfigurationFactory.ParseString("a = ${b.c}, b { c = 1 }, d = ${b.c}");

        Assert.Equal(1, config.GetInt("a"));
        Assert.Equal(1, config.GetInt("d"));
    }

    [Fact]
    public void The_last_value_of_a_key_is_the_one_that_is_substituted()
    {
        var config = ConfigurationFactory.ParseString("port = 1, url = \"h:\"${port}\"/x\", port = 2");

        Assert.Equal("h:2/x", config.GetString("url"));
    }

    [Fact]
    public void Values_concatenate_with_the_blanks_between_them()
    {
        var config = ConfigurationFactory.ParseString("name = world\na = hello  ${name} and ${?nobody} more\nb = ${?nobody}");

        Assert.Equal("hello  world and  more", config.GetString("a"));
        Assert.False(config.HasPath("b"));
    }

    [Fact]
    public void An_object_can_extend_another_and_refer_to_itself()
    {
        var config = ConfigurationFactory.ParseString("""
            base { x = 1, y = 2, inner { k = base } }
            a = ${base}
            a { y = 3, z = ${a.y}, w = ${a.x}, inner { l = a } }
            b = ${base} { x = 5 }
            """);

        Assert.Equal((1, 3, 3, 1), (config.GetInt("a.x"), config.GetInt("a.y"), config.GetInt("a.z"), config.GetInt("a.w")));
        Assert.Equal(("base", "a"), (config.GetString("a.inner.k"), config.GetString("a.inner.l")));
        Assert.Equal((5, 2), (config.GetInt("b.x"), config.GetInt("b.y")));
    }

    [Fact]
    public void A_self_reference_means_the_value_before()
    {
        var config = ConfigurationFactory.ParseString("""
            path = "/a"
            path = ${path}":/b"
            path = ${path}":/c"
            list = [1]
            list = ${list} [2]
            list = [0] ${list}
            n.list = ${?n.list} [x]
            n { list += y }
            """);

        Assert.Equal("/a:/b:/c", config.GetString("path"));
        Assert.Equal([0, 1, 2], config.GetIntList("list"));
        Assert.Equal(["x", "y"], config.GetStringList("n.list"));
    }

    [Fact]
    public void A_key_may_refer_to_its_sibling_inside_the_object_being_resolved()
    {
        var config = ConfigurationFactory.ParseString("a { b = ${a.c}, c = ${a.d}, d = 1 }");

        Assert.Equal(1, config.GetInt("a.b"));
    }

    [Fact]
    public void The_environment_is_asked_last()
    {
        var set = Environment.GetEnvironmentVariable("PATH");
        var config = ConfigurationFactory.ParseString("a = ${?PATH}, b = default, b = ${?NO_SUCH_VARIABLE_HERE}, c = ${PATH}, own { PATH = x }, d = ${own.PATH}");

        Assert.Equal(set, config.GetString("a"));
        Assert.Equal("default", config.GetString("b"));
        Assert.Equal(set, config.GetString("c"));
        Assert.Equal("x", config.GetString("d"));
    }

    [Fact]
    public void Objects_side_by_side_are_put_over_what_the_key_held()
    {
        var config = ConfigurationFactory.ParseString("a = { x = 1, y = 1 }, a = { y = 2 } { z = 3 }");

        Assert.Equal((1, 2, 3), (config.GetInt("a.x"), config.GetInt("a.y"), config.GetInt("a.z")));
    }

    [Fact]
    public void A_document_overrides_what_it_includes_and_uses_it()
    {
        var config = ConfigurationFactory.ParseString("""
            include "shared.conf"
            raft { member-id = n1, url = "http://"${raft.host} }
            inner { include "shared.conf" }
            include = 3
            """, name => Parser.Parse("raft { member-id = none, host = localhost, alias = ${raft.host} }", null));

        Assert.Equal("n1", config.GetString("raft.member-id"));
        Assert.Equal("http://localhost", config.GetString("raft.url"));
        Assert.Equal("localhost", config.GetString("raft.alias"));
        Assert.Equal("localhost", config.GetString("inner.raft.host"));
        Assert.Equal(3, config.GetInt("include"));
    }

    [Fact]
    public void Files_include_files_relative_to_themselves()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory / "sub");
        File.WriteAllText(directory / "node.conf", "include \"sub/cluster.conf\"\na = 1");
        File.WriteAllText(directory / "sub/cluster.conf", "include \"deep.conf\"\na = 0, b = 1");
        File.WriteAllText(directory / "sub/deep.conf", "b = 0, c = 1");

        var config = Load(directory / "node.conf");

        Assert.Equal((1, 1, 1), (config.GetInt("a"), config.GetInt("b"), config.GetInt("c")));
    }

    [Fact]
    public void An_error_in_an_included_text_names_it()
    {
        var error = Assert.ThrowsAny<ConfigurationException>(() =>
            ConfigurationFactory.ParseString("a = 1\ninclude \"shared.conf\"", name => Parser.Parse("x = 1\ny = ?", null)));

        Assert.StartsWith("shared.conf, line 2, column 5: ", error.Message);
    }

    /// <summary>How a program loads a file with includes through nothing but the public API, which is the same in Akka.NET.</summary>
    private static Config Load(string file) => ConfigurationFactory.ParseString(
        File.ReadAllText(file),
        included => new HoconRoot(Load(Path.Combine(Path.GetDirectoryName(file)!, included)).Root));
}
