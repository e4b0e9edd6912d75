using System.Text;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors.Runtime.Tests.Configuration;

/// <summary>Random documents, written in many equivalent ways, mean the same.</summary>
public sealed class HoconRoundTripSpec
{
    private const string Characters = "abcXYZ019-_./ \t\n\"\\{}[]$=:,#+äß€";

    [Fact]
    public void What_is_written_reads_back_as_the_same_values()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var original = RandomObject(random, 3).ToConfig();

            var copy = ConfigurationFactory.ParseString(original.ToString());

            Assert.True(Same(original.Root, copy.Root), $"seed {seed}:\n{original}\nbecame\n{copy}");
        }
    }

    [Fact]
    public void Merging_by_fallback_equals_writing_both_one_after_the_other()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var below = RandomObject(random, 3).ToConfig();
            var above = RandomObject(random, 3).ToConfig();

            var merged = above.WithFallback(below);
            var written = ConfigurationFactory.ParseString($"{below}\n{above}");

            Assert.True(Same(merged.Root, written.Root), $"seed {seed}");
        }
    }

    [Fact]
    public void No_text_crashes_the_parser()
    {
        const string Tokens = "{}[]=:,\n ab.\"$?+#/\\\t0include";
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var text = new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => Tokens[random.Next(Tokens.Length)])]);
            try
            {
                _ = ConfigurationFactory.ParseString(text).ToString();
            }
            catch (ConfigurationException e)
            {
                Assert.StartsWith("line ", e.Message);
            }
        }
    }

    private static HoconValue RandomValue(Random random, int depth) => random.Next(depth > 0 ? 4 : 2) switch
    {
        2 => new HoconValue([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth - 1))]),
        3 => RandomObject(random, depth - 1),
        _ => random.Next(10) == 0 ? new HoconValue("null", quoted: false) : new HoconValue(RandomText(random), quoted: true),
    };

    private static HoconValue RandomObject(Random random, int depth)
    {
        var fields = new HoconObject();
        for (var i = random.Next(5); i >= 0; i--)
            fields.Items[random.Next(3) == 0 ? RandomText(random) : "k" + random.Next(4)] = RandomValue(random, depth);
        return new HoconValue(fields);
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(8); i > 0; i--)
            text.Append(Characters[random.Next(Characters.Length)]);
        return text.ToString();
    }

    private static bool Same(HoconValue a, HoconValue b)
    {
        if (a.GetObject() is { } fields)
        {
            return b.GetObject() is { } others && fields.Items.Count == others.Items.Count
                && fields.Items.All(field => others.GetKey(field.Key) is { } other && Same(field.Value, other));
        }
        return a.IsArray() == b.IsArray() && a.IsObject() == b.IsObject() && a.GetString() == b.GetString()
            && a.GetArray().Count == b.GetArray().Count && a.GetArray().Zip(b.GetArray()).All(pair => Same(pair.First, pair.Second));
    }
}
