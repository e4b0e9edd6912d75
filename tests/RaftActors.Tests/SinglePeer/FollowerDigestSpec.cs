using System.Diagnostics.Metrics;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Digests of replicas: a peer says its own, and may find that it differs.</summary>
public sealed class FollowerDigestSpec(ITestOutputHelper output) : DigestSpec(output)
{
    private readonly SortedDictionary<string, long> _counted = new(StringComparer.Ordinal);

    [Fact]
    public void A_follower_says_its_digest_with_its_answers_to_heartbeats()
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        B.Append(2, 2, 2, 3, Asking(3));
        Forget();

        Hear(default);

        Assert.Equal(3, B.Expect<AppendEntriesReply>().Digest.Index);
    }

    [Fact]
    public void A_follower_that_agrees_with_the_majority_goes_on()
    {
        var digest = Compare(agrees: true);

        Assert.Empty(Status().Problems);
        Assert.Equal(0, B.Expect<AppendEntriesReply>(reply => reply.Digest == digest).RebuildFrom);
        Assert.IsType<QueryResult>(Answer<object>(Peer, new Query(new byte[] { 1 }, ReadConsistency.Stale)));
    }

    [Fact]
    public void A_follower_that_differs_says_nothing_before_that_is_durable()
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        var digest = Ask();
        Disk.Commanded = true;
        Forget();

        Hear(digest with { Value = ~digest.Value });

        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal(3, ((StatePersisted)Disk.NextWrite().Event).HardState!.DiffersAt);
    }

    [Theory]
    [InlineData(ReadConsistency.Stale)]
    [InlineData(ReadConsistency.Linearizable)]
    public void A_follower_that_differs_serves_nothing(ReadConsistency consistency)
    {
        Compare(agrees: false);

        var problem = Assert.Single(Status().Problems);
        Assert.Equal(PeerProblemKind.ReplicaDiffers, problem.Kind);
        Assert.Equal(3, B.Expect<AppendEntriesReply>(reply => reply.RebuildFrom > 0).RebuildFrom);
        Assert.Equal(FailureReason.NotLeader,
            Answer<QueryFailed>(Peer, new Query(new byte[] { 1 }, consistency)).Reason);
        Assert.Contains("differs", Answer<SnapshotFailed>(Peer, TakeSnapshot.Instance).Reason);
        Assert.Contains("differs", Answer<Backups.BackupRefused>(Peer, new Backups.StartBackup(0)).Reason);
    }

    [Fact]
    public void A_subscriber_gets_entries_of_a_follower_that_differs_but_no_state()
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        var digest = Ask();
        Hear(digest with { Value = ~digest.Value });

        Peer.Tell(new Subscribe(1, TestActor), TestActor);

        Assert.Equal(3, ExpectMsg<CommittedEntries>().Entries.Count);
    }

    [Fact]
    public void A_snapshot_of_the_leader_takes_the_place_of_the_state_but_not_of_the_log()
    {
        var former = Compare(agrees: false);
        B.Append(2, 3, 2, 4, Command(4, 2), Command(5, 2));
        int applied = Machine.Applied.Count;

        Send(lastIncluded: 3);
        var status = Status();

        Assert.Equal(3, B.Expect<InstallSnapshotReply>(reply => reply.Installed).LastIncludedIndex);
        Assert.Empty(status.Problems);
        Assert.Equal((5, 5, 4, 4, 3),
            (status.LastIndex, status.PersistedIndex, status.CommitIndex, status.AppliedIndex, status.SnapshotIndex));
        // What the leader's snapshot holds, and entry 4.
        Assert.Equal([2, 3, 4], Machine.Applied.Select(static entry => entry.Index));
        Assert.Equal(1, applied);
        Assert.IsType<QueryResult>(Answer<object>(Peer, new Query(new byte[] { 1 }, ReadConsistency.Stale)));
        // The leader's heartbeat may still name the entry.
        Hear(former with { Value = ~former.Value });
        Assert.Empty(Status().Problems);

        Restart();
        Assert.Equal((5, 5, 3), (Status().LastIndex, Status().PersistedIndex, Status().SnapshotIndex));
        Assert.DoesNotContain(Status().Problems, static problem => problem.Kind == PeerProblemKind.ReplicaDiffers);
        Assert.Equal([2, 3], Machine.Applied.Take(2).Select(static entry => entry.Index));
    }

    [Fact]
    public void A_snapshot_that_does_not_include_the_entry_is_no_use()
    {
        Compare(agrees: false);

        Send(lastIncluded: 2, chunks: 2);

        Assert.True(B.Expect<InstallSnapshotReply>().Installed);
        Assert.NotEmpty(Status().Problems);
    }

    [Fact]
    public void It_needs_one_that_includes_what_its_own_does()
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        var digest = Ask();
        B.Append(2, 3, 2, 4, Command(4, 2));
        Assert.Equal(4, Answer<SnapshotTaken>(Peer, TakeSnapshot.Instance).Index);

        Hear(digest with { Value = ~digest.Value });

        Assert.Equal(4, B.Expect<AppendEntriesReply>(reply => reply.RebuildFrom > 0).RebuildFrom);
    }

    [Fact]
    public void A_peer_that_differed_when_it_stopped_starts_without_its_state_and_asks_for_a_snapshot()
    {
        Compare(agrees: false);

        Restart();

        Assert.Contains(Status().Problems, static problem => problem.Kind == PeerProblemKind.ReplicaDiffers);
        Assert.Null(Find("peer", "state-machine-1"));
        Forget();
        Hear(default);
        Assert.Equal(3, B.Expect<AppendEntriesReply>().RebuildFrom);
        Assert.IsType<QueryFailed>(Answer<object>(Peer, new Query(new byte[] { 1 }, ReadConsistency.Stale)));
    }

    // The one that was built from the leader's state cannot be read: the one before is wrong.
    [Fact]
    public void A_peer_that_falls_back_to_a_snapshot_of_its_own_asks_again()
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        B.Append(2, 2, 2, 2);
        Assert.Equal(2, Answer<SnapshotTaken>(Peer, TakeSnapshot.Instance).Index);
        var digest = Ask();
        Hear(digest with { Value = ~digest.Value });
        Send(lastIncluded: 3);
        Assert.Empty(Status().Problems);
        Disk.Snapshots.Stream(Disk.SavedChunks[^1]).DeleteSnapshot(1);

        Restart();
        AdvanceUntil(() => Find("peer") is not null && Status().SnapshotIndex == 2);

        Assert.Contains(Status().Problems, static problem => problem.Kind == PeerProblemKind.ReplicaDiffers);
        Assert.Equal(2, Status().SnapshotIndex);
    }

    [Fact]
    public void A_comparison_is_counted_once_however_often_the_leader_says_the_digest()
    {
        using var listener = Count();
        var digest = Compare(agrees: true);

        Hear(digest);
        Status();

        Assert.Equal([("raft.replicas.compared", 1L)], Counted());
    }

    [Fact]
    public void A_replica_that_differs_is_counted_and_so_is_that_it_was_built_anew()
    {
        using var listener = Count();
        var digest = Compare(agrees: false);
        Hear(digest with { Value = ~digest.Value });
        Status();
        Assert.Equal([("raft.replicas.compared", 1L), ("raft.replicas.differing", 1L)], Counted());

        Send(lastIncluded: 3);
        Assert.Empty(Status().Problems);

        Assert.Equal(
            [("raft.replicas.compared", 1L), ("raft.replicas.differing", 1L), ("raft.replicas.rebuilt", 1L)],
            Counted());
    }

    // A peer in virtual time runs on the thread of its spec; other specs count, too.
    private MeterListener Count()
    {
        int thread = Environment.CurrentManagedThreadId;
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, meters) =>
            {
                if (instrument.Name.StartsWith("raft.replicas.", StringComparison.Ordinal))
                    meters.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
                _counted[instrument.Name] = _counted.GetValueOrDefault(instrument.Name) + count;
        });
        listener.Start();
        return listener;
    }

    private (string Name, long Count)[] Counted() =>
        [.. _counted.Select(static counter => (counter.Key, counter.Value))];

    private static LogEntry Asking(long index) => new(index, 2, EntryKind.Digest, 0, Payload.Empty);

    /// <summary>Has the peer apply an entry that asks for its digest, as entry 3, and returns the digest.</summary>
    private ReplicaDigest Ask()
    {
        B.Append(2, 2, 2, 3, Asking(3));
        Forget();
        Hear(default);
        return B.Expect<AppendEntriesReply>(reply => reply.Digest.Exists).Digest;
    }

    private ReplicaDigest Compare(bool agrees)
    {
        StartWithLog(new HardState(2, null, null), 1, 2);
        var digest = Ask();
        Forget();
        Hear(agrees ? digest : digest with { Value = ~digest.Value });
        if (!agrees)
            Hear(default);
        return digest;
    }

    private void Hear(ReplicaDigest agreed)
    {
        var status = Status();
        B.Say(
            header =>
                new AppendEntries(header, status.LastIndex, status.LastIndex == 0 ? 0 : 2, status.CommitIndex, 0,
                    EntryBatch.Empty) { Agreed = agreed },
            2);
    }

    /// <summary>Sends the leader's snapshot until the peer has room for it, or wants no more.</summary>
    private void Send(long lastIncluded, int chunks = 1)
    {
        var machine = new RecordingMachine(static () => false);
        for (long index = 2; index <= lastIncluded; index++)
            machine.Apply(Command(index, 2), new byte[] { (byte)index });
        var image = SnapshotBytes.Join(new SessionTable(), machine.TakeSnapshot()).SelectMany(part => part.ToArray())
            .ToArray();
        using var digest = new ContentDigest();
        for (int i = 0; i < chunks; i++)
            digest.Add(image);
        var snapshot = new Snapshot(lastIncluded, 2, 0, Bound, 1, digest.Content);
        InstallSnapshotReply? reply = null;
        AdvanceUntil(() =>
        {
            B.Say(header => new InstallSnapshot(header, snapshot, 1, image), 2);
            return (reply = B.TryTake<InstallSnapshotReply>(reply => reply.Installed)) is not null;
        });
        B.Probe.Ref.Tell(reply!, ActorRefs.NoSender);
    }
}
