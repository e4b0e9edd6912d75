using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;

namespace RaftActors.Tests.Journal;

public sealed class WriteAheadSpec
{
    private static readonly RaftSettings Settings = new()
    {
        Group = "g", MemberId = "a", Members = [new Member("a", "host:1")],
        MaxBatchEntries = 2, MaxPendingProposals = 1,
    };

    private readonly RaftLog _log = new();
    private readonly FakeStores _stores = new();
    private readonly WriteAhead _ahead;
    private long _sequenceNr = 1;

    public WriteAheadSpec() =>
        _ahead = new WriteAhead(Settings, _log, new ConfigurationHistory(Configuration.None), _stores);

    [Fact]
    public void Without_a_change_nothing_is_written()
    {
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero));
        Assert.Null(_ahead.WritingSince);
        Assert.True(_ahead.IsDurable);
    }

    [Fact]
    public void Whatever_changes_during_a_write_is_the_next_single_event()
    {
        _ahead.EnterTerm(1);
        var first = Begin();
        Assert.Equal(new HardState(1, null, null), first.HardState);

        _ahead.Vote("b", "store-b");
        AppendOwn(3);
        _ahead.EnterTerm(2);
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero));
        Write(first);
        Assert.False(_ahead.IsDurable);

        var second = Begin();
        Assert.Equal((new HardState(2, null, null), 0), (second.HardState, second.PreviousIndex));
        Assert.Equal([(1, 2), (3, 3)], second.Batches.Select(static batch => (batch.FirstIndex, batch.LastIndex)));
        Write(second);
        Assert.True(_ahead.IsDurable);
        Assert.Equal((3, 3), (_ahead.IssuedIndex, _ahead.PersistedIndex));
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero));
    }

    [Fact]
    public void Since_when_a_write_is_under_way_is_known()
    {
        AppendOwn(1);
        var written = (StatePersisted)_ahead.BeginWrite(TimeSpan.FromSeconds(7))!;
        Assert.Equal(TimeSpan.FromSeconds(7), _ahead.WritingSince);
        Write(written);
        Assert.Null(_ahead.WritingSince);
    }

    [Fact]
    public void Entries_that_were_received_are_written_as_they_came()
    {
        var first = Batch(1, 1);
        _ahead.Append(first);
        var second = Batch(1, 2);
        _ahead.Append(second);

        var written = Begin();

        Assert.Equal([first, second], written.Batches);
        Assert.Equal([first, second], _ahead.Writing.ToArray());
    }

    [Fact]
    public void Entries_that_were_received_before_own_ones_are_written_anew()
    {
        _ahead.Append(Batch(1, 1));
        AppendOwn(2);

        Assert.Equal([(1, 2), (3, 3)], Begin().Batches.Select(static batch => (batch.FirstIndex, batch.LastIndex)));
    }

    [Fact]
    public void A_truncation_takes_back_what_is_durable_and_the_write_under_way_does_not_bring_it_back()
    {
        AppendOwn(2);
        Write(Begin());
        AppendOwn(2);
        var write = Begin();
        Assert.Equal((4, 2), (_ahead.IssuedIndex, _ahead.PersistedIndex));

        Assert.True(_ahead.TruncateAfter(1));
        _ahead.Append(Batch(2, 1, 1, 1));
        Assert.Equal((1, 1), (_ahead.IssuedIndex, _ahead.PersistedIndex));
        Assert.Empty(_ahead.Writing.ToArray());

        Write(write);
        Assert.Equal((1, 1), (_ahead.IssuedIndex, _ahead.PersistedIndex));
        var next = Begin();
        Assert.Equal((1, 4), (next.PreviousIndex, next.Batches[^1].LastIndex));
        Assert.False(_ahead.TruncateAfter(4));
    }

    [Fact]
    public void Until_the_log_is_replaced_only_the_hard_state_is_written_and_then_the_replacement_goes_first()
    {
        AppendOwn(1);
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero, holdsEntries: true));
        _ahead.EnterTerm(1);
        var hardState = (StatePersisted)_ahead.BeginWrite(TimeSpan.Zero, holdsEntries: true)!;
        Assert.Empty(hardState.Batches);
        Write(hardState);
        _ahead.EnterTerm(2);

        var installed = new SnapshotInstalled(9, 1);
        Assert.Same(installed, _ahead.BeginWrite(TimeSpan.Zero, holdsEntries: true, installed));
        var snapshot = new Snapshot(9, 1, 1_000, Configuration.None, 1, new SnapshotContent(1, 1, ""));
        Assert.Throws<InvariantViolationException>(() => _ahead.ReplaceLog(snapshot));
        _ahead.Written(installed, ++_sequenceNr);
        _ahead.ReplaceLog(snapshot);

        Assert.Equal((9, 9, 9), (_log.LastIndex, _ahead.IssuedIndex, _ahead.PersistedIndex));
        Assert.Equal(new HardState(2, null, null), Begin().HardState);
    }

    [Fact]
    public void What_stores_have_confirmed_travels_along_and_what_is_not_durable_of_them_is_written_at_once()
    {
        _stores.TravelsAlong = true;
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero));
        _ahead.EnterTerm(1);
        var write = Begin();
        Assert.NotNull(write.Stores);
        Write(write);

        _stores.Version++;
        Assert.False(_ahead.IsDurable);
        write = Begin();
        Assert.Equal((null, 1), (write.HardState, write.Stores!.Single().Incarnation));
        // It knows more by now.
        _stores.Version++;
        Write(write);
        Assert.False(_ahead.IsDurable);
        Write(Begin());
        Assert.True(_ahead.IsDurable);
    }

    [Fact]
    public void A_proof_is_written_although_nothing_has_changed_and_is_as_large_as_asked()
    {
        _ahead.EnterTerm(1);
        var before = Begin();
        _ahead.Prove(1_000);
        Assert.False(_ahead.Written(before, ++_sequenceNr));

        var proof = Begin();
        Assert.Equal(1_000, proof.Size);
        Assert.True(_ahead.Written(proof, ++_sequenceNr));
        Assert.Null(_ahead.BeginWrite(TimeSpan.Zero));
    }

    [Fact]
    public void A_flush_is_asked_for_once()
    {
        Assert.True(_ahead.RequestFlush());
        Assert.False(_ahead.RequestFlush());
        _ahead.BeginFlush();
        Assert.True(_ahead.RequestFlush());
    }

    [Fact]
    public void A_message_waits_until_the_vote_that_it_shows_is_durable()
    {
        _ahead.EnterTerm(1);
        _ahead.Vote("b", "store-b");
        var message = Message(1);
        Assert.False(_ahead.Admit("host:2", message));
        Assert.False(_ahead.Admit(null, "an event"));
        var write = Begin();
        Assert.Empty(Release());

        Write(write);

        Assert.Equal([("host:2", message), (null, "an event")], Release());
        Assert.True(_ahead.Admit("host:2", message));
        Assert.Empty(Release());
    }

    [Fact]
    public void A_message_of_a_former_term_leaves_no_more()
    {
        _ahead.EnterTerm(1);
        Assert.False(_ahead.Admit("host:2", Message(1)));
        _ahead.EnterTerm(2);
        Assert.False(_ahead.Admit("host:2", Message(2)));
        Write(Begin());

        Assert.Equal(2, ((PeerMessage)Assert.Single(Release()).Message).Term);
    }

    [Fact]
    public void Of_too_many_messages_the_oldest_is_dropped()
    {
        _ahead.EnterTerm(1);
        for (int i = 0; i < 5_000; i++)
            Assert.False(_ahead.Admit(null, i));
        Write(Begin());

        var released = Release();
        Assert.Equal((4_097, 4_999), (released.Count, released[^1].Message));
    }

    private List<(string? Address, object Message)> Release()
    {
        var released = new List<(string?, object)>();
        while (_ahead.TryRelease(out var held))
            released.Add(held);
        return released;
    }

    private StatePersisted Begin() => Assert.IsType<StatePersisted>(_ahead.BeginWrite(TimeSpan.Zero));

    private void Write(StatePersisted write) => _ahead.Written(write, ++_sequenceNr);

    private void AppendOwn(int count)
    {
        for (int i = 0; i < count; i++)
            _ahead.Append(Log.Logs.Entry(_log.LastIndex + 1, 1));
    }

    private EntryBatch Batch(long term, params int[] bytes) =>
        new([.. bytes.Select((size, at) => Log.Logs.Entry(_log.LastIndex + 1 + at, term, size))]);

    private static TimeoutNow Message(long term) => new(new PeerHeader("host:1", "g", "a", "store", term, ""));

    private sealed class FakeStores : IAlsoDurable
    {
        private long _taken;
        private long _durable;

        public long Version { get; set; }

        public bool TravelsAlong { get; set; }

        public bool IsDurable => _durable == Version;

        public IReadOnlyList<StoreRecord>? Take()
        {
            _taken = Version;
            return TravelsAlong || !IsDurable ? [new StoreRecord("store", Version)] : null;
        }

        public void Written() => _durable = _taken;
    }
}
