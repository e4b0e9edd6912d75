using RaftActors.Persistence.Sqlite.Journal;
using RaftActors.Persistence.Sqlite.Snapshots;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests.Storage;

public sealed class DeletionSpec
{
    private bool _finished;
    private Exception? _failure;

    [Fact]
    public void The_highest_deleted_event_stays_as_a_mark()
    {
        using var test = new TestDatabase();
        test.Append("a", 1, 2, 3);
        test.Append("b", 1);
        test.Stepped.Step();

        Delete(test, "a", 2);

        using var connection = new SqliteConnection(test.Path, create: false);
        Assert.Equal(0, connection.QueryNumber(
            "SELECT count(*) FROM journal WHERE persistence_id = 'a' AND sequence_number = 1"));
        Assert.Equal(1, connection.QueryNumber(
            "SELECT deleted FROM journal WHERE persistence_id = 'a' AND sequence_number = 2"));
        Assert.Equal(0, connection.QueryNumber(
            "SELECT deleted FROM journal WHERE persistence_id = 'a' AND sequence_number = 3"));
        Assert.Equal([3], test.Read("a"));
        Assert.Equal([1], test.Read("b"));
    }

    [Fact]
    public void The_highest_sequence_number_outlives_all_events()
    {
        using var test = new TestDatabase();
        test.Append("a", 1, 2, 3);
        test.Stepped.Step();

        Delete(test, "a", long.MaxValue);
        Delete(test, "a", long.MaxValue);

        Assert.Empty(test.Read("a"));
        Assert.Equal(3, test.Highest("a"));
        Assert.Equal(0, test.Highest("none"));
    }

    [Fact]
    public void A_long_deletion_lets_others_write_between_its_steps()
    {
        using var test = new TestDatabase();
        test.Append("a", [.. Enumerable.Range(1, 1800).Select(i => (long)i)]);
        test.Stepped.Step();
        TestWork? between = null;
        test.Database.Writer.Write(new DeleteEvents("a", 1700, e => (_finished, _failure) = (true, e)));
        var first = test.Append("b", 1);
        test.Database.Writer.Write(new ActionWork(_ => Assert.False(_finished), _ => between = test.Append("b", 2)));

        test.Stepped.Step();

        Assert.True(_finished);
        Assert.Null(_failure);
        Assert.True(first.Succeeded && between!.Succeeded);
        Assert.Equal(Enumerable.Range(1701, 100).Select(i => (long)i), test.Read("a"));
    }

    [Fact]
    public void Each_step_leaves_a_finished_smaller_deletion()
    {
        using var test = new TestDatabase();
        test.Append("a", [.. Enumerable.Range(1, 1200).Select(i => (long)i)]);
        test.Stepped.Step();
        var seen = new List<(long First, long Highest)>();
        test.Database.Writer.Write(new DeleteEvents("a", 1200, _ => _finished = true));
        test.Database.Writer.Write(new ActionWork(_ => { }, _ => Look()));

        test.Stepped.Step();

        Assert.True(_finished);
        // A step takes 500 rows, and the mark that the step before it left is one of them.
        Assert.Equal([(501, 1200), (1000, 1200), (0, 1200)], seen);

        void Look()
        {
            seen.Add((test.Read("a").FirstOrDefault(), test.Highest("a")));
            if (seen.Count < 3)
                test.Database.Writer.Write(new ActionWork(_ => { }, _ => Look()));
        }
    }

    [Fact]
    public void A_read_waits_for_the_whole_deletion_of_its_own_events()
    {
        using var test = new TestDatabase();
        test.Append("a", [.. Enumerable.Range(1, 1200).Select(i => (long)i)]);
        test.Stepped.Step();
        test.Database.Writer.Write(new DeleteEvents("a", 1100, _ => _finished = true));
        List<long>? read = null;
        test.Database.Writer.ReadAfterWritesOf("a", new PendingRead(default, _ => read = test.Read("a")));

        test.Stepped.Step();

        Assert.True(_finished);
        Assert.Equal(Enumerable.Range(1101, 100).Select(i => (long)i), read);
    }

    [Fact]
    public void Snapshots_are_chosen_and_deleted_by_number_and_time()
    {
        using var test = new TestDatabase();
        for (var i = 1; i <= 40; i++)
            test.Database.Writer.Write(
                new SaveSnapshotWork("a", i, 100 + i, TestDatabase.Payload(), e => _failure = e));
        test.Database.Writer.Write(new SaveSnapshotWork("a", 40, 200, TestDatabase.Payload(5), e => _failure = e));
        test.Stepped.Step();

        Assert.Null(_failure);
        Assert.Equal((40, 200, 5), Describe(Latest(test, new(0, long.MaxValue, 0, long.MaxValue))));
        Assert.Equal(30, Latest(test, new(0, 30, 0, long.MaxValue))!.Value.SequenceNr);
        Assert.Equal(20, Latest(test, new(0, long.MaxValue, 0, 120))!.Value.SequenceNr);
        Assert.Null(Latest(test, new(41, long.MaxValue, 0, long.MaxValue)));

        test.Database.Writer.Write(
            new DeleteSnapshotsWork("a", new(0, 35, 0, 134), e => (_finished, _failure) = (true, e)));
        test.Stepped.Step();

        Assert.True(_finished);
        Assert.Null(_failure);
        Assert.Equal(35, Latest(test, new(0, 35, 0, long.MaxValue))!.Value.SequenceNr);
        Assert.Null(Latest(test, new(0, 34, 0, long.MaxValue)));
    }

    private static StoredSnapshot? Latest(TestDatabase test, SnapshotBounds bounds) =>
        test.Database.Read(reader => reader.ReadSnapshot("a", bounds));

    private static (long, long, int) Describe(StoredSnapshot? snapshot) =>
        (snapshot!.Value.SequenceNr, snapshot.Value.Created, snapshot.Value.Payload.Bytes.Length);

    private void Delete(TestDatabase test, string persistenceId, long to)
    {
        _finished = false;
        test.Database.Writer.Write(new DeleteEvents(persistenceId, to, e => (_finished, _failure) = (true, e)));
        test.Stepped.Step();
        Assert.True(_finished);
        Assert.Null(_failure);
    }
}
