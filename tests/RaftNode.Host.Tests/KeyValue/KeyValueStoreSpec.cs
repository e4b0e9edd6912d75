using System.Text;
using Google.Protobuf;
using RaftActors.Log;
using RaftNode.Host.Configuration;
using RaftNode.Host.KeyValue;
using RaftNode.Host.Node;
using Lease = RaftActors.Coordination.Wire;

namespace RaftNode.Host.Tests.KeyValue;

public sealed class KeyValueStoreSpec
{
    private readonly KeyValueStore _store = new(new ChangeHistory(4, 1 << 20));
    private long _index;

    [Fact]
    public void A_put_creates_and_then_replaces_and_the_version_is_the_index_of_the_entry()
    {
        Assert.Equal(new WriteResult(WriteOutcome.Created, 1), Put("a", "one"));
        Assert.Equal(new WriteResult(WriteOutcome.Replaced, 2), Put("a", "two"));
        var found = Get("a");
        Assert.Equal(2, found!.Version);
        Assert.Equal("two"u8.ToArray(), found.Value.ToArray());
    }

    [Fact]
    public void A_snapshot_brings_the_state_back_as_it_was_when_it_was_taken()
    {
        for (var i = 0; i < 2000; i++)
            Put($"key {i}", new string('v', i % 100));
        Delete("key 7");
        var summary = _store.Summary;
        var snapshot = _store.TakeSnapshot();
        Put("key 8", "later");
        Delete("key 9");

        // The parts are one buffer, used again for each.
        using var bytes = new MemoryStream(snapshot.SelectMany(part => part.ToArray()).ToArray());
        var restored = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        restored.Restore(bytes);

        Assert.Equal(summary, restored.Summary);
        Assert.Equal(1999, restored.Summary.Keys);
        Assert.Equal(new string('v', 9),
            Encoding.UTF8.GetString(Assert.IsType<ValueFound>(restored.Query(new GetValue("key 9"))).Value.Span));
        Assert.Null(restored.ReadChanges(At(summary.Index - 1), "", 10, []));
        Assert.Equal(At(summary.Index), restored.ReadChanges(At(summary.Index), "", 10, []));
    }

    [Fact]
    public void A_snapshot_brings_the_leases_back_with_the_keys()
    {
        Put("a", "one");
        var acquire = new Lease.Acquire { Name = "lease", Owner = "anna", TimeToLive = 1000 };
        var granted = ApplyLease(new Lease.Command { Acquire = acquire }).Granted;
        Assert.Equal(2, granted.Token);
        Put("b", "two");

        using var bytes = new MemoryStream(_store.TakeSnapshot().SelectMany(part => part.ToArray()).ToArray());
        var restored = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        restored.Restore(bytes);

        var answer = restored.Query(new Lease.Query { Name = "lease" }.ToByteArray());
        Assert.Equal(granted.Token, Assert.Single(Lease.Leases.Parser.ParseFrom((byte[])answer!).Leases_).Token);
        Assert.Equal(2, restored.Summary.Keys);
        Assert.Equal(_store.Digest(), restored.Digest());
        Assert.NotEqual(_store.Summary.Digest, _store.Digest());
    }

