using Akka.Actor;
using Akka.Persistence;
using RaftActors.Backups;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Snapshots;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>What a peer gives for a backup.</summary>
public sealed class BackupPeerSpec(ITestOutputHelper output) : PeerSpec(output)
{
    // Two snapshots that end within one event of the journal replace the same events: for the journal's sake the second
    // is not needed, but for the backup's it is.
    [Fact]
    public void A_backup_has_the_entry_that_was_asked_for_even_if_the_journal_needs_no_further_snapshot()
    {
        StartWithSnapshotWithinAnEvent();
        Assert.Equal(3, Ask<SnapshotTaken>(TakeSnapshot.Instance).Index);

        var started = Ask<BackupStarted>(new StartBackup(4));

        Assert.Equal((4, 2), (started.Snapshot.LastIncludedIndex, started.Snapshot.LastIncludedTerm));
        using var bytes = new MemoryStream();
        for (int chunk = 1; chunk <= started.Snapshot.Content.Chunks; chunk++)
            bytes.Write(Ask<ChunkRead>(new ReadChunk(chunk), started.Reader).Data.Span);
        Assert.Equal(started.Snapshot.Content.Length, bytes.Length);
        Restart();
        Assert.Equal((5, 4), (Status().LastIndex, Status().SnapshotIndex));
    }

    // A snapshot store deletes what it could not save, by its number: that of the snapshot before, which the new one
    // was to take the place of. Nothing may rely on that one any more.
    [Fact]
    public void A_snapshot_whose_manifest_went_with_a_failed_one_is_not_kept_beside_the_next()
    {
        Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };
        StartWithSnapshotWithinAnEvent();
        Disk.RefusesManifests = true;
        Assert.Contains("The disk is full", Ask<BackupRefused>(new StartBackup(4)).Reason);
        Disk.RefusesManifests = false;
        B.Append(2, 5, 2, 5, []);

        Assert.Equal(5, Ask<SnapshotTaken>(TakeSnapshot.Instance).Index);

        var store = Akka.Persistence.Persistence.Instance.Apply(Sys).SnapshotStoreFor("commanded-snapshots");
        var manifest = (SnapshotManifest)Ask<LoadSnapshotResult>(new LoadSnapshot(PersistenceId,
            SnapshotSelectionCriteria.Latest, long.MaxValue), store).Snapshot!.Snapshot;
        Assert.Equal((5, null), (manifest.Snapshot.LastIncludedIndex, manifest.Previous));
        Restart();
        Assert.Equal(5, Status().SnapshotIndex);
    }

    [Fact]
    public void What_the_peer_has_not_applied_is_refused()
    {
        StartWithLog(new HardState(2, null, null), 1);
        B.Append(2, 1, 1, 2, Entries(1, 2)[1..]);

        Assert.Contains("entry 3 was asked for", Ask<BackupRefused>(new StartBackup(3)).Reason);
    }

    [Fact]
    public void Only_so_many_are_read_at_a_time_and_one_that_ends_makes_room()
    {
        StartWithLog(new HardState(2, null, null), 1);
        B.Append(2, 1, 1, 2, Entries(1, 2)[1..]);

        var first = Ask<BackupStarted>(new StartBackup(2));
        Ask<BackupStarted>(new StartBackup(2));
        Assert.Contains("2 backups are being read", Ask<BackupRefused>(new StartBackup(2)).Reason);
        Watch(first.Reader);
        first.Reader.Tell(EndReading.Instance);
        ExpectTerminated(first.Reader);
        Ask<BackupStarted>(new StartBackup(2));
    }

    // One event has the entries 2 to 5; a snapshot ends with entry 3, and entry 4 is applied since.
    private void StartWithSnapshotWithinAnEvent()
    {
        StartWithLog(new HardState(2, null, null), 1);
        B.Append(2, 1, 1, 3, Entries(1, 2, 2, 2, 2)[1..]);
        Assert.Equal(3, Ask<SnapshotTaken>(TakeSnapshot.Instance).Index);
        B.Append(2, 5, 2, 4, []);
    }

    private T Ask<T>(object message, IActorRef? target = null) => Answer<T>(target ?? Peer, message);
}
