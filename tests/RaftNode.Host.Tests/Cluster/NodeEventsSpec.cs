using RaftNode.Host.Cluster;

namespace RaftNode.Host.Tests.Cluster;

public sealed class NodeEventsSpec
{
    private readonly NodeEvents _events = new("node1", TimeProvider.System);

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

    private long[] Numbers() => [.. _events.All.ReadAll().Events.Select(static happened => happened.Number)];
}
