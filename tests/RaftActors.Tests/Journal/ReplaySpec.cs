using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Tests.Journal;

public sealed class ReplaySpec
{
    private const string Id = "raft-g-a";

    private readonly JournalIndex _index = new();
    private readonly Replay _replay;
    private long _sequenceNr;

    public ReplaySpec()
    {
        var configurations = new ConfigurationHistory(Configuration.None);
        _replay = new Replay(Id, new RaftLog(), configurations, _index) { Owner = ("g", "a") };
    }

    [Fact]
    public void The_first_event_says_whose_store_it_is_and_later_ones_what_is_in_it()
    {
        Apply(Created());
        Apply(Entries(new HardState(1, "b", "store-b"), 0, 1, 1, 1));
        Apply(Entries(new HardState(2, null, null), 1, 2));

        Assert.Equal((("g", "a"), "store"), (_replay.FoundOwner, _replay.StoreId));
        Assert.Equal(new HardState(2, null, null), _replay.HardState);
        Assert.Equal((2, 2, 1), (_replay.Log.LastIndex, _replay.Log.LastTerm, _replay.Log.TermAt(1)));
        Assert.Equal(3, _replay.LastEvent);
        // Entry 2 is of event 3 now.
        Assert.Equal(2, _index.LastCovered(1, _replay.LastEvent));
    }

    [Fact]
    public void An_entry_brings_its_configuration_and_takes_it_along()
    {
        var (first, second) = (Of("a", "b"), Of("a", "b", "c"));
        Apply(Created());
        var batch = new EntryBatch([Entry(1, 1, first), Entry(2, 1, second)]);
        Apply(new StatePersisted(new HardState(1, null, null), 0, [batch]));
        Assert.Equal((2, second), (_replay.Configurations.LatestIndex, _replay.Configurations.Latest));

        Apply(Entries(new HardState(2, null, null), 1, 2));

        Assert.Equal((1, first), (_replay.Configurations.LatestIndex, _replay.Configurations.Latest));
    }

    [Fact]
    public void A_snapshot_stands_for_the_events_before_it_and_keeps_a_newer_term_and_vote()
    {
        StartFrom(5, new HardState(4, "c", "store-c") { DiffersAt = 9 }, lastIndex: 3, lastTerm: 2);

        // The event has entries on both sides of the last one that the snapshot includes.
        Apply(Entries(new HardState(3, "b", "store-b"), 1, 2, 2, 3));

        Assert.Equal(new HardState(4, "c", "store-c") { DiffersAt = 9 }, _replay.HardState);
        Assert.Equal((4, 4, 3), (_replay.Log.FirstIndex, _replay.Log.LastIndex, _replay.Log.LastTerm));
        Assert.Equal("store", _replay.StoreId);
    }

    [Fact]
    public void A_vote_of_a_term_is_not_forgotten_by_an_older_event_of_that_term()
    {
        StartFrom(5, new HardState(4, "c", "store-c"), lastIndex: 3, lastTerm: 2);

        Apply(new StatePersisted(new HardState(4, null, null), 3, []));
        Assert.Equal("c", _replay.HardState.VotedFor);

        Apply(new StatePersisted(new HardState(5, null, null), 3, []));
        Assert.Equal(new HardState(5, null, null), _replay.HardState);
    }

    [Fact]
    public void The_group_of_a_snapshot_is_decided_and_only_a_later_term_may_change_it()
    {
        StartFrom(5, new HardState(4, null, null), lastIndex: 3, lastTerm: 2, groupId: "group");
        Apply(new StatePersisted(new HardState(3, null, null) { GroupId = "before" }, 3, []));
        Assert.Equal("group", _replay.HardState.GroupId);

        Apply(new StatePersisted(new HardState(1000, null, null) { GroupId = "recovered" }, 3, []));
        Assert.Equal("recovered", _replay.HardState.GroupId);
    }

