using Akka.Persistence;
using Akka.TestKit;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>A disk that does not answer is reported after a time that is the scheduler's.</summary>
public sealed class StallSpec : PluginSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Akka.Actor.ActorSystem _system;
    private readonly JournalClient _client;
    private readonly SqliteConnection _other;

    public StallSpec()
    {
        _system = Start(Plugin.Sqlite, """
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.persistence.journal.raft-sqlite.busy-timeout = 60 s
            akka.persistence.snapshot-store.raft-sqlite.busy-timeout = 60 s
            """);
        _client = new JournalClient(_system);
        _client.WriteEvents("a", 1, 1);
        // Whoever waits for a lock waits as if the disk did not answer: the writer can do nothing else meanwhile.
        _other = new SqliteConnection(File, create: false);
        _other.Execute("BEGIN IMMEDIATE");
    }

    [Fact]
    public void A_write_is_reported_and_a_recovery_waits_for_it()
    {
        var subject = new Subject(_system);
        subject.Expect("replayed a-1", "recovered at 1");
        subject.Do(actor => actor.WriteAsync("2"));
        Sync(subject);

        Advance(9);
        subject.ExpectNothing();
        Advance(3);

        var fault = subject.ExpectFault();
        Assert.Equal(SqliteFault.Stalled, fault.Fault);
        Assert.True(fault.MayRecover);
        Assert.Equal(
            $"The database {File} did not answer within 10 s; what was to be written may still be written",
            fault.Message);
        subject.Expect("stopped");

        var successor = new Subject(_system);
        Release();
        successor.Expect("replayed a-1", "replayed 2", "recovered at 2");
    }

    [Fact]
    public void A_recovery_that_waits_for_a_stalled_write_is_reported()
    {
        _client.Write(JournalClient.Atomic(JournalClient.Event("a", 2, "two")));
        // Journal and snapshot store are two actors: the write has to be queued before the snapshot is asked for.
        Sync();
        var (events, snapshots) = (_client.NewProbe(), _client.NewProbe());
        _client.Journal.Tell(new ReplayMessages(0, long.MaxValue, long.MaxValue, "a", events), events);
        _client.SnapshotStore.Tell(new LoadSnapshot("a", SnapshotSelectionCriteria.Latest, long.MaxValue), snapshots);

        Advance(12);

        Assert.Equal(SqliteFault.Stalled, FaultOf(events.ExpectMsg<ReplayMessagesFailure>(Patience).Cause));
        Assert.Equal(SqliteFault.Stalled, FaultOf(snapshots.ExpectMsg<LoadSnapshotFailed>(Patience).Cause));
        Release();
        new Subject(_system).Expect("replayed a-1", "replayed two", "recovered at 2");
    }

    [Fact]
    public void A_deletion_is_reported_and_still_done()
    {
        _client.Journal.Tell(new DeleteMessagesTo("a", 1, _client.Probe), _client.Probe);
        Advance(12);
        Assert.Equal(SqliteFault.Stalled, FaultOf(_client.Next<DeleteMessagesFailure>().Cause));
        Release();
        Assert.Empty(_client.Replay("a").Events);
    }

    [Fact]
    public void A_snapshot_that_was_reported_as_not_saved_is_not_left_behind()
    {
        _client.SnapshotStore.Tell(
            new SaveSnapshot(new SnapshotMetadata("a", 1, DateTime.MinValue), "one"), _client.Probe);
        Advance(12);
        Assert.Equal(SqliteFault.Stalled, FaultOf(_client.Next<SaveSnapshotFailure>().Cause));
        Release();
        Assert.Null(_client.Load("a"));
    }

    private void Advance(int seconds)
    {
        Sync();
        // A step a second: however far it is advanced, it fires a timer that repeats only once.
        for (var i = 0; i < seconds; i++)
            ((TestScheduler)_system.Scheduler).Advance(TimeSpan.FromSeconds(1));
        Sync();
    }

    /// <summary>Until both plugins have received everything that they were sent.</summary>
    private void Sync()
    {
        var probe = _client.NewProbe();
        _client.Journal.Tell(new CheckJournalHealth(CancellationToken.None), probe);
        _client.SnapshotStore.Tell(new CheckSnapshotStoreHealth(CancellationToken.None), probe);
        probe.ReceiveN(2, Patience);
    }

    private static void Sync(Subject subject)
    {
        subject.Do(actor => actor.Note("told"));
        subject.Expect("told");
    }

    private static SqliteFault FaultOf(Exception cause) => Assert.IsType<SqliteDatabaseException>(cause).Fault;

    private void Release()
    {
        _other.Execute("COMMIT");
        _other.Dispose();
    }
}
