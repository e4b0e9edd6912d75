using Akka.Actor;
using Akka.Persistence.Sql;

namespace RaftActors.Runtime.Tests.Persistence;

public sealed class SqlPluginSpec : PersistenceTest
{
    [Fact]
    public async Task Events_and_snapshots_outlive_the_actor_system()
    {
        var system = Start(Sql);
        var first = Subject(system);
        await first.Persisted("1", "2");
        await first.Done(actor => actor.SaveSnapshot("two"));
        await first.Until("saved 2");
        await first.Persisted("3");
        await Within(system.Terminate());

        var second = Subject(Start(Sql));
        await second.Recovered();

        Assert.Equal(["offered two at 2", "replayed 3", "recovered at 3"], second.Log);
    }

    [Fact]
    public async Task Whatever_a_handler_ran_for_is_in_files_copied_at_that_moment()
    {
        using var copy = new TemporaryDirectory();
        var subject = Subject(Start(Sql));
        await subject.Persisted([.. Enumerable.Range(1, 100).Select(i => $"{i}")]);
        for (var i = 101; i <= 110; i++)
            subject.Do(actor => actor.PersistAsync($"more", actor.Handled));
        await subject.Until("handled more");
        foreach (var suffix in new[] { "", "-wal" })
            File.Copy(DatabasePath + suffix, (copy / "journal.db") + suffix);

        var recovered = Subject(Start(Sql, databasePath: copy / "journal.db"));
        await recovered.Recovered();

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"replayed {i}"), recovered.Log.Take(100));
        Assert.Contains("replayed more", recovered.Log);
    }

    [Fact]
    public async Task Many_actors_persist_at_the_same_time()
    {
        var system = Start(Sql);
        var subjects = Enumerable.Range(0, 30).Select(i => Subject(system, $"p{i}")).ToList();
        foreach (var subject in subjects)
        {
            foreach (var i in Enumerable.Range(1, 40))
                subject.Do(actor => actor.PersistAsync($"{i}", actor.Handled));
        }
        await Task.WhenAll(subjects.Select(subject => subject.Until("handled 40")));
        await Within(system.Terminate());

        var again = Start(Sql);
        foreach (var i in Enumerable.Range(0, 30))
        {
            var subject = Subject(again, $"p{i}");
            await subject.Recovered();
            Assert.Equal([.. Enumerable.Range(1, 40).Select(n => $"replayed {n}"), "recovered at 40"], subject.Log);
        }
    }

    [Fact]
    public async Task An_event_without_a_serializer_is_rejected_with_its_atomic_write()
    {
        var subject = Subject(Start(Sql));
        await subject.Done(actor =>
        {
            actor.PersistAsync("1", actor.Handled);
            actor.PersistAllAsync<object>(["2", new Unserializable()], e => actor.Note("must not happen"));
            actor.PersistAsync("4", actor.Handled);
        });
        await subject.Until("handled 4");

        Assert.Equal(["recovered at 0", "handled 1", "rejected at 2", "rejected at 3", "handled 4"], subject.Log);
    }

    [Fact]
    public async Task A_snapshot_without_a_serializer_is_not_saved()
    {
        var subject = Subject(Start(Sql));
        await subject.Persisted("1");
        await subject.Done(actor => actor.SaveSnapshot(new Unserializable()));
        await subject.Until("not saved 1");
    }

    [Fact]
    public async Task What_is_wrong_with_the_database_reaches_the_actor_and_can_be_put_right()
    {
        var missing = Path.Combine(Path.GetDirectoryName(DatabasePath)!, "missing");
        var system = Start(Sql, databasePath: Path.Combine(missing, "journal.db"));
        var first = Subject(system);
        await Within(first.Stopped);
        Assert.Equal([$"recovery failed: The database {missing}/journal.db cannot be opened: the directory {missing} does not exist"], first.Log);

        Directory.CreateDirectory(missing);

        var second = Subject(system);
        await second.Persisted("1");
        Assert.Equal(["recovered at 0", "handled 1"], second.Log);
    }

    [Fact]
    public async Task What_is_wrong_with_the_settings_reaches_the_actor()
    {
        var subject = Subject(Start(Sql, "akka.persistence { journal.sql.provider-name = Oracle, snapshot-store.sql.provider-name = Oracle }"));
        await Within(subject.Stopped);

        Assert.Contains("provider-name = \"Oracle\"", Assert.Single(subject.Log));
    }

    [Fact]
    public async Task A_write_that_takes_too_long_fails_and_the_recovery_waits_for_it()
    {
        var system = Start(Sql, $$"""
            raftactors.runtime.sql-writer-threads = "{{typeof(HeldThreads).AssemblyQualifiedName}}"
            akka.persistence.journal.sql.circuit-breaker.call-timeout = 0s
            """);
        var first = Subject(system);
        await first.Recovered();
        var held = HeldThreads.Hold();
        first.Do(actor => actor.Persist("1", actor.Handled));
        await Within(first.Stopped);
        Assert.Equal(["recovered at 0", "failed 1 at 1"], first.Log);
        var second = Subject(system);

        held.Set();

        await second.Recovered();
        Assert.Equal(["replayed 1", "recovered at 1"], second.Log);
    }

    [Fact]
    public async Task A_database_that_another_system_has_open_is_refused_until_it_is_closed()
    {
        var owner = Start(Sql);
        await Subject(owner).Persisted("1");
        var system = Start(Sql);
        var refused = Subject(system);
        await Within(refused.Stopped);
        Assert.Contains("in use by another process or actor system", Assert.Single(refused.Log));

        await Within(owner.Terminate());

        var accepted = Subject(system);
        await accepted.Recovered();
        Assert.Equal(["replayed 1", "recovered at 1"], accepted.Log);
    }

    [Fact]
    public async Task A_sequence_number_that_is_taken_fails_the_write_and_stops_the_actor()
    {
        var system = Start(Sql);
        var first = Subject(system);
        var second = Subject(system);
        await Task.WhenAll(first.Recovered(), second.Recovered());
        await first.Persisted("1");

        second.Do(actor => actor.Persist("other 1", actor.Handled));
        await Within(second.Stopped);

        Assert.Equal(["recovered at 0", "failed other 1 at 1"], second.Log);
        await first.Persisted("2");
    }

    [Fact]
    public async Task The_writer_can_be_run_by_something_else_than_a_thread()
    {
        var system = Start(Sql, $"raftactors.runtime.sql-writer-threads = \"{typeof(InlineThreads).AssemblyQualifiedName}\"");
        var subject = Subject(system);
        await subject.Persisted("1", "2");

        Assert.Equal(["recovered at 0", "handled 1", "handled 2"], subject.Log);
        Assert.True(InlineThread.Runs > 0);
    }

    private sealed class Unserializable;

    /// <summary>Threads that stand still while a test holds them.</summary>
    private sealed class HeldThreads : ISqlWriterThreads
    {
        private static readonly ManualResetEventSlim Free = new(initialState: true);

        public HeldThreads(ExtendedActorSystem system) => _ = system;

        public static ManualResetEventSlim Hold()
        {
            Free.Reset();
            return Free;
        }

        public ISqlWriterThread Start(string database, Action run) => new SqlWriterThread(database, () =>
        {
            Free.Wait();
            run();
        });
    }

    private sealed class InlineThreads : ISqlWriterThreads
    {
        public InlineThreads(ExtendedActorSystem system) => _ = system;

        public ISqlWriterThread Start(string database, Action run) => new InlineThread(run);
    }

    private sealed class InlineThread(Action run) : ISqlWriterThread
    {
        private readonly Lock _gate = new();

        public static int Runs { get; private set; }

        public void Wake()
        {
            lock (_gate)
            {
                Runs++;
                run();
            }
        }

        public void Stop()
        {
        }
    }
}
