using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>What is wrong with a database reaches the persistent actor that needs it, in one sentence.</summary>
public sealed class FaultSpec : PluginSpec
{
    [Fact]
    public void A_file_that_is_no_database()
    {
        System.IO.File.WriteAllText(File, new string('x', 10_000));
        FailsToRecover(SqliteFault.Foreign, mayRecover: false, $"The database {File} is not a SQLite database");
    }

    [Fact]
    public void Tables_of_another_application()
    {
        Change("CREATE TABLE snapshot(id INTEGER PRIMARY KEY, picture BLOB)", create: true);
        FailsToRecover(SqliteFault.Foreign, mayRecover: false,
            $"The database {File} is not one of Akka.Persistence: table snapshot lacks");
    }

    [Fact]
    public void A_newer_format()
    {
        WriteSome();
        Change("PRAGMA user_version = 7");
        FailsToRecover(SqliteFault.NewerFormat, mayRecover: false,
            $"The database {File} was written by a newer version (format 7)");
    }

    [Fact]
    public void A_database_whose_first_page_is_damaged()
    {
        WriteSome();
        Damage(from: 100, to: 4096);
        FailsToRecover(SqliteFault.Damaged, mayRecover: false, $"The database {File} is damaged");
    }

    [Fact]
    public void A_database_whose_events_are_damaged()
    {
        WriteSome();
        Damage(from: 10 * 4096, to: int.MaxValue);
        FailsToRecover(SqliteFault.Damaged, mayRecover: false, $"The database {File} is damaged");
    }

    [Fact]
    public void An_event_that_nobody_can_read()
    {
        WriteSome();
        Change("UPDATE journal SET identifier = 99999 WHERE sequence_number = 2");
        FailsToRecover(
            SqliteFault.Unreadable, mayRecover: false,
            $"The event 2 of a in {File} cannot be read (serializer 99999, manifest \"", "replayed a-1");
    }

    [Fact]
    public void A_snapshot_that_nobody_can_read()
    {
        WriteSome();
        Change("INSERT INTO snapshot VALUES ('a', 1, 0, x'00', '', 99999)");
        FailsToRecover(SqliteFault.Unreadable, mayRecover: false,
            $"The snapshot 1 of a in {File} cannot be read (serializer 99999");
    }

    [Fact]
    public void A_directory_that_is_missing_until_it_is_made()
    {
        var system = Start(Plugin.Sqlite, file: Directory / "missing/journal.db");
        var fault = FailsToRecover(system);
        Assert.Equal(SqliteFault.Missing, fault.Fault);
        Assert.Equal(
            $"The database {Directory / "missing/journal.db"} cannot be opened: "
            + $"the directory {Directory / "missing"} does not exist",
            fault.Message);

        System.IO.Directory.CreateDirectory(Directory / "missing");

        var second = new Subject(system);
        second.Persist("1");
        second.Expect("recovered at 0", "handled 1");
    }

    [Fact]
    public void A_database_that_another_system_has_open_until_it_is_closed()
    {
        var owner = Start(Plugin.Sqlite);
        new JournalClient(owner).WriteEvents("a", 1, 1);
        var system = Start(Plugin.Sqlite);
        var fault = FailsToRecover(system);
        Assert.Equal((SqliteFault.Locked, true), (fault.Fault, fault.MayRecover));
        Assert.Contains($"The database {File} is in use by another process or actor system", fault.Message);

        Stop(owner);

        new Subject(system).Expect("replayed a-1", "recovered at 1");
    }

    [Fact]
    public void A_database_that_a_process_has_open_which_knows_no_lock_file()
    {
        WriteSome();
        using (var other = new SqliteConnection(File, create: false))
        {
            other.Execute("BEGIN IMMEDIATE");
            FailsToRecover(SqliteFault.Locked, mayRecover: true, $"The database {File} is in use by another process");
        }
    }

    [Fact]
    public void A_lock_that_is_taken_while_the_database_is_open()
    {
        var system = Start(Plugin.Sqlite, """
            akka.persistence.journal.raft-sqlite.busy-timeout = 100 ms
            akka.persistence.snapshot-store.raft-sqlite.busy-timeout = 100 ms
            """);
        var subject = new Subject(system);
        subject.Expect("recovered at 0");
        using var other = new SqliteConnection(File, create: false);
        other.Execute("BEGIN IMMEDIATE");

        subject.Persist("1");

        var fault = subject.ExpectFault();
        Assert.Equal((SqliteFault.Locked, true), (fault.Fault, fault.MayRecover));
        Assert.Contains($"The database {File} is locked by another process", fault.Message);
        subject.Expect("stopped");
        other.Execute("COMMIT");
        var second = new Subject(system);
        second.Persist("1");
        second.Expect("recovered at 0", "handled 1");
    }

    [Fact]
    public void A_disk_that_is_full_while_the_database_is_open()
    {
        var system = Start(Plugin.Sqlite);
        var subject = new Subject(system);
        subject.Expect("recovered at 0");
        var databases = SqlitePersistence.Get(system).Databases;
        var database = databases.Open(Storage.TestDatabase.Settings(File));
        SetMaxPages(database, 40);

        subject.Persist(new string('x', 1 << 20));

        var fault = subject.ExpectFault();
        Assert.Equal((SqliteFault.Full, true), (fault.Fault, fault.MayRecover));
        Assert.StartsWith($"The database {File} cannot grow: the disk is full", fault.Message);
        subject.Expect("stopped");
        SetMaxPages(database, 100_000);
        databases.Release(database);
        var second = new Subject(system);
        second.Persist("1");
        second.Expect("recovered at 0", "handled 1");
    }

    [Fact]
    public void Settings_that_make_no_sense()
    {
        var subject = new Subject(Start(Plugin.Sqlite, "akka.persistence.snapshot-store.raft-sqlite.wal-size = 1 KiB"));
        var failure = Assert.IsType<Akka.Configuration.ConfigurationException>(subject.Next());
        Assert.Contains("akka.persistence.snapshot-store.raft-sqlite.wal-size", failure.Message);
    }

    private static SqliteDatabaseException FailsToRecover(Akka.Actor.ActorSystem system, params string[] before)
    {
        var subject = new Subject(system);
        subject.Expect(before);
        var fault = subject.ExpectFault();
        subject.Expect("stopped");
        return fault;
    }

    private void FailsToRecover(SqliteFault expected, bool mayRecover, string message, params string[] before)
    {
        var fault = FailsToRecover(Start(Plugin.Sqlite), before);
        Assert.Equal((expected, mayRecover, File), (fault.Fault, fault.MayRecover, fault.Database));
        Assert.StartsWith(message, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private static void SetMaxPages(Database database, int pages)
    {
        using var done = new ManualResetEventSlim();
        database.Writer.Write(new Storage.ActionWork(
            statements => statements.Connection.Execute($"PRAGMA max_page_count = {pages}"), _ => done.Set()));
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)));
    }

    private void WriteSome()
    {
        var system = Start(Plugin.Sqlite);
        var client = new JournalClient(system);
        client.WriteEvents("a", 1, 500);
        client.WriteEvents("other", Enumerable.Range(1, 200).Select(n => ((long)n, (object)new string('x', 1000))));
        Stop(system);
    }

    private void Change(string sql, bool create = false)
    {
        using var connection = new SqliteConnection(File, create);
        connection.Execute(sql);
    }

    private void Damage(int from, int to)
    {
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(from, Math.Min(bytes.Length, to) - from).Fill(0xee);
        System.IO.File.WriteAllBytes(File, bytes);
    }
}
