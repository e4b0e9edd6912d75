using Akka.Actor;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;

namespace RaftActors.Tests.Snapshots;

/// <summary>The slots of snapshots and their holders, with a probe in place of the snapshot store.</summary>
public sealed class SnapshotSlotsSpec : VirtualTimeSpec
{
    private readonly FakeStore _store;
    private readonly IActorRef _host;
    private readonly List<object> _others = [];
    private SnapshotSlots _slots = null!;

    public SnapshotSlotsSpec()
    {
        _store = new FakeStore(CreateTestProbe());
        _host = Sys.ActorOf(HostActor.Props(OnMessage));
        var settings = new RaftSettings { Group = "group", MemberId = "a", Members = [] };
        Do(context => _slots = new SnapshotSlots(context, settings, _store));
    }

    // A snapshot of which this peer does not know may be the one that the next start needs.
    [Fact]
    public void No_slot_is_free_and_nothing_is_deleted_before_the_pruning_starts()
    {
        Do(_ => _slots.Hold(0));
        Do(_ => _slots.Release(0));

        Assert.False(_slots.HasFree);
        Assert.Null(_slots.TakeFree());
        _store.ExpectNone();
    }

    [Fact]
    public void At_the_start_all_slots_without_a_holder_are_emptied_one_after_the_other()
    {
        Do(_ => _slots.Hold(2));
        Do(_ => _slots.StartPruning());

        Assert.Equal([0, 1, 3, 4, 5, 6, 7], Enumerable.Range(0, 7).Select(_ => Prune()));
        _store.ExpectNone();
        Assert.Equal(0, Take());
    }

    [Fact]
    public void A_slot_is_emptied_and_then_free_when_its_last_holder_has_released_it()
    {
        StartEmpty();
        Assert.Equal(0, Take());
        Do(_ => _slots.Hold(0));
        Do(_ => _slots.Release(0));
        _store.ExpectNone();

        Do(_ => _slots.Release(0));

        Assert.Equal(1, Take());
        Assert.Equal(0, Prune());
        Assert.Equal(0, Take());
    }

    [Fact]
    public void Slots_that_are_all_held_are_told_from_those_that_are_about_to_be_free()
    {
        StartEmpty();
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            Assert.Equal(slot, Take());
        Assert.True(_slots.AreAllHeld);

        Do(_ => _slots.Release(5));

        Assert.False(_slots.AreAllHeld);
        Assert.False(_slots.HasFree);
        Assert.Equal(5, Prune());
        Assert.True(_slots.HasFree);
    }

    [Fact]
    public void A_message_that_came_before_a_slot_was_empty_comes_again()
    {
        Do(_ => _slots.StartPruning());
        Do(_ => _slots.Postpone("early"));
        Assert.Empty(_others);

        Prune();
        Prune();

        Assert.Equal(["early"], _others);
    }

    [Fact]
    public void A_message_is_not_kept_while_all_slots_are_held()
    {
        StartEmpty();
        for (int slot = 0; slot < ChunkStore.Slots; slot++)
            Take();
        Do(_ => _slots.Postpone("early"));

        Do(_ => _slots.Release(0));
        Prune();

        Assert.Empty(_others);
    }

    [Fact]
    public void What_empties_slots_lives_only_while_there_are_some_to_empty()
    {
        Assert.Equal(0, Children());
        Do(_ => _slots.StartPruning());
        Assert.Equal(1, Children());
        _store.EmptySlots();
        Assert.Equal(0, Children());

        Take();
        Do(_ => _slots.Release(0));
        Assert.Equal(1, Children());
        Prune();
        Assert.Equal(0, Children());
    }

    private void OnMessage(object message, IActorRef sender)
    {
        if (message is SlotPruned pruned)
            _slots.OnPruned(pruned.Slot);
        else
            _others.Add(message);
    }

    private int Children()
    {
        int children = 0;
        Do(context => children = context.GetChildren().Count());
        return children;
    }

    private void Do(Action<IActorContext> action) => _host.Tell(new HostActor.Do(action));

    private int? Take()
    {
        int? taken = null;
        Do(_ => taken = _slots.TakeFree());
        return taken;
    }

    private void StartEmpty()
    {
        Do(_ => _slots.StartPruning());
        _store.EmptySlots();
    }

    private int Prune()
    {
        int slot = _store.PrunedSlot();
        _store.AnswerEmpty();
        return slot;
    }
}
