using System.Runtime.CompilerServices;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests.Storage;

public sealed class DatabaseWriterSpec
{
    [Fact]
    public void What_is_queued_together_is_written_in_one_transaction()
    {
        using var test = new TestDatabase();
        var works = Enumerable.Range(1, 20).Select(actor => test.Append("p" + actor, 1)).ToList();
        Assert.All(works, work => Assert.Equal(0, work.Reports));
        Assert.True(test.Stepped.Woken);

        test.Stepped.Step();

        Assert.All(works, work => Assert.True(work.Succeeded));
        Assert.Single(works.Select(work => work.Transaction).Distinct());
        Assert.Equal(1, test.Database.Writer.Transactions);
        Assert.Equal([1], test.Read("p20"));
    }

    [Fact]
    public void What_fails_leaves_nothing_behind_and_does_not_harm_the_others()
    {
        using var test = new TestDatabase();
        test.Append("a", 1);
        test.Stepped.Step();

        var before = test.Append("b", 1);
        var failing = test.Append("a", 2, 3, 1);
        var after = test.Append("c", 1);
        test.Stepped.Step();

        Assert.True(before.Succeeded && after.Succeeded);
        var failure = Assert.IsType<SqliteDatabaseException>(failing.Failure);
        Assert.Equal(SqliteFault.Conflict, failure.Fault);
        Assert.Contains("UNIQUE", failure.Message);
        Assert.Equal(1, failing.Reports);
        Assert.All(["a", "b", "c"], persistenceId => Assert.Equal([1], test.Read(persistenceId)));
    }

    [Fact]
    public void An_unexpected_exception_fails_its_own_work_only()
    {
        using var test = new TestDatabase();
        var failure = new InvalidOperationException("boom");
        Exception? reported = null;
        var good = test.Append("a", 1);
        test.Database.Writer.Write(new ActionWork(_ => throw failure, e => reported = e));
        var alsoGood = test.Append("a", 2);

        test.Stepped.Step();

        Assert.Same(failure, reported);
        Assert.True(good.Succeeded && alsoGood.Succeeded);
        Assert.Equal([1, 2], test.Read("a"));
    }

    [Fact]
    public void A_full_disk_is_named_and_harms_nobody_later()
    {
        using var test = new TestDatabase();
        Exception? reported = null;
        test.Database.Writer.Write(new ActionWork(Fill, e => reported = e));
        test.Stepped.Step();

        var failure = Assert.IsType<SqliteDatabaseException>(reported);
        Assert.Equal(SqliteFault.Full, failure.Fault);
        Assert.True(failure.MayRecover);
        Assert.Contains(test.Path, failure.Message);
        Assert.Contains("the disk is full", failure.Message);
        Assert.Empty(test.Read("a"));

        var later = test.Append("a", 1);
        test.Stepped.Step();
        Assert.True(later.Succeeded);

        static void Fill(WriteStatements statements)
        {
            // What SQLite reports here is what it reports when the file system has no space left.
            var limit = statements.Connection.QueryNumber("PRAGMA max_page_count")!.Value;
            statements.Connection.Execute("PRAGMA max_page_count = 20");
            try
            {
                statements.InsertEvent(new NewEvent("a", 1, TestDatabase.Payload(1 << 20), null, ""), 1);
            }
            finally
            {
                statements.Connection.Execute($"PRAGMA max_page_count = {limit}");
            }
        }
    }

    [Fact]
    public void A_read_begins_at_once_when_nothing_of_its_actor_is_to_be_written()
    {
        using var test = new TestDatabase();
        test.Append("b", 1);
        var began = false;

        test.Database.Writer.ReadAfterWritesOf("a", new PendingRead(default, failure => began = failure is null));

        Assert.True(began);
    }

    [Fact]
    public void A_read_begins_when_the_writes_of_its_actor_have_ended()
    {
        using var test = new TestDatabase();
        var works = (TestWork[])[test.Append("a", 1), test.Append("b", 1), test.Append("a", 2), test.Append("a", 1)];
        var began = false;
        test.Database.Writer.ReadAfterWritesOf(
            "a", new PendingRead(default, _ => began = works.All(work => work.Reports == 1)));
        Assert.False(began);

        test.Stepped.Step();

        Assert.True(began);
        Assert.NotNull(works[3].Failure);
    }

    [Fact]
    public void Overdue_work_is_reported_once_and_a_read_still_waits_for_it()
    {
        using var test = new TestDatabase();
        var work = new TestWork("a", [1]) { Queued = At(1) };
        test.Database.Writer.Write(work);
        var reached = false;
        test.Database.Writer.ReadAfterWritesOf("a", new PendingRead(At(3), failure => reached = failure is null));
        var timeout = new TimeoutException();

        test.Database.Writer.ReportOverdue(At(1), timeout);
        Assert.Equal(0, work.Reports);
        test.Database.Writer.ReportOverdue(At(2), timeout);

        Assert.Same(timeout, work.Failure);
        Assert.False(reached);
        test.Stepped.Step();
        Assert.True(reached);
        Assert.Same(timeout, work.Failure);
        Assert.Equal(1, work.Reports);
        Assert.Equal([1], test.Read("a"));
    }