    [Fact]
    public void Bytes_that_are_no_command_about_leases_change_nothing()
    {
        // A field that no version has had so far.
        byte[] later = [0x9a, 0x06, 0x00];
        var entry = new LogEntry(++_index, 1, EntryKind.Command, 1000, new Payload(later, 0, ""));

        Assert.Equal(new WriteResult(WriteOutcome.Unsupported, 0), _store.Apply(entry, later));
        Assert.NotEmpty(ApplyLease([0x0a, 0xff]).Invalid);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0x08, 0x01 })]
    [InlineData(new byte[] { 0xff })]
    public void Bytes_that_no_command_about_leases_begins_with_are_not_given_to_the_leases(byte[] bytes)
    {
        Assert.Equal(new WriteResult(WriteOutcome.Unsupported, 0), Apply(bytes));
        Assert.Equal(_store.Summary.Digest, _store.Digest());
    }

    private Lease.Reply ApplyLease(Lease.Command command) => ApplyLease(command.ToByteArray());

    private Lease.Reply ApplyLease(byte[] command)
    {
        var entry = new LogEntry(++_index, 1, EntryKind.Command, 1000, new Payload(command, 0, ""));
        return Lease.Reply.Parser.ParseFrom((byte[])_store.Apply(entry, command)!);
    }

    [Fact]
    public void A_key_without_a_value_is_not_found() => Assert.Null(Get("a"));

    [Fact]
    public void A_delete_takes_the_value_away_once()
    {
        Put("a", "one");
        Assert.Equal(new WriteResult(WriteOutcome.Deleted, 2), Delete("a"));
        Assert.Null(Get("a"));
        Assert.Equal(new WriteResult(WriteOutcome.NotFound, 0), Delete("a"));
    }

    [Fact]
    public void Keys_differ_by_case_and_by_code_points()
    {
        Put("a", "1");
        Put("A", "2");
        Put("e\u0301", "3");
        Put("\u00e9", "4");
        Assert.Equal(4, _store.Summary.Keys);
    }

    [Fact]
    public void A_put_on_condition_of_absence_is_done_only_while_there_is_no_value()
    {
        Assert.Equal(WriteOutcome.Created, Put("a", "one", WriteCondition.Absent).Outcome);
        Assert.Equal(new WriteResult(WriteOutcome.ConditionFailed, 1), Put("a", "two", WriteCondition.Absent));
        Delete("a");
        Assert.Equal(WriteOutcome.Created, Put("a", "three", WriteCondition.Absent).Outcome);
    }

    [Fact]
    public void A_put_on_condition_of_presence_is_done_only_while_there_is_a_value()
    {
        Assert.Equal(new WriteResult(WriteOutcome.ConditionFailed, 0), Put("a", "one", WriteCondition.Present));
        Put("a", "one");
        Assert.Equal(WriteOutcome.Replaced, Put("a", "two", WriteCondition.Present).Outcome);
    }

    [Fact]
    public void Of_two_writes_on_condition_of_the_same_version_only_the_first_is_done()
    {
        Put("a", "one");
        Assert.Equal(new WriteResult(WriteOutcome.Replaced, 2), Put("a", "two", WriteCondition.OneOf([1])));
        Assert.Equal(new WriteResult(WriteOutcome.ConditionFailed, 2), Put("a", "three", WriteCondition.OneOf([1])));
        Assert.Equal(new WriteResult(WriteOutcome.ConditionFailed, 2), Delete("a", WriteCondition.OneOf([1])));
        Assert.Equal(new WriteResult(WriteOutcome.Deleted, 5), Delete("a", WriteCondition.OneOf([1, 2])));
    }

    [Fact]
    public void A_delete_on_condition_fails_where_there_is_nothing() =>
        Assert.Equal(new WriteResult(WriteOutcome.ConditionFailed, 0), Delete("a", WriteCondition.OneOf([1])));

    [Fact]
    public void A_command_that_it_does_not_know_changes_nothing_and_is_answered()
    {
        Put("a", "one");
        var before = _store.Summary;
        Assert.Equal(new WriteResult(WriteOutcome.Unsupported, 0), Apply("a text"));
        Assert.Equal(before with { Index = 2 }, _store.Summary);
    }

    [Fact]
    public void A_request_that_it_does_not_know_is_refused() =>
        Assert.Throws<NotSupportedException>(() => _store.Query("what?"));

    [Fact]
    public void The_summary_of_an_empty_store_is_empty()
    {
        Assert.Equal(default, _store.Summary);
        Put("a", "one");
        Delete("a");
        Assert.Equal(new StateSummary(2, 0, 0), _store.Summary);
    }

    [Fact]
    public void The_digest_is_the_sum_over_all_keys()
    {
        Put("a", "one");
        Put("b", "two");
        Put("a", "three");
        Put("c", "four", WriteCondition.Present);
        Put("d", "five");
        Delete("b");
        var expected = unchecked(StateDigest.Of("a", 3, "three"u8) + StateDigest.Of("d", 5, "five"u8));
        Assert.Equal(new StateSummary(6, 2, expected), _store.Summary);
    }

    [Fact]
    public void The_same_entries_give_the_same_summary_on_any_replica()
    {
        var random = new Random(1);
        var other = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        for (var i = 1; i <= 1000; i++)
        {
            var entry = new LogEntry(i, 1, EntryKind.Command, 0, Payload.Empty);
            var key = $"k{random.Next(50)}";
            IKeyValueMessage command = random.Next(3) == 0
                ? new DeleteValue(key, WriteCondition.None)
                : new PutValue(key, BitConverter.GetBytes(random.Next()), WriteCondition.None);
            Assert.Equal(_store.Apply(entry, command), other.Apply(entry, command));
            Assert.Equal(_store.Summary, other.Summary);
            Assert.Equal(_store.Digest(), other.Digest());
        }
        var restored = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        restored.Restore(new MemoryStream([.. _store.TakeSnapshot().SelectMany(part => part.ToArray())]));
        Assert.Equal(_store.Digest(), restored.Digest());
    }

    [Fact]
    public void A_state_that_differs_in_one_value_or_version_has_another_digest()
    {
        var other = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        Put("a", "one");
        other.Apply(new LogEntry(1, 1, EntryKind.Command, 0, Payload.Empty),
            new PutValue("a", "two"u8.ToArray(), WriteCondition.None));
        Assert.NotEqual(_store.Digest(), other.Digest());

        other.Apply(new LogEntry(2, 1, EntryKind.Command, 0, Payload.Empty),
            new PutValue("a", "one"u8.ToArray(), WriteCondition.None));
        Assert.NotEqual(_store.Digest(), other.Digest());
    }

    [Fact]
    public void A_store_that_is_used_no_more_is_not_the_one_in_use()
    {
        var stores = new KeyValueStores(new WatchSettings());
        var first = (KeyValueStore)stores.Create();
        Assert.Same(first, stores.Current);
        first.Dispose();
        Assert.Null(stores.Current);
        var next = stores.NextAsync();
        Assert.False(next.IsCompleted);

        var second = (KeyValueStore)stores.Create();
        var third = (KeyValueStore)stores.Create();
        second.Dispose();

        Assert.True(next.IsCompleted);
        Assert.Same(third, stores.Current);
    }

    [Fact]
    public void A_restored_snapshot_wakes_who_waits_and_changes_before_it_are_not_known()
    {
        Put("a", "one");
        Put("b", "two");
        var restored = new KeyValueStore(new ChangeHistory(4, 1 << 20));
        var waiting = restored.WaitAsync(At(1));
        Assert.False(waiting.IsCompleted);

        restored.Restore(new MemoryStream([.. _store.TakeSnapshot().SelectMany(part => part.ToArray())]));

        Assert.True(waiting.IsCompleted);
        Assert.Equal(_store.Summary, restored.Summary);
        Assert.Null(restored.ReadChanges(At(1), "", 10, []));
        Assert.Equal(At(2), restored.ReadChanges(At(2), "", 10, []));
        var state = new List<Change>();
        Assert.Equal(At(2), restored.ReadState("", state));
        Assert.Equal(["a", "b"], state.Select(change => change.Key).Order());
    }

    private static Position At(long index) => new(index, "");

    private WriteResult Put(string key, string value, WriteCondition? condition = null) =>
        Apply(new PutValue(key, System.Text.Encoding.UTF8.GetBytes(value), condition ?? WriteCondition.None));

    private WriteResult Delete(string key, WriteCondition? condition = null) =>
        Apply(new DeleteValue(key, condition ?? WriteCondition.None));

    private WriteResult Apply(object command) =>
        Assert.IsType<WriteResult>(_store.Apply(new LogEntry(++_index, 1, EntryKind.Command, 0, Payload.Empty),
            command));

    private ValueFound? Get(string key) => _store.Query(new GetValue(key)) as ValueFound;
}
