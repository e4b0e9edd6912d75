using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>Section 7 of the paper and its Figure 13: log compaction and InstallSnapshot.</summary>
public sealed class Section7Spec : PaperSpec
{
    private const long LastIncludedIndex = 4, LastIncludedTerm = 2;

    public Section7Spec(ITestOutputHelper output)
        : base(output) => Settings = Settings with { SnapshotPluginId = "commanded-snapshots" };

    [Fact]
    public void Section_7_a_snapshot_replaces_what_is_committed_and_remembers_its_last_index_and_term()
    {
        Settings = Settings with { SnapshotTrailingEntries = 0 };
        StartWithLog(new HardState(1, null, null), 1, 1, 1, 1);
        Append(B, 1, 4, 1, 3);

        Peer.Tell(TakeSnapshot.Instance, TestActor);

        Assert.Equal(3, ExpectMsg<SnapshotTaken>().Index);
        Assert.Equal((4, 4), (Status().FirstIndex, Status().LastIndex));
        // The consistency check goes on behind it.
        Assert.True(Append(B, 1, 3, 1, 3).Success);
    }

    [Fact]
    public void InstallSnapshot_1_an_earlier_term_is_answered_with_the_present_one()
    {
        StartWithLog(new HardState(5, null, null), 1);

        Install(term: 4, chunks: 1);

        Assert.Equal((5, false),
            B.Expect<InstallSnapshotReply>() is var reply ? (reply.Term, reply.Installed) : default);
        Assert.Equal(0, Status().SnapshotIndex);
    }

    [Fact]
    public void InstallSnapshot_4_more_chunks_are_asked_for_until_all_are_there()
    {
        StartWithLog(new HardState(2, null, null), 1);

        AdvanceUntil(() =>
        {
            Install(term: 2, chunks: 2);
            return B.TryTake<InstallSnapshotReply>(static reply => reply.NextChunk == 2) is not null;
        });

        Assert.Equal((1, 0), (Status().LastIndex, Status().SnapshotIndex));
    }

    [Fact]
    public void InstallSnapshot_5_a_partial_snapshot_with_a_smaller_index_is_discarded()
    {
        StartWithLog(new HardState(2, null, null), 1);
        AdvanceUntil(() =>
        {
            Install(term: 2, chunks: 2);
            return B.TryTake<InstallSnapshotReply>(static reply => reply.NextChunk == 2) is not null;
        });

        AdvanceUntil(() =>
        {
            Install(term: 2, chunks: 1, LastIncludedIndex + 1);
            return Status().SnapshotIndex > 0;
        });

        Assert.Equal((LastIncludedIndex + 1, LastIncludedIndex + 1), (Status().SnapshotIndex, Status().LastIndex));
    }

    [Fact]
    public void InstallSnapshot_6_entries_that_follow_the_last_included_one_are_retained()
    {
        StartWithLog(new HardState(2, null, null), 1, 2, 2, 2, 2, 2);

        Install(term: 2, chunks: 1);

        Assert.True(B.Expect<InstallSnapshotReply>().Installed);
        Assert.Equal((6, LastIncludedIndex), (Status().LastIndex, Status().CommitIndex));
    }

    [Theory]
    [InlineData(1)] // The log is shorter.
    [InlineData(6)] // The entry at the last included index has another term.
    public void InstallSnapshot_7_and_8_otherwise_the_log_is_discarded_and_the_state_machine_reset(int entries)
    {
        StartWithLog(new HardState(2, null, null), [.. Enumerable.Repeat(1L, entries)]);

        AdvanceUntil(() =>
        {
            Install(term: 2, chunks: 1);
            return Status().SnapshotIndex == LastIncludedIndex;
        });

        Assert.Equal((LastIncludedIndex, LastIncludedIndex + 1), (Status().LastIndex, Status().FirstIndex));
        Assert.Equal([2, 3, 4], Machine.Applied.Select(static entry => entry.Index));
    }

    [Fact]
    public void Section_7_a_leader_sends_its_snapshot_when_it_has_discarded_the_next_entry()
    {
        Settings = Settings with { SnapshotTrailingEntries = 0 };
        StartAsLeader();
        Propose(1);
        for (int i = 0; i < 15; i++)
        {
            // c answers nothing, so that no entry is kept for it.
            B.Accept(4, 2);
            Advance(50);
        }
        ExpectMsg<Proposed>();
        Peer.Tell(TakeSnapshot.Instance, TestActor);
        ExpectMsg<SnapshotTaken>();
        C.ExpectNone<InstallSnapshot>();

        C.Say(static header => new AppendEntriesReply(header, false, 0, 0, 4, new LogConflict(0, 4), 0), 2);

        Assert.Equal(4, C.Expect<InstallSnapshot>().Snapshot.LastIncludedIndex);
    }

    private void Install(long term, int chunks, long lastIncludedIndex = LastIncludedIndex)
    {
        var machine = new RecordingMachine(static () => false);
        for (int index = 2; index <= lastIncludedIndex; index++)
            machine.Apply(Command(index, LastIncludedTerm), new byte[] { (byte)index });
        byte[] image = [.. SnapshotBytes.Join(new SessionTable(), machine.TakeSnapshot())
            .SelectMany(static part => part.ToArray())];
        using var digest = new ContentDigest();
        for (int i = 0; i < chunks; i++)
            digest.Add(image);
        var snapshot = new Snapshot(lastIncludedIndex, LastIncludedTerm, 0, Bound, 1, digest.Content);
        B.Say(header => new InstallSnapshot(header, snapshot, 1, image), term);
    }
}