    [Fact]
    public void What_is_known_of_stores_only_goes_forward()
    {
        Apply(Created());
        Apply(Stores(new StoreRecord("store", 1), new StoreRecord("b", 7, 2, 9, Address: "host:2")));
        Apply(Stores(
            new StoreRecord("store", 2, 1, 1, IsSetBack: true), new StoreRecord("b", 6, 2, 8, IsSetBack: true)));

        Assert.Equal(
            [new StoreRecord("b", 7, 2, 9, Address: "host:2"), new StoreRecord("store", 2, 1, 1, IsSetBack: true)],
            _replay.Stores.OrderBy(static record => record.StoreId));
    }

    [Fact]
    public void A_store_that_an_operator_renewed_has_its_new_identity()
    {
        Apply(Created());
        Apply(new StoreRenewed("new"));

        Assert.Equal("new", _replay.StoreId);
    }

    [Fact]
    public void Behind_a_damaged_event_only_terms_votes_and_stores_count()
    {
        Apply(Created());
        Apply(Entries(new HardState(1, null, null), 0, 1));
        Apply(new MalformedMessage("P", "its checksum is wrong"));
        // Nor is it noticed that the log that these go on from is not there.
        Apply(Entries(new HardState(2, "b", "store-b"), 7, 2));
        Apply(new SnapshotInstalled(20, 2));
        Apply(Stores(new StoreRecord("b", 7)));
        Apply(new MalformedMessage("P", "its checksum is wrong, too"));

        Assert.Equal(new JournalDamage(3, "its checksum is wrong", 1), _replay.Damage);
        Assert.True(_replay.IsDamaged);
        Assert.Equal(1, _replay.Log.LastIndex);
        Assert.Equal(new HardState(2, "b", "store-b"), _replay.HardState);
        Assert.Single(_replay.Stores);
    }

    [Fact]
    public void A_cut_journal_goes_on_from_before_the_damaged_event_as_that_of_a_store_that_was_set_back()
    {
        Apply(Created());
        Apply(Stores(new StoreRecord("store", 3)));
        Apply(new MalformedMessage("P", "oh"));
        Apply(Entries(new HardState(2, null, null), 7, 2));
        Apply(new JournalCut(3));
        Apply(Entries(null, 0, 2, 2));

        Assert.Equal((false, 3), (_replay.IsDamaged, _replay.Damage!.SequenceNr));
        Assert.Equal(2, _replay.Log.LastIndex);
        Assert.Equal([new StoreRecord("store", 3, IsSetBack: true)], _replay.Stores);
    }

    [Fact]
    public void Of_two_damages_the_first_counts()
    {
        Apply(Created());
        Apply(new MalformedMessage("P", "first"));
        Apply(new MalformedMessage("P", "second"));
        // It was written when the first could still be read.
        Apply(new JournalCut(3));
        Assert.True(_replay.IsDamaged);

        Apply(new JournalCut(2));
        Assert.False(_replay.IsDamaged);
    }

    [Fact]
    public void An_event_that_can_be_read_again_after_the_log_went_on_without_it_is_refused()
    {
        Apply(Created());
        Apply(Entries(new HardState(1, null, null), 0, 1));

        Refused("event 2 of raft-g-a could not be read at an earlier start", new JournalCut(2));
    }

    [Fact]
    public void A_first_event_that_cannot_be_read_is_refused() =>
        Refused("event 1 of raft-g-a cannot be read: oh", new MalformedMessage("C", "oh"));

    [Fact]
    public void An_event_of_a_newer_version_is_refused()
    {
        Apply(Created());
        var unknown = new MalformedMessage("Z", "unknown") { IsUnknown = true };
        Refused("event 2 of raft-g-a cannot be read: unknown", unknown);
    }

    [Fact]
    public void What_no_peer_writes_is_refused() => Refused("event 1 of raft-g-a is a System.String", "an event");

    [Fact]
    public void A_journal_without_its_first_event_is_refused() =>
        Refused("the first event of raft-g-a is missing", Entries(null, 0, 1));

    [Fact]
    public void A_store_that_is_created_twice_is_refused()
    {
        Apply(Created());
        Refused("event 2 creates raft-g-a a second time", Created());
    }

