using Akka.Actor;
using RaftActors.Resting;

namespace RaftActors.Tests.Resting;

public sealed class NodeLinkSpec
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    private readonly NodeLink _one = new("one:1", "other:1", TimeSpan.Zero);
    private readonly NodeLink _other = new("other:1", "one:1", TimeSpan.Zero);

    [Fact]
    public void Two_nodes_with_the_same_groups_agree_whatever_the_order()
    {
        for (int i = 0; i < 5; i++)
            _one.Add(Group($"group{i}", leads: i % 2 == 0), Timeout);
        for (int i = 4; i >= 0; i--)
            _other.Add(Group($"group{i}", leads: i % 2 != 0), Timeout);

        Assert.All(Exchange(10), static ended => Assert.Empty(ended));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_group_that_rests_on_one_node_only_is_woken_there_and_no_other(bool leads)
    {
        _one.Add(Group("both", leads: true), Timeout);
        _other.Add(Group("both", leads: false), Timeout);
        _one.Add(Group("alone", leads), Timeout);

        var ended = Exchange(10);

        Assert.Equal("alone", Assert.Single(ended.SelectMany(static each => each)).Group);
        Assert.Equal("both", Assert.Single(_one.TakeAll()).Group);
        Assert.Equal("both", Assert.Single(_other.TakeAll()).Group);
    }

    [Fact]
    public void A_group_of_another_term_is_woken_on_both_nodes()
    {
        _one.Add(Group("group", leads: true, term: 8), Timeout);
        _other.Add(Group("group", leads: false, term: 7), Timeout);

        Assert.Equal(2, Exchange(10).Sum(static ended => ended.Count));
    }

    [Fact]
    public void Two_leaders_of_a_group_do_not_count_as_leader_and_follower()
    {
        _one.Add(Group("group", leads: true), Timeout);
        _other.Add(Group("group", leads: true), Timeout);

        Assert.Equal(2, Exchange(10).Sum(static ended => ended.Count));
    }

    [Fact]
    public void A_rest_that_has_just_begun_is_given_time_to_begin_on_the_other_node()
    {
        _one.Add(Group("group", leads: false) with { Since = TimeSpan.FromSeconds(1) }, Timeout);

        Assert.All(Exchange(10, TimeSpan.FromSeconds(1.4)), static ended => Assert.Empty(ended));
        Assert.NotEmpty(Exchange(10, TimeSpan.FromSeconds(1.6)).SelectMany(static each => each));
    }

    [Fact]
    public void Another_process_of_the_other_node_ends_all()
    {
        _one.Add(Group("led", leads: true), Timeout);
        _one.Add(Group("followed", leads: false), Timeout);
        _one.Hear(_other.Heartbeat(process: 5), TimeSpan.Zero);

        var (groups, why) = _one.Hear(_other.Heartbeat(process: 6), TimeSpan.Zero);

        Assert.Equal(RestEnd.NodeLost, why);
        Assert.Equal(2, groups.Count);
        Assert.True(_one.IsEmpty);
    }

    [Fact]
    public void A_group_among_thousands_is_found_although_no_list_has_all_of_them()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _one.Add(Group($"group{i}", leads: true), Timeout);
            _other.Add(Group($"group{i}", leads: false), Timeout);
        }
        _other.Remove("group77");

        var lists = new List<RestingList?>();
        var ended = Exchange(30, listed: lists);

        Assert.Equal("group77", Assert.Single(ended.SelectMany(static each => each)).Group);
        Assert.All(lists, static list => Assert.InRange(list?.Leads.Count ?? 0, 0, 4096));
    }

    [Fact]
    public void A_pause_of_this_process_counts_once_until_the_other_is_heard_again()
    {
        _one.CountFrom(TimeSpan.FromSeconds(1));
        _one.CountFrom(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(1), _one.Heard);

        _one.Hear(_other.Heartbeat(process: 5), TimeSpan.FromSeconds(3));
        _one.CountFrom(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(4), _one.Heard);
    }

    [Fact]
    public void The_least_timeout_of_all_groups_counts()
    {
        _one.Add(Group("slow", leads: true), TimeSpan.FromSeconds(5));
        _one.Add(Group("fast", leads: true), Timeout);

        Assert.Equal(Timeout, _one.Timeout);
    }

    private static RestingGroup Group(string name, bool leads, long term = 7) =>
        new(name, 1, ActorRefs.Nobody, leads, RestingGroup.NumberOf(name, term), TimeSpan.Zero);

    // What each heartbeat of either node ends at the other.
    private List<IReadOnlyList<RestingGroup>> Exchange(
        int heartbeats, TimeSpan? at = null, List<RestingList?>? listed = null)
    {
        var now = at ?? TimeSpan.FromSeconds(10);
        var ended = new List<IReadOnlyList<RestingGroup>>();
        for (int i = 0; i < heartbeats; i++)
        {
            var (one, other) = (_one.Heartbeat(1), _other.Heartbeat(2));
            listed?.AddRange([one.Groups, other.Groups]);
            ended.Add(_other.Hear(one, now).Groups);
            ended.Add(_one.Hear(other, now).Groups);
        }
        return ended;
    }
}
