using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// A follower has applied entries that are not on its own disk yet, and takes a snapshot of them. On the disk there are
/// others in their place, and more of them: if the peer died with the snapshot stored and the event not, what is left
/// of these would go on after the snapshot.
/// </summary>
public sealed class SnapshotOfUnwrittenSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void The_snapshot_waits_until_what_it_covers_is_durable()
    {
        var write = TakeSnapshotWithoutWriting();
        Assert.False(HasMessages);

        Disk.Commanded = false;
        write.Succeed();

        Assert.Equal(3, ExpectMsg<SnapshotTaken>().Index);
        Restart();
        Assert.Equal((3, 3, 3), (Status().LastIndex, Status().SnapshotIndex, Status().AppliedIndex));
    }

    [Fact]
    public void A_peer_whose_write_fails_meanwhile_starts_with_its_former_log()
    {
        var write = TakeSnapshotWithoutWriting();

        Disk.Commanded = false;
        write.Fail();
        AwaitRestart();

        Assert.Equal((6, 0), (Status().LastIndex, Status().SnapshotIndex));
    }

    private PendingWrite TakeSnapshotWithoutWriting()
    {
        StartWithLog(new HardState(3, null, null), 1, 2, 2, 2, 2, 2);
        Disk.Commanded = true;
        B.Append(3, 1, 1, 3, Command(2, 3), Command(3, 3));
        var write = Disk.NextWrite();
        Assert.Equal((3, 3, 1), (Status().AppliedIndex, Status().LastIndex, Status().PersistedIndex));
        Peer.Tell(TakeSnapshot.Instance, TestActor);
        return write;
    }
}
