using Akka.Configuration;

namespace RaftActors.Tests;

/// <summary>A list is empty however it is written that it is.</summary>
public sealed class HoconListsSpec
{
    [Theory]
    [InlineData("list = []")]
    [InlineData("list = [ ]")]
    [InlineData("list = [\n]")]
    [InlineData("list = [ # Nobody.\n ]")]
    [InlineData("other = 1")]
    public void A_list_with_nothing_between_its_brackets_is_empty(string text)
    {
        var config = ConfigurationFactory.ParseString(text);

        Assert.Empty(config.Texts("list"));
        Assert.Empty(config.GetValue("list")?.Elements() ?? []);
    }

    [Fact]
    public void A_list_has_its_elements()
    {
        Assert.Equal(["a", ""], ConfigurationFactory.ParseString("list = [ a, \"\" ]").Texts("list"));
        var elements = ConfigurationFactory.ParseString("list = [ { a = 1 }, { a = 2 } ]").GetValue("list").Elements();
        Assert.Equal([1, 2], elements.Select(static element => element.GetObject().GetKey("a").GetInt()));
    }
}
