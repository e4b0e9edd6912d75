using RaftActors.Groups;
using RaftActors.Journal;
using RaftActors.Protocol;

namespace RaftActors.Tests.Groups;

/// <summary>What the events of a catalogue mean, and which of them a node does not go on from.</summary>
public sealed class CatalogueStateSpec
{
    private const string Id = "raft~groups~node1";

    private static readonly CatalogueWritten Whole = new(1, "node1", 7, [Group("a", 3), Group("b", 7)]);

    [Fact]
    public void The_groups_are_those_of_the_whole_catalogue_and_of_the_events_after_it()
    {
        var state = Replayed((5, Whole), (6, new GroupCreated(Group("c", 8))), (7, new GroupEnding("a", 3)),
            (8, new GroupEnded("a", 3)), (9, new GroupEnding("b", 7)));

        Assert.Equal([("b", true), ("c", false)],
            state.Groups.Select(static group => (group.Group, group.IsEnding)).Order());
        Assert.Equal(8, state.LastIncarnation);
    }

    [Fact]
    public void What_is_said_of_a_former_group_does_not_touch_one_of_the_same_name()
    {
        var state = Replayed((1, Whole), (2, new GroupEnding("a", 2)), (3, new GroupEnded("a", 2)));

        Assert.False(state.Find("a")!.IsEnding);
    }

    [Fact]
    public void A_number_is_not_used_again_even_if_its_group_is_gone()
    {
        var state = Replayed((1, Whole), (2, new GroupCreated(Group("c", 8))), (3, new GroupEnded("c", 8)));

        Assert.Equal(8, Replayed((1, state.Whole())).LastIncarnation);
    }

    [Fact]
    public void It_is_long_after_many_events_and_not_after_it_was_written_as_a_whole()
    {
        var state = Replayed((1, Whole));
        for (int i = 0; i < 100; i++)
        {
            Assert.False(state.IsLong);
            state.Apply(new GroupEnding("none", i));
        }
        Assert.True(state.IsLong);

        state.Apply(state.Whole());

        Assert.False(state.IsLong);
    }

    [Fact]
    public void Events_from_which_a_node_cannot_go_on_are_refused()
    {
        AssertRefused("the journal misses events between 1 and 3 of", (1, Whole), (3, new GroupEnding("a", 3)));
        AssertRefused("begins with event 2, which is not the whole catalogue", (2, new GroupEnding("a", 3)));
        AssertRefused("event 2 of raft~groups~node1 cannot be read: it is damaged",
            (1, Whole), (2, new MalformedMessage("GC", "it is damaged")));
        AssertRefused("belongs to node 'node2', not to 'node1'", (1, Whole with { Node = "node2" }));
        AssertRefused("event 1 of raft~groups~node1 has format 2; this version reads up to 1",
            (1, Whole with { FormatVersion = 2 }));
        AssertRefused("is a System.String, which no catalogue of groups has", (1, Whole), (2, "something"));
    }

    [Fact]
    public void A_journal_whose_last_events_are_gone_is_refused()
    {
        Assert.Null(Replayed().WhatIsMissing(0));
        Assert.Null(Replayed((4, Whole), (5, new GroupEnding("a", 3))).WhatIsMissing(5));
        Assert.Contains("had events up to 5, and has none of them", Replayed().WhatIsMissing(5)!.Problem);
        Assert.Contains("had events up to 5, and has those up to 4",
            Replayed((4, Whole)).WhatIsMissing(5)!.Problem);
    }

    private static void AssertRefused(string problem, params (long SequenceNr, object Event)[] events) =>
        Assert.Contains(problem, Assert.Throws<JournalException>(() => Replayed(events)).Problem);

    private static CatalogueState Replayed(params (long SequenceNr, object Event)[] events)
    {
        var state = new CatalogueState(Id, "node1");
        foreach (var (sequenceNr, @event) in events)
            state.Replay(sequenceNr, @event);
        return state;
    }

    private static CataloguedGroup Group(string name, long incarnation) => new()
    {
        Group = name,
        Incarnation = incarnation,
        MemberId = "node1",
        Members = [new("node1", "node1:1")],
        StateMachine = "counter",
    };
}
