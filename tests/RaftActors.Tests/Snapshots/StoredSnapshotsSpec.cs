using Akka.Persistence;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;

namespace RaftActors.Tests.Snapshots;

/// <summary>Which snapshots a peer keeps, and what it lets go of, without the peer.</summary>
public sealed class StoredSnapshotsSpec : SnapshotStoreSpec
{
    [Fact]
    public void A_start_uses_the_latest_snapshot_before_all_that_are_unusable()
    {
        Assert.Equal(long.MaxValue, StoredSnapshots.Usable([]).MaxSequenceNr);
        Assert.Equal(6, StoredSnapshots.Usable([9, 7]).MaxSequenceNr);
        Assert.Equal(SnapshotSelectionCriteria.None, StoredSnapshots.Usable([9, 1]));
    }

    [Fact]
    public void The_last_two_keep_their_slots_and_the_third_last_is_pruned()
    {
        Keep(10, slot: 0);
        Keep(20, slot: 1);
        Store.ExpectNone();

        Keep(30, slot: 2);

        Assert.Equal(0, Store.PrunedSlot());
        Assert.True(Stored.IsKept(1) && Stored.IsKept(2));
        Assert.False(Stored.IsKept(0));
        Assert.Equal(19, Store.DeletedSnapshotsUpTo);
    }

    [Fact]
    public void A_snapshot_that_replaces_the_same_events_takes_the_place_of_the_latest()
    {
        Keep(10, slot: 0);
        Keep(20, slot: 1);

        Keep(20, slot: 2);

        Assert.Equal(new KeptSnapshot(10, 0), Stored.Latest!.Manifest.Previous);
        Assert.Equal(1, Store.PrunedSlot());
    }

    [Fact]
    public void A_damaged_snapshot_is_replaced_and_not_kept_beside_the_next()
    {
        Keep(10, slot: 0);
        Keep(20, slot: 1);
        Assert.True(Stored.IsCovered(20));

        Stored.NoteDamaged(slot: 0, lastIncludedIndex: 10);
        Assert.False(Stored.IsDamaged);
        Stored.NoteDamaged(slot: 1, lastIncludedIndex: 20);

        Assert.True(Stored.IsDamaged);
        Assert.False(Stored.IsCovered(20));
        Assert.Equal(new KeptSnapshot(10, 0), Saved(30, slot: 2).Manifest.Previous);
        Keep(30, slot: 2);
        Assert.False(Stored.IsDamaged);
    }

    // A store deletes by its number what it could not save.
    [Fact]
    public void A_failed_save_with_the_number_of_the_latest_leaves_it_damaged()
    {
        Keep(10, slot: 0);

        Stored.NoteSaveFailed(11);
        Assert.False(Stored.IsDamaged);
        Stored.NoteSaveFailed(10);
        Assert.True(Stored.IsDamaged);
    }

    [Fact]
    public void Events_are_deleted_in_steps_up_to_where_the_snapshot_before_continues()
    {
        Keep(600, slot: 0);
        Assert.Equal(0, Store.DeletedMessages);

        Keep(700, slot: 1);

        Assert.Equal(256, Store.DeletedMessages);
        Stored.OnEventsDeleted(256);
        Assert.Equal(512, Store.DeletedMessages);
        Stored.OnEventsDeleted(512);
        Assert.Equal(600, Store.DeletedMessages);
        Stored.OnEventsDeleted(600);
        Assert.Equal((600, 600), (Stored.DeletedEvents, Store.DeletedMessages));
    }

    [Fact]
    public void A_deletion_of_events_that_failed_is_tried_again_with_the_next_snapshot()
    {
        Keep(600, slot: 0);
        Keep(700, slot: 1);
        Stored.OnEventsNotDeleted(new DeleteMessagesFailure(new IOException("The disk is broken."), 256));

        Keep(800, slot: 2);
        Stored.OnEventsDeleted(256);

        Assert.Equal(512, Store.DeletedMessages);
    }

    [Fact]
    public void What_a_start_found_unusable_is_reported_and_deleted_until_there_is_a_newer_one()
    {
        Start([30]);
        var recovered = Saved(20, slot: 1);
        Do(() => Stored.Recover(recovered));
        Do(() => Slots.StartPruning());
        Store.EmptySlots();
        Assert.Equal([30], Stored.Unusable);

        Keep(25, slot: 2);
        Assert.Equal([30], Store.DeletedSnapshots);
        Assert.Equal([30], Stored.Unusable);

        Keep(31, slot: 0);
        Assert.Empty(Stored.Unusable);
    }

    [Fact]
    public void A_snapshot_covers_the_events_before_the_first_that_holds_a_later_entry()
    {
        Store.LastSequenceNr = 12;
        JournalIndex.Add(10, 0, 5);
        JournalIndex.Add(12, 5, 9);

        Assert.Equal((9, 11, 12), (Stored.LastCovered(4), Stored.LastCovered(5), Stored.LastCovered(9)));
    }

    // Entry n is in event n.
    private void Keep(long index, int slot)
    {
        Store.LastSequenceNr = index;
        var saved = Saved(index, slot);
        Do(() =>
        {
            Stored.Keep(saved);
            Slots.StartPruning();
        });
        if (Stored.Latest!.Manifest.Previous is null)
            Store.EmptySlots();
    }

    private StoredSnapshot Saved(long index, int slot)
    {
        var snapshot = new Snapshot(index, 1, 0, Configuration.None, 1, new SnapshotContent(1, 1, ""));
        var manifest = new SnapshotManifest("group", "a", "s", HardState.Initial, snapshot, slot, null);
        var stored = Stored.Save(index, manifest);
        Assert.Equal(stored.Manifest, Store.Save());
        return stored;
    }

    private void Do(Action action) => Do(_ => action());
}
