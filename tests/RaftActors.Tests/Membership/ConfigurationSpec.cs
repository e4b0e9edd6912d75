using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

public sealed class ConfigurationSpec
{
    private readonly Configuration _three = new([new Voter("b", "host:2", "store-b"), new Voter("a", "host:1", "store-a"), new Voter("c", "host:3", "")]);

    [Fact]
    public void A_member_counts_only_under_the_store_it_is_bound_to()
    {
        Assert.True(_three.Counts("a", "store-a"));
        Assert.False(_three.Counts("a", "store-b"));
        Assert.False(_three.Counts("c", ""));
        Assert.False(_three.Counts("d", "store-d"));
    }

    [Fact]
    public void The_order_in_which_members_are_written_does_not_matter() => Assert.Equal(
        Configuration.Of([new Member("a", "host:1"), new Member("b", "host:2")]),
        Configuration.Of([new Member("b", "host:2"), new Member("a", "host:1")]));

    [Fact]
    public void Configurations_differ_in_their_stores() => Assert.NotEqual(_three, _three.Binding("c", "store-c"));

    [Fact]
    public void The_latest_configuration_counts_until_it_is_truncated()
    {
        var history = new ConfigurationHistory(_three);
        var changed = _three.Binding("c", "store-c");
        Assert.Equal((_three, 0), (history.Latest, history.LatestIndex));

        history.Append(7, changed);
        Assert.Equal((changed, 7), (history.Latest, history.LatestIndex));

        history.TruncateAfter(7);
        Assert.Equal(changed, history.Latest);
        history.TruncateAfter(6);
        Assert.Equal(_three, history.Latest);
    }
}
