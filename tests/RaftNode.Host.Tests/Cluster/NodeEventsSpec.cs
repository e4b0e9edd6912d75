using RaftNode.Host.Cluster;

namespace RaftNode.Host.Tests.Cluster;

public sealed class NodeEventsSpec
{
    private readonly WallClock _clock = new();
    private readonly NodeEvents _events;

    public NodeEventsSpec() => _events = new NodeEvents("node1", _clock);

    [Fact]
    public void What_happens_on_this_node_is_numbered_and_is_among_all_events()
    {
        _events.Add(EventKinds.Role, "one");
        _events.Add(EventKinds.Leader, "two", static added => added with { Leader = "node2" });

        var own = _events.Own.ReadAll().Events;
        Assert.Equal([(1, "one", null), (2, "two", "node2")],
            own.Select(static happened => (happened.Number, happened.Text, happened.Leader)));
        Assert.Equal(own, _events.All.ReadAll().Events);
        Assert.All(own, happened => Assert.Equal(("node1", _events.Run), (happened.Node, happened.Run)));
    }

    [Fact]
    public void What_another_node_tells_twice_is_there_once()
    {
        _events.Merge("node2", "run", [Samples.Event(1), Samples.Event(2)]);
        Assert.Equal(("run", 2), _events.HeardOf("node2"));

        _events.Merge("node2", "run", [Samples.Event(1), Samples.Event(2), Samples.Event(3)]);

        Assert.Equal([1, 2, 3], Numbers());
        Assert.Equal([], _events.Own.ReadAll().Events);
    }

    [Fact]
    public void A_node_that_starts_again_begins_anew()
    {
        _events.Merge("node2", "run", [Samples.Event(7)]);

        _events.Merge("node2", "later run", [Samples.Event(1)]);

        Assert.Equal([7, 1], Numbers());
        Assert.Equal(("later run", 1), _events.HeardOf("node2"));
    }

    // Whatever it says: it is bounded, it is of that node, and of a kind that readers know.
    [Fact]
    public void Another_node_cannot_speak_for_a_third_or_fill_the_memory()
    {
        var told = Samples.Event(5, text: new string('x', 100_000)) with
        {
            Node = "node3",
            Role = new string('y', 100_000),
            Time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified),
        };
        _events.Merge("node2", "run", [told, Samples.Event(6, kind: "bad\nevent")]);

        var kept = Assert.Single(_events.All.ReadAll().Events);
        Assert.Equal(("node2", "run", NodeEvent.MostText, 128),
            (kept.Node, kept.Run, kept.Text.Length, kept.Role!.Length));
        Assert.Equal(DateTimeKind.Utc, kept.Time.Kind);
    }

    [Theory]
    [InlineData(60, "one, other, two, three")]
    [InlineData(-60, "one, two, three, other")]
    public void A_clock_that_is_set_does_not_change_the_order_of_what_happened_on_its_node(int minutes, string order)
    {
        Add("one", 0);
        Add("two", minutes + 2);
        Add("three", minutes < 0 ? minutes + 3 : 3);
        Hear("other", 1);

        Assert.Equal(order, Ordered());
    }

    [Fact]
    public void Events_of_nodes_whose_clocks_are_right_are_in_the_order_of_their_times()
    {
        Add("a", 1);
        Add("b", 4);
        Hear("c", 2);
        Hear("d", 4);
        Hear("e", 5);

        Assert.Equal("a, c, b, d, e", Ordered());
    }

    private void Add(string text, int minutes)
    {
        _clock.Set(TimeSpan.FromMinutes(minutes));
        _events.Add(EventKinds.Role, text);
    }

    private void Hear(string text, int minutes) => _events.Merge("node2", "run",
        [Samples.Event(minutes, text: text) with { Time = WallClock.Noon.AddMinutes(minutes).UtcDateTime }]);

    private string Ordered() => string.Join(
        ", ", NodeEvents.InOrderOfTime(_events.All.ReadAll().Events).Select(static happened => happened.Text));

    private long[] Numbers() => [.. _events.All.ReadAll().Events.Select(static happened => happened.Number)];
}
