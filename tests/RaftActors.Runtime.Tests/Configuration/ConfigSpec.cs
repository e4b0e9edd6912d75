using Akka.Configuration;

namespace RaftActors.Runtime.Tests.Configuration;

public sealed class ConfigSpec
{
    [Fact]
    public void A_missing_path_gives_the_default()
    {
        var config = ConfigurationFactory.ParseString("a = 1");

        Assert.Equal(
            ("d", 2, 3L, 4.5, true, TimeSpan.FromSeconds(5), 6L),
            (config.GetString("x", "d"), config.GetInt("x.y", 2), config.GetLong("x", 3), config.GetDouble("x", 4.5), config.GetBoolean("x", true),
             config.GetTimeSpan("x", TimeSpan.FromSeconds(5)), config.GetByteSize("x", 6)));
        Assert.Null(config.GetString("a.b"));
        Assert.Null(config.GetConfig("x"));
        Assert.Null(config.GetByteSize("x"));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("x"));
        Assert.Empty(config.GetStringList("x"));
        Assert.Equal(["z"], config.GetStringList("x", ["z"]));
        Assert.True(config.GetConfig("x").IsNullOrEmpty());
        Assert.True(ConfigurationFactory.Empty.IsNullOrEmpty());
    }

    [Theory]
    [InlineData("500 milliseconds", 500)]
    [InlineData("500ms", 500)]
    [InlineData("500", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1 day", 86_400_000)]
    [InlineData("250us", 0.25)]
    [InlineData("0s", 0)]
    public void Durations_have_units(string text, double milliseconds) =>
        Assert.Equal(milliseconds, ConfigurationFactory.ParseString("d = " + text).GetTimeSpan("d").TotalMilliseconds);

    [Fact]
    public void A_duration_may_be_infinite_where_that_is_allowed()
    {
        var config = ConfigurationFactory.ParseString("d = infinite");

        Assert.Equal(Timeout.InfiniteTimeSpan, config.GetTimeSpan("d"));
        Assert.Throws<FormatException>(() => config.GetTimeSpan("d", null, allowInfinite: false));
    }

    [Theory]
    [InlineData("128000b", 128_000)]
    [InlineData("128000", 128_000)]
    [InlineData("4 MiB", 4 << 20)]
    [InlineData("4m", 4 << 20)]
    [InlineData("64k", 64 << 10)]
    [InlineData("64 kB", 64_000)]
    [InlineData("1 GB", 1_000_000_000)]
    [InlineData("0.5 KiB", 512)]
    public void Sizes_have_units(string text, long bytes) => Assert.Equal(bytes, ConfigurationFactory.ParseString("s = " + text).GetByteSize("s"));

    [Theory]
    [InlineData("on", true)]
    [InlineData("yes", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("no", false)]
    [InlineData("false", false)]
    public void Booleans_have_many_names(string text, bool value) => Assert.Equal(value, ConfigurationFactory.ParseString("b = " + text).GetBoolean("b", !value));

    [Fact]
    public void A_value_that_does_not_fit_is_named_with_its_key()
    {
        var config = ConfigurationFactory.ParseString("a { i = 1.5, b = maybe, d = 3 weeks, s = 4 bananas, n = -1s, o = 99999999999999 EiB }");

        Assert.Equal("a.i = 1.5 is not an integer of 32 bits", Assert.Throws<FormatException>(() => config.GetInt("a.i")).Message);
        Assert.Contains("a.b = maybe", Assert.Throws<NotSupportedException>(() => config.GetBoolean("a.b")).Message);
        Assert.Contains("a.d = \"3 weeks\"", Assert.Throws<FormatException>(() => config.GetTimeSpan("a.d")).Message);
        Assert.Contains("a.s = \"4 bananas\"", Assert.Throws<FormatException>(() => config.GetByteSize("a.s")).Message);
        Assert.Throws<FormatException>(() => config.GetTimeSpan("a.n"));
        Assert.Throws<FormatException>(() => config.GetByteSize("a.o"));
        Assert.Throws<FormatException>(() => config.GetInt("a"));
    }

    [Fact]
    public void A_fallback_fills_in_what_is_missing()
    {
        var own = ConfigurationFactory.ParseString("a { b = 1, list = [1] }, x = null");
        var reference = ConfigurationFactory.ParseString("a { b = 0, c = 2, list = [1, 2] }, d = 3, x = 1");

        var merged = own.WithFallback(reference);

        Assert.Equal((1, 2, 3), (merged.GetInt("a.b"), merged.GetInt("a.c"), merged.GetInt("d")));
        Assert.Equal([1], merged.GetIntList("a.list"));
        Assert.Null(merged.GetString("x", "default"));
        Assert.Equal(2, merged.GetConfig("a")!.GetInt("c"));
        Assert.False(own.HasPath("d"));
        Assert.False(own.HasPath("a.c"));
        Assert.Equal(0, reference.GetInt("a.b"));
    }

    [Fact]
    public void Texts_convert_to_configurations()
    {
        Config config = "a = 1";
        Assert.Equal((1, 2), ((config + "b = 2").GetInt("a"), ("b = 2" + config).GetInt("b")));
        Assert.Equal(1, config.WithFallback(null).GetInt("a"));
        Assert.Equal(1, ((Config?)null).SafeWithFallback(config)!.GetInt("a"));
        Assert.Equal(1, config.GetValue("a")!.AtKey("k").GetInt("k"));
    }
}
