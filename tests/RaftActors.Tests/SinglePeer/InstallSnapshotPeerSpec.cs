using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A follower to which a snapshot is sent, while other things happen to it.</summary>
public sealed class InstallSnapshotPeerSpec : PeerSpec
{
    private const long LastIncluded = 8;

    private Configuration? _configuration;

    public InstallSnapshotPeerSpec(ITestOutputHelper output)
        : base(output) => Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };

    [Fact]
    public void The_snapshot_takes_the_place_of_the_log_when_its_event_is_durable()
    {
        StartWithLog(new HardState(2, null, null), 1);
        Disk.Commanded = true;
        Deliver();

        var write = Disk.NextWrite();
        Assert.Equal(new SnapshotInstalled(LastIncluded, 2), write.Event);
        Assert.Equal(1, Status().LastIndex);
        B.ExpectNone<InstallSnapshotReply>(reply => reply.Installed);
        write.Succeed();

        Assert.True(B.Expect<InstallSnapshotReply>().Installed);
        var status = Status();
        Assert.Equal((LastIncluded, LastIncluded, LastIncluded + 1),
            (status.LastIndex, status.CommitIndex, status.FirstIndex));
        Assert.Equal(3, Machine.Applied.Count);
    }

    // The same entries came in another way meanwhile. A peer that leads with them by then must not drop what follows:
    // its followers would have other entries of its term.
    [Fact]
    public void A_log_that_has_reached_the_snapshot_meanwhile_stays()
    {
        StartWithLog(new HardState(2, null, null), 1);
        Disk.Commanded = true;
        Deliver();
        var write = Disk.NextWrite();
        B.Append(2, 1, 1, 1, Entries(1, 2, 2, 2, 2, 2, 2, 2, 2)[1..]);

        Disk.Commanded = false;
        write.Succeed();
        var status = Status();

        Assert.Equal((9, 9, LastIncluded, LastIncluded),
            (status.LastIndex, status.PersistedIndex, status.CommitIndex, status.SnapshotIndex));
        Restart();
        Assert.Equal((9, LastIncluded, LastIncluded),
            (Status().LastIndex, Status().CommitIndex, Status().SnapshotIndex));
    }

    // A term is written at any time. Entries wait until the snapshot is installed, and are not on the disk because a
    // term is.
    [Fact]
    public void What_waits_for_the_snapshot_is_not_durable_when_a_term_is_written()
    {
        var log = Entries(1, 2, 2, 2, 2, 2, 2, 2, 2);
        StartWithLog(new HardState(2, null, null), 1);
        Disk.Commanded = true;
        B.Append(2, 1, 1, 1, log[1..3]);
        var write = Disk.NextWrite();
        Deliver();
        // All of it is stored.
        Assert.Null(Find("peer", "receive-snapshot-1"));
        B.Append(2, 3, 2, 1, log[3..]);
        C.Append(3, 9, 2, 1);

        Disk.Commanded = false;
        write.Succeed();
        var status = Status();
        Assert.Equal((3, 9, LastIncluded), (status.Term, status.LastIndex, status.SnapshotIndex));

        Restart();
        Assert.Equal((3, 9, LastIncluded), (Status().Term, Status().LastIndex, Status().SnapshotIndex));
    }

    // A state machine is not asked for a second image while the first may be read.
    [Fact]
    public void A_snapshot_that_is_being_taken_goes_before_the_leaders()
    {
        StartWithLog(new HardState(2, null, null), 1);
        B.Append(2, 1, 1, 2, Entries(1, 2)[1..]);

        // The image is asked for by the first, and answered behind the others.
        TellTogether(() =>
        {
            Peer.Tell(TakeSnapshot.Instance, TestActor);
            Send(chunks: 2);
            Send(chunks: 3);
        });

        Assert.Equal(2, ExpectMsg<SnapshotTaken>().Index);
        Assert.Equal(1, Machine.Images);
    }

    // A node may have thousands of groups whose peers never need a slot.
    [Fact]
    public void A_peer_without_a_snapshot_looks_for_the_remains_of_one_only_when_it_needs_a_slot()
    {
        int asked = 0;
        Disk.HoldSnapshots(id =>
        {
            asked += id == PersistenceId ? 0 : 1;
            return false;
        });
        StartWithLog(new HardState(2, null, null), 1);
        Assert.Equal(0, asked);

        Send(chunks: 2);

        Assert.True(asked >= ChunkStore.Slots);
        Assert.Equal(2, B.Expect<InstallSnapshotReply>().NextChunk);
    }

    // Written again and again, and given up each time, none of the two would ever be done.
    [Fact]
    public void A_snapshot_that_is_being_written_makes_way_for_the_leaders()
    {
        StartWithLog(new HardState(2, null, null), 1);
        B.Append(2, 1, 1, 2, Entries(1, 2)[1..]);
        Disk.HoldSnapshots(_ => Machine.Images > 0);
        Peer.Tell(TakeSnapshot.Instance, TestActor);
        Assert.Equal(1, Machine.Images);

        Send(chunks: 2);
        Assert.Contains("the leader sends its own", ExpectMsg<SnapshotFailed>().Reason);
        Disk.ReleaseSnapshots();

        AdvanceUntil(() =>
        {
            Send(chunks: 2);
            return B.TryTake<InstallSnapshotReply>(reply => reply.NextChunk == 2) is not null;
        });
        Assert.Equal(1, Machine.Images);
    }

    // It has the same sequence number as the last of the peer's own: nothing was written since.
    [Fact]
    public void What_the_installed_snapshot_displaces_is_deleted()
    {
        var log = Entries(1, 2, 2);
        StartWithLog(new HardState(2, null, null), 1);
        for (int index = 2; index <= 3; index++)
        {
            B.Append(2, index - 1, index == 2 ? 1 : 2, index, log[index - 1]);
            Peer.Tell(TakeSnapshot.Instance, TestActor);
            Assert.Equal(index, ExpectMsg<SnapshotTaken>().Index);
        }
        string[] own = [.. Disk.SavedChunks];
        Assert.Equal(2, own.Length);
        Assert.DoesNotContain(own[1], Disk.DeletedChunks);

        Deliver();
        Assert.True(B.Expect<InstallSnapshotReply>().Installed);

        Assert.Contains(own[1], Disk.DeletedChunks);
        Assert.DoesNotContain(own[0], Disk.DeletedChunks);
    }

    // The snapshot was taken before the group was recovered, which gave it another identity.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_member_of_a_recovered_group_is_of_that_group_once_the_snapshot_is_installed(bool restarts)
    {
        const string Former = "0123456789abcdef0123456789abcdef", Present = "fedcba9876543210fedcba9876543210";
        B.GroupId = Present;
        _configuration = Bound.Beginning(Former, 1);
        Start();
        Adopt();
        UseStoreId(Status().StoreId);
        Deliver();
        Assert.Equal(Present, B.Expect<InstallSnapshotReply>(reply => reply.Installed).Header.GroupId);
        if (restarts)
            Restart();

        var recovered = new LogEntry(LastIncluded + 1, 5, EntryKind.Configuration, 0,
            _configuration.Beginning(Present, LastIncluded + 1).ToPayload());
        B.Append(5, LastIncluded, 2, LastIncluded + 1, recovered);

        B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == LastIncluded + 1);
        Assert.Equal((Present, LastIncluded + 1), (Status().GroupId, Status().CommitIndex));
    }

    /// <summary>Sends a snapshot of one chunk again until the peer has a slot for it, as a leader does.</summary>
    private void Deliver()
    {
        var saved = Disk.SavedChunks.Count;
        AdvanceUntil(() =>
        {
            Send(chunks: 1);
            return Disk.SavedChunks.Count > saved;
        });
    }

    /// <summary>Sends the first chunk of a snapshot, which is all of it or has others to follow.</summary>
    private void Send(int chunks)
    {
        var image = SnapshotBytes.Join(new SessionTable(), MachineImage()).SelectMany(part => part.ToArray()).ToArray();
        using var digest = new ContentDigest();
        for (int i = 0; i < chunks; i++)
            digest.Add(image);
        var snapshot = new Snapshot(LastIncluded, 2, 0, _configuration ?? Bound, 1, digest.Content);
        B.Say(header => new InstallSnapshot(header, snapshot, 1, image), 2);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> MachineImage()
    {
        var machine = new RecordingMachine(static () => false);
        for (int index = 2; index <= 4; index++)
            machine.Apply(Command(index, 2), new byte[] { (byte)index });
        return machine.TakeSnapshot();
    }
}