    [Fact]
    public void A_read_that_waits_too_long_is_reported_once()
    {
        using var test = new TestDatabase();
        test.Append("a", 1);
        test.Append("a", 2);
        var reports = new List<Exception?>();
        test.Database.Writer.ReadAfterWritesOf("a", new PendingRead(At(1), reports.Add));
        var timeout = new TimeoutException();

        test.Database.Writer.ReportOverdue(At(2), timeout);
        test.Stepped.Step();

        Assert.Equal([timeout], reports);
    }

    [Fact]
    public void Work_is_overdue_by_its_own_watchdog_only()
    {
        using var test = new TestDatabase();
        var work = test.Append("a", 1);
        var another = new TestWork("b", [1]) { Queued = new QueueTime(new object(), TimeSpan.Zero) };
        test.Database.Writer.Write(another);

        test.Database.Writer.ReportOverdue(At(100), new TimeoutException());
        test.Stepped.Step();

        Assert.True(work.Succeeded && another.Succeeded);
    }

    [Fact]
    public void What_is_written_is_not_kept()
    {
        using var test = new TestDatabase();
        var written = WriteOne();
        GC.Collect();
        Assert.False(written.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference WriteOne()
        {
            var work = test.Append("a", 1);
            test.Stepped.Step();
            Assert.True(work.Succeeded);
            return new WeakReference(work);
        }
    }

    [Fact]
    public void Closing_writes_what_is_queued_and_refuses_what_comes_later()
    {
        using var test = new TestDatabase { KeepOpen = true };
        var queued = test.Append("a", 1);

        test.Database.Close();
        var late = test.Append("a", 2);

        Assert.True(queued.Succeeded);
        Assert.Equal(SqliteFault.Closed, Assert.IsType<SqliteDatabaseException>(late.Failure).Fault);
        using var reopened = Reopen(test.Path);
        Assert.Equal(1, reopened.QueryNumber("SELECT count(*) FROM journal"));
    }

    [Fact]
    public void The_thread_writes_whatever_many_actors_queue_at_once()
    {
        using var directory = new TemporaryDirectory();
        var database = Database.Open(
            TestDatabase.Settings(directory / "j.db"), run => new WriterThread("writer", run), () => { });
        var works = Enumerable.Range(0, 8).Select(_ => new List<TestWork>()).ToArray();
        Parallel.For(0, 8, actor =>
        {
            for (var i = 1; i <= 200; i++)
            {
                var work = new TestWork("p" + actor, [i]);
                works[actor].Add(work);
                database.Writer.Write(work);
            }
        });
        using var done = new ManualResetEventSlim();
        database.Writer.Write(new ActionWork(_ => { }, _ => done.Set()));
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));

        Assert.All(works.SelectMany(work => work), work => Assert.True(work.Succeeded));
        database.Close();
    }

    [Fact]
    public void Files_copied_while_it_runs_hold_everything_that_was_reported()
    {
        using var test = new TestDatabase();
        test.Append("a", 1, 2, 3);
        test.Stepped.Step();
        test.Database.Checkpoint();
        test.Append("a", 4);
        test.Stepped.Step();
        var unreported = test.Append("a", 5);

        // What a process leaves behind that is killed here.
        using var copy = new TemporaryDirectory();
        foreach (var suffix in new[] { "", "-wal" })
            File.Copy(test.Path + suffix, (copy / "journal.db") + suffix);

        using (var reopened = Reopen(copy / "journal.db"))
            Assert.Equal(4, reopened.QueryNumber("SELECT max(sequence_number) FROM journal"));
        Assert.Equal(0, unreported.Reports);
    }

    [Fact]
    public void The_log_is_started_over_and_does_not_grow()
    {
        using var test = new TestDatabase(walSize: 256 << 10);
        var sequenceNr = 0L;
        var checkpoints = 0;
        for (var i = 0; i < 400; i++)
        {
            Assert.True(Written(test, ++sequenceNr));
            if (test.CheckpointsWanted > checkpoints)
            {
                // What came in during the checkpoint is copied by the writer.
                Assert.True(Written(test, ++sequenceNr));
                test.Database.Checkpoint();
                checkpoints = test.CheckpointsWanted;
            }
        }

        Assert.True(test.CheckpointsWanted > 10);
        Assert.Equal(256 << 10, new FileInfo(test.Path + "-wal").Length);
        Assert.Equal(sequenceNr, test.Read("a").Count);
    }

    [Fact]
    public void Without_anyone_to_make_checkpoints_the_writer_makes_them_at_last()
    {
        using var test = new TestDatabase(walSize: 64 << 10);
        for (var i = 1; i <= 200; i++)
            Assert.True(Written(test, i));

        Assert.InRange(new FileInfo(test.Path + "-wal").Length, 256 << 10, 512 << 10);
    }

    private QueueTime At(int seconds) => new(this, TimeSpan.FromSeconds(seconds));

    private static bool Written(TestDatabase test, long sequenceNr)
    {
        var work = test.Append("a", sequenceNr);
        test.Stepped.Step();
        return work.Succeeded;
    }

    private static SqliteConnection Reopen(string path)
    {
        using (DatabaseFile.Open(TestDatabase.Settings(path, initialize: false)))
            return new SqliteConnection(path, create: false);
    }
}
