using Akka.Persistence;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>One transaction, and one flush to disk, for whatever all actors have queued.</summary>
public sealed class GroupCommitSpec : PluginSpec
{
    private const string PatientWriter = """
        akka.persistence.journal.raft-sqlite.busy-timeout = 60 s
        akka.persistence.snapshot-store.raft-sqlite.busy-timeout = 60 s
        """;

    [Fact]
    public void Events_of_64_actors_that_persist_at_the_same_time_are_two_transactions()
    {
        var system = Start(Plugin.Sqlite, PatientWriter);
        var client = new JournalClient(system);
        client.WriteEvents("warm", 1, 1);
        var writer = Database(system).Writer;
        var before = writer.Transactions;
        // The writer waits for this lock, and everything else meanwhile for the writer.
        using var other = new SqliteConnection(File, create: false);
        other.Execute("BEGIN IMMEDIATE");
        for (var actor = 0; actor < 64; actor++)
            client.Write(JournalClient.Atomic(
                [.. Enumerable.Range(1, 10).Select(n => JournalClient.Event($"p{actor}", n, $"{n}"))]));
        client.Journal.Tell(new CheckJournalHealth(CancellationToken.None), client.Probe);
        client.Next<JournalHealthCheckResponse>();

        other.Execute("COMMIT");

        for (var actor = 0; actor < 64; actor++)
        {
            client.Next<WriteMessagesSuccessful>();
            for (var n = 1; n <= 10; n++)
                Assert.Equal(($"p{actor}", n), Written(client.Next<WriteMessageSuccess>()));
        }
        Assert.InRange(writer.Transactions - before, 1, 2);
    }

    [Fact]
    public void A_replay_does_not_wait_for_the_writes_of_others()
    {
        var system = Start(Plugin.Sqlite, PatientWriter);
        var client = new JournalClient(system);
        client.WriteEvents("a", 1, 3);
        client.Save("a", 2, "snapshot");
        using var other = new SqliteConnection(File, create: false);
        other.Execute("BEGIN IMMEDIATE");
        client.Write(JournalClient.Atomic(JournalClient.Event("b", 1, "waits")));

        Assert.Equal(["1 a-1", "2 a-2", "3 a-3"], client.Replay("a").Events);
        Assert.Equal("snapshot", client.Load("a")!.Snapshot);

        client.Probe.ExpectNoMsg(TimeSpan.Zero);
        other.Execute("COMMIT");
        client.Next<WriteMessagesSuccessful>();
    }

    private static (string, long) Written(WriteMessageSuccess success) =>
        (success.Persistent.PersistenceId, success.Persistent.SequenceNr);

    private Database Database(Akka.Actor.ActorSystem system)
    {
        var databases = SqlitePersistence.Get(system).Databases;
        var database = databases.Open(Storage.TestDatabase.Settings(File));
        databases.Release(database);
        return database;
    }
}
