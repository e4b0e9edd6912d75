using Akka.Configuration;

namespace RaftActors.Runtime.Tests.Configuration;

public sealed class HoconParserSpec
{
    [Fact]
    public void Objects_nest_and_dotted_keys_reach_into_them()
    {
        var config = ConfigurationFactory.ParseString("""
            akka {
              actor { provider = remote }
              actor.debug.receive : on
            }
            akka.remote.port = 4051, akka.remote { hostname: "127.0.0.1" }
            """);

        Assert.Equal("remote", config.GetString("akka.actor.provider"));
        Assert.True(config.GetBoolean("akka.actor.debug.receive"));
        Assert.Equal(4051, config.GetInt("akka.remote.port"));
        Assert.Equal("127.0.0.1", config.GetConfig("akka.remote")!.GetString("hostname"));
    }

    [Fact]
    public void Json_with_braces_around_it_is_read()
    {
        var config = ConfigurationFactory.ParseString("""{ "a" : { "b.c" : [1, 2, {"d": "x"}], "e": null } }""");

        Assert.Equal("x", config.GetValue("a.\"b.c\"")!.GetArray()[2].GetObject()!.GetKey("d")!.GetString());
        Assert.True(config.HasPath("a.e"));
        Assert.Null(config.GetString("a.e"));
        Assert.False(config.HasPath("a.b"));
    }

    [Fact]
    public void Quoted_keys_may_hold_dots_blanks_and_reserved_characters()
    {
        var config = ConfigurationFactory.ParseString("""
            bindings { "System.Byte[]" = bytes, "Akka.Actor.Identify, Akka" = misc }
            deployment { /user/raft { dispatcher = pinned }, "/a/*" { dispatcher = other } }
            key with blanks = 1
            """);

        Assert.Equal("bytes", config.GetString("bindings.\"System.Byte[]\""));
        Assert.Equal(["System.Byte[]", "Akka.Actor.Identify, Akka"], config.GetConfig("bindings")!.AsEnumerable().Select(field => field.Key));
        Assert.Equal("pinned", config.GetString("deployment./user/raft.dispatcher"));
        Assert.Equal("other", config.GetString("deployment.\"/a/*\".dispatcher"));
        Assert.Equal(1, config.GetInt("key with blanks"));
    }

    [Fact]
    public void Comments_and_blank_lines_count_for_nothing()
    {
        var config = ConfigurationFactory.ParseString("""
            # first
            a = 1 # after a value
            // second

            b = [ 1, # in an array
                  2 // and again
                ]
            c { } // after an object
            d = "# no // comment"
            """);

        Assert.Equal(1, config.GetInt("a"));
        Assert.Equal([1, 2], config.GetIntList("b"));
        Assert.Equal("# no // comment", config.GetString("d"));
    }

    [Fact]
    public void Text_may_be_quoted_triple_quoted_or_bare()
    {
        var config = ConfigurationFactory.ParseString("a = \"tab\\t\\u00e4 \\\"x\\\" \\\\\"\nb = \"\"\"line 1\n\"line\" 2\\n\"\"\"\"\nc = two  words \nd = un\"quo\"ted");

        Assert.Equal("tab\tä \"x\" \\", config.GetString("a"));
        Assert.Equal("line 1\n\"line\" 2\\n\"", config.GetString("b"));
        Assert.Equal("two  words", config.GetString("c"));
        Assert.Equal("unquoted", config.GetString("d"));
    }

    [Fact]
    public void Arrays_take_commas_or_new_lines_and_grow_with_plus_equals()
    {
        var config = ConfigurationFactory.ParseString("""
            a = [1
                 2, 3]
            a += 4
            b += first
            c = [1] [2, 3]
            members = [ { id = a, address = "h:1" } { id = merged }, { id = b } ]
            empty = []
            """);

        Assert.Equal([1, 2, 3, 4], config.GetIntList("a"));
        Assert.Equal(["first"], config.GetStringList("b"));
        Assert.Equal([1, 2, 3], config.GetIntList("c"));
        Assert.Equal(["merged", "b"], config.GetValue("members")!.GetArray().Select(member => member.GetObject()!.GetKey("id")!.GetString()));
        Assert.Empty(config.GetStringList("empty"));
        Assert.True(config.HasPath("empty"));
    }

    [Fact]
    public void A_later_value_replaces_an_earlier_one_but_objects_merge()
    {
        var config = ConfigurationFactory.ParseString("a { b = 1, c = 2 }, a { c = 3 }, a.d = 4, x = 1, x { y = 2 }, z { y = 1 }, z = 2");

        Assert.Equal(1, config.GetInt("a.b"));
        Assert.Equal(3, config.GetInt("a.c"));
        Assert.Equal(4, config.GetInt("a.d"));
        Assert.Equal(2, config.GetInt("x.y"));
        Assert.Equal(2, config.GetInt("z"));
    }

    [Fact]
    public void An_object_on_the_same_line_needs_no_comma_after_it()
    {
        var config = ConfigurationFactory.ParseString("akka { loglevel = DEBUG, actor { provider = local } remote { port = 0 } }");

        Assert.Equal("local", config.GetString("akka.actor.provider"));
        Assert.Equal(0, config.GetInt("akka.remote.port", 7));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_are_accepted()
    {
        var config = ConfigurationFactory.ParseString("\uFEFFa = 1\r\nb = x y\r\n\r\nc {\r\n d = 2\r\n}\r\n");

        Assert.Equal("x y", config.GetString("b"));
        Assert.Equal(2, config.GetInt("c.d"));
    }

    [Theory]
    [InlineData("a = 1\nb = @x", 2, 5, "'@'")]
    [InlineData("a {\n  b = 1\n", 1, 3, "not closed")]
    [InlineData("a = [1,\n 2\n", 1, 5, "not closed")]
    [InlineData("a = \"x\nb = 1", 1, 5, "does not end")]
    [InlineData("a = \"\"\"x\nb = 1", 1, 5, "does not end")]
    [InlineData("a\nb", 1, 1, "expected '='")]
    [InlineData("a = 1 }", 1, 7, "'}'")]
    [InlineData("a = 1\n\n  = 2", 3, 3, "expected a key")]
    [InlineData("a = ,", 1, 5, "expected a value")]
    [InlineData("a = akka://x", 1, 9, "':'")]
    [InlineData("a = ${b", 1, 5, "not closed")]
    [InlineData("x = 1\na = ${b.c}", 2, 5, "${b.c}")]
    [InlineData("a = ${a}", 1, 5, "${a}")]
    [InlineData("a = ${b}\nb = ${a}", 2, 5, "has no value")]
    [InlineData("a = \"\\q\"", 1, 6, "escape")]
    [InlineData("a = [1] text", 1, 5, "side by side")]
    [InlineData("[1]", 1, 1, "not an array")]
    [InlineData("include \"x\"", 1, 1, "\"x\" cannot be included")]
    public void An_error_names_line_and_column(string text, int line, int column, string problem)
    {
        var error = Assert.ThrowsAny<ConfigurationException>(() => ConfigurationFactory.ParseString(text));

        Assert.StartsWith($"line {line}, column {column}: ", error.Message);
        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void Nesting_without_end_is_an_error_not_a_stack_overflow()
    {
        var error = Assert.ThrowsAny<ConfigurationException>(() => ConfigurationFactory.ParseString(string.Concat(Enumerable.Repeat("a{", 100_000))));

        Assert.Contains("nested", error.Message);
        Assert.ThrowsAny<ConfigurationException>(() => ConfigurationFactory.ParseString("a=" + new string('[', 100_000)));
    }
}