    [Fact]
    public void A_store_of_another_member_or_group_or_of_a_newer_format_is_refused()
    {
        Refused(
            "the journal belongs to member 'b' of group 'g', not to 'a' of 'g'", new PeerCreated(1, "g", "b", "store"));
        Refused("the journal belongs to member 'a' of group 'h'", new PeerCreated(1, "h", "a", "store"));
        Refused("the journal has format 2; this version reads up to 1", new PeerCreated(2, "g", "a", "store"));
    }

    [Fact]
    public void A_journal_that_begins_late_without_a_snapshot_is_refused()
    {
        _sequenceNr = 4;
        Refused("the journal of raft-g-a begins with event 5", Entries(null, 0, 1));
    }

    [Fact]
    public void A_missing_event_is_refused_even_if_it_held_no_entries()
    {
        Apply(Created());
        _sequenceNr++;
        Refused("the journal misses events between 1 and 3", Entries(new HardState(1, null, null), 0, 1));
    }

    [Fact]
    public void Missing_entries_are_refused()
    {
        Apply(Created());
        Apply(Entries(null, 0, 1));
        Refused("the journal misses the entries from 2 to 3, after which event 3", Entries(null, 3, 1));
    }

    [Fact]
    public void Entries_that_no_log_may_have_are_refused()
    {
        Apply(Created());
        Apply(Entries(null, 0, 2));
        Refused("event 3 of raft-g-a has entries that no log may have", Entries(null, 1, 1));
    }

    [Fact]
    public void A_term_that_goes_back_is_refused()
    {
        Apply(Created());
        Apply(new StatePersisted(new HardState(2, null, null), 0, []));
        Refused("the term goes back from 2 to 1 in event 3", new StatePersisted(new HardState(1, null, null), 0, []));
    }

    [Fact]
    public void A_snapshot_that_took_the_place_of_the_log_has_to_be_there()
    {
        Apply(Created());
        var installed = new SnapshotInstalled(3, 1);
        Refused("event 2 of raft-g-a goes on from a snapshot up to entry 3 that cannot be read", installed);
    }

    private void Refused(string problem, object @event)
    {
        var refused = Assert.Throws<JournalException>(() => Apply(@event));
        Assert.StartsWith(problem, refused.Problem);
        Assert.StartsWith($"{char.ToUpperInvariant(problem[0])}{problem[1..]}", refused.Message);
        Assert.EndsWith(".", refused.Message);
        _sequenceNr = _replay.LastEvent;
    }

    private void StartFrom(long sequenceNr, HardState hardState, long lastIndex, long lastTerm, string groupId = "")
    {
        var configuration = new Configuration([new Server("a", "host:1", "store")]);
        if (groupId.Length > 0)
            configuration = configuration.Beginning(groupId, 1);
        var snapshot = new Snapshot(lastIndex, lastTerm, 1_000, configuration, 1, new SnapshotContent(1, 1, ""));
        _replay.StartFrom(sequenceNr, new SnapshotManifest("g", "a", "store", hardState, snapshot, 0, null));
        _sequenceNr = sequenceNr;
    }

    private void Apply(object @event) => _replay.Apply(++_sequenceNr, @event);

    private static PeerCreated Created() => new(PeerCreated.CurrentFormat, "g", "a", "store");

    private static StatePersisted Stores(params StoreRecord[] records) => new(null, 0, []) { Stores = records };

    private static StatePersisted Entries(HardState? hardState, long previousIndex, params long[] terms)
    {
        var entries = terms.Select((term, at) => Log.Logs.Entry(previousIndex + 1 + at, term)).ToArray();
        return new StatePersisted(hardState, previousIndex, [new EntryBatch(entries)]);
    }

    private static LogEntry Entry(long index, long term, Configuration configuration) =>
        new(index, term, EntryKind.Configuration, 1_000, configuration.ToPayload());

    private static Configuration Of(params string[] ids) =>
        new(ids.Select(static id => new Server(id, $"host:{id[0] - 'a'}", $"store-{id}")));
}
