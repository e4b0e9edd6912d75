using Akka.Actor;
using Akka.TestKit;
using RaftActors.Backups;
using RaftActors.Membership;
using RaftActors.Snapshots;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Snapshots;

/// <summary>A backup as whoever writes it to a file sees it, with probes in place of the peer and its reader.</summary>
public sealed class BackupSpec(ITestOutputHelper output) : VirtualTimeSpec(output)
{
    [Fact]
    public async Task A_snapshot_that_cannot_be_read_fails_the_next_try_too_without_asking_a_reader_that_has_stopped()
    {
        var reader = CreateTestProbe();
        var backup = await OpenAsync(reader);
        var first = backup.WriteAsync(Stream.Null);
        reader.ExpectMsg<ReadChunk>();
        reader.Reply(new SnapshotUnreadable("chunk 1 of 1 is missing"));
        Assert.Contains("chunk 1 of 1 is missing", (await Assert.ThrowsAsync<BackupException>(() => first)).Message);

        var second = backup.WriteAsync(Stream.Null);

        Assert.False(reader.HasMessages);
        Assert.Contains("chunk 1 of 1 is missing", (await Assert.ThrowsAsync<BackupException>(() => second)).Message);
    }

    private async Task<Backup> OpenAsync(TestProbe reader)
    {
        var peer = CreateTestProbe();
        var opening = Backup.OpenAsync(peer.Ref, 1);
        peer.ExpectMsg<StartBackup>();
        var snapshot = new Snapshot(9, 2, 0, Configuration.None, 1, new SnapshotContent(1, 3, "00FF"));
        peer.Reply(new BackupStarted("group", snapshot, DateTimeOffset.UnixEpoch, reader.Ref));
        return await opening;
    }
}
