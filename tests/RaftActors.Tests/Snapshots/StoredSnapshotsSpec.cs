using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;

namespace RaftActors.Tests.Snapshots;

/// <summary>Which snapshots a peer keeps, and what it lets go of, without the peer.</summary>
public sealed class StoredSnapshotsSpec : VirtualTimeSpec
{
    private readonly FakeStore _store;
    private readonly JournalIndex _journalIndex = new();
    private readonly IActorRef _host;
    private SnapshotSlots _slots = null!;
    private StoredSnapshots _stored = null!;

    public StoredSnapshotsSpec()
    {
        _store = new FakeStore(CreateTestProbe());
        _host = Sys.ActorOf(HostActor.Props(OnMessage));
        Start([]);
    }

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
        _store.ExpectNone();

        Keep(30, slot: 2);

        Assert.Equal(0, _store.PrunedSlot());
        Assert.True(_stored.IsKept(1) && _stored.IsKept(2));
        Assert.False(_stored.IsKept(0));
        Assert.Equal(19, _store.DeletedSnapshotsUpTo);
    }

    [Fact]
    public void A_snapshot_that_replaces_the_same_events_takes_the_place_of_the_latest()
    {
        Keep(10, slot: 0);
        Keep(20, slot: 1);

        Keep(20, slot: 2);

        Assert.Equal(new KeptSnapshot(10, 0), _stored.Latest!.Manifest.Previous);
        Assert.Equal(1, _store.PrunedSlot());
    }

    [Fact]
    public void A_damaged_snapshot_is_replaced_and_not_kept_beside_the_next()
    {
        Keep(10, slot: 0);
        Keep(20, slot: 1);
        Assert.True(_stored.IsCovered(20));

        _stored.NoteDamaged(slot: 0, lastIncludedIndex: 10);
        Assert.False(_stored.IsDamaged);
        _stored.NoteDamaged(slot: 1, lastIncludedIndex: 20);

        Assert.True(_stored.IsDamaged);
        Assert.False(_stored.IsCovered(20));
        Assert.Equal(new KeptSnapshot(10, 0), Saved(30, slot: 2).Manifest.Previous);
        Keep(30, slot: 2);
        Assert.False(_stored.IsDamaged);
    }

    // A store deletes by its number what it could not save.
    [Fact]
    public void A_failed_save_with_the_number_of_the_latest_leaves_it_damaged()
    {
        Keep(10, slot: 0);

        _stored.NoteSaveFailed(11);
        Assert.False(_stored.IsDamaged);
        _stored.NoteSaveFailed(10);
        Assert.True(_stored.IsDamaged);
    }

    [Fact]
    public void Events_are_deleted_in_steps_up_to_where_the_snapshot_before_continues()
    {
        Keep(600, slot: 0);
        Assert.Equal(0, _store.DeletedMessages);

        Keep(700, slot: 1);

        Assert.Equal(256, _store.DeletedMessages);
        _stored.OnEventsDeleted(256);
        Assert.Equal(512, _store.DeletedMessages);
        _stored.OnEventsDeleted(512);
        Assert.Equal(600, _store.DeletedMessages);
        _stored.OnEventsDeleted(600);
        Assert.Equal((600, 600), (_stored.DeletedEvents, _store.DeletedMessages));
    }

    [Fact]
    public void A_deletion_of_events_that_failed_is_tried_again_with_the_next_snapshot()
    {
        Keep(600, slot: 0);
        Keep(700, slot: 1);
        _stored.OnEventsNotDeleted(new DeleteMessagesFailure(new IOException("The disk is broken."), 256));

        Keep(800, slot: 2);
        _stored.OnEventsDeleted(256);

        Assert.Equal(512, _store.DeletedMessages);
    }

    [Fact]
    public void What_a_start_found_unusable_is_reported_and_deleted_until_there_is_a_newer_one()
    {
        Start([30]);
        var recovered = Saved(20, slot: 1);
        Do(() => _stored.Recover(recovered));
        Do(() => _slots.StartPruning());
        _store.EmptySlots();
        Assert.Equal([30], _stored.Unusable);

        Keep(25, slot: 2);
        Assert.Equal([30], _store.DeletedSnapshots);
        Assert.Equal([30], _stored.Unusable);

        Keep(31, slot: 0);
        Assert.Empty(_stored.Unusable);
    }

    [Fact]
    public void A_snapshot_covers_the_events_before_the_first_that_holds_a_later_entry()
    {
        _store.LastSequenceNr = 12;
        _journalIndex.Add(10, 0, 5);
        _journalIndex.Add(12, 5, 9);

        Assert.Equal((9, 11, 12), (_stored.LastCovered(4), _stored.LastCovered(5), _stored.LastCovered(9)));
    }

    private void Start(long[] unusable)
    {
        var settings = new RaftSettings { Group = "group", MemberId = "a", Members = [] };
        _host.Tell(new HostActor.Do(context =>
        {
            _slots = new SnapshotSlots(context, settings, _store);
            _stored =
                new StoredSnapshots(settings, Logging.GetLogger(Sys, "spec"), _slots, _store, _journalIndex, unusable);
        }));
    }

    // Entry n is in event n.
    private void Keep(long index, int slot)
    {
        _store.LastSequenceNr = index;
        var saved = Saved(index, slot);
        Do(() =>
        {
            _stored.Keep(saved);
            _slots.StartPruning();
        });
        if (_stored.Latest!.Manifest.Previous is null)
            _store.EmptySlots();
    }

    private StoredSnapshot Saved(long index, int slot)
    {
        var snapshot = new Snapshot(index, 1, 0, Configuration.None, 1, new SnapshotContent(1, 1, ""));
        var manifest = new SnapshotManifest("group", "a", "s", HardState.Initial, snapshot, slot, null);
        var stored = _stored.Save(index, manifest);
        Assert.Equal(stored.Manifest, _store.Save());
        return stored;
    }

    private void OnMessage(object message, IActorRef sender) => _slots.OnPruned(((SlotPruned)message).Slot);

    private void Do(Action action) => _host.Tell(new HostActor.Do(_ => action()));
}
