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

/// <summary>
/// Digests of replicas that are compared: as the leader that asks for them, and as a peer that finds that it is wrong.
/// </summary>
public sealed class DigestSpec : PeerSpec
{
    private readonly SortedDictionary<string, long> _counted = new(StringComparer.Ordinal);

    public DigestSpec(ITestOutputHelper output)
        : base(output)
    {
        Digest = static () => 1;
        Settings = Settings with { SnapshotPluginId = "commanded-snapshots", DigestInterval = TimeSpan.FromSeconds(2) };
        B.Version = C.Version = PeerHeader.CurrentVersion;
    }

    // ---- The leader

    [Theory]
    [InlineData(PeerHeader.CurrentVersion, true)]
    [InlineData(PeerHeader.ReplicaDigests - 1, false)]
    public void A_leader_asks_for_digests_once_all_members_that_answer_know_of_them(int versionOfC, bool asks)
    {
        C.Version = versionOfC;
        StartAsLeader();

        Assert.Equal(asks ? 1 : 0, Asked(3_000).Count);
    }

    [Fact]
    public void A_leader_whose_state_machine_has_no_digest_does_not_ask()
    {
        Digest = null;
        StartAsLeader();

        Assert.Empty(Asked(5_000));
    }

    [Fact]
    public void A_leader_asks_again_only_when_something_was_applied_since()
    {
        StartAsLeader();
        Assert.Single(Asked(10_000, answered: true));

        Peer.Tell(new Propose(new byte[] { 4 }), ActorRefs.NoSender);

        Assert.Equal([EntryKind.Command, EntryKind.Digest],
            Lead(10_000, answered: true).Select(static entry => entry.Kind));
    }

    // It was built anew since, from a snapshot that includes the entry.
    [Fact]
    public void A_leader_asks_again_when_one_that_has_the_entry_says_no_digest()
    {
        StartAsLeader();

        Assert.Single(Asked(4_500));
        Assert.Single(Asked(2_500));
    }

    [Fact]
    public void A_leader_tells_its_followers_the_digest_of_a_majority_and_names_who_differs()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];

        Answer(B, asked, 1);
        Answer(C, asked, 2);
        Forget();
        Advance(100);

        Assert.Equal(new ReplicaDigest(asked, Own(1)), C.Expect<AppendEntries>().Agreed);
        Assert.Equal([false, true], Status().Followers.Select(static follower => follower.Differs));
        Assert.Empty(Status().Problems);
    }

    [Fact]
    public void A_follower_that_asks_for_it_is_sent_a_snapshot_beside_the_entries()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(C, asked, 2);

        C.Say(header => new AppendEntriesReply(header, true, asked, asked, 0, default, 0) { RebuildFrom = asked }, 2);
        Advance(500);
        var sent = C.Expect<InstallSnapshot>().Snapshot;
        Assert.True(sent.LastIncludedIndex >= asked);
        Peer.Tell(new Propose(new byte[] { 5 }), ActorRefs.NoSender);
        C.Expect<AppendEntries>(append => append.Entries.Count > 0);
        C.Say(header => new InstallSnapshotReply(header, sent.LastIncludedIndex, sent.LastIncludedTerm, 1, true), 2);
        C.Accept(asked, 2);
        Forget();
        Lead(1_000);

        C.ExpectNone<InstallSnapshot>();
        Assert.False(Status().Followers[1].Differs);
        // And whether it is right now is found out although nothing was applied.
        Assert.NotEmpty(Asked(3_000));
    }

    [Fact]
    public void A_leader_of_the_minority_hands_over_to_one_of_the_majority()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(B, asked, 2);
        Assert.Empty(Status().Problems);

        Answer(C, asked, 2);
        Assert.Contains($"after entry {asked} the digest of its state is", Assert.Single(Status().Problems).Reason);
        B.Accept(asked, 2);
        C.Accept(asked, 2);
        Advance(100);

        Assert.NotNull(B.TryTake<TimeoutNow>() ?? C.TryTake<TimeoutNow>());
        Assert.Equal(FailureReason.NoLeader, Answer<QueryFailed>(Peer, new Query(new byte[] { 1 })).Reason);
    }

    [Fact]
    public void That_no_majority_agrees_is_said_when_it_lasts()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(B, asked, 2);
        Answer(C, asked, 3);
        Assert.Empty(Status().Problems);

        Lead(4_000);

        Assert.Contains("none of their digests is that of a majority", Assert.Single(Status().Problems).Reason);
        Advance(100);
        Assert.NotEqual(0, B.Expect<AppendEntries>(append => append.UndecidedAt != 0).UndecidedAt);
        Assert.DoesNotContain(Status().Followers, static follower => follower.Differs);
    }

    // ---- A follower

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
        Assert.Equal(3, ((Persisted)Disk.NextWrite().Event).HardState!.DiffersAt);
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

    // ---- Counters

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

    // ---- The others

    /// <summary>Answers the leader's messages for a while, and returns the entries that it sent.</summary>
    private List<LogEntry> Lead(int milliseconds, bool answered = false)
    {
        var sent = new SortedDictionary<long, LogEntry>();
        for (int passed = 0; passed < milliseconds; passed += 10)
        {
            Advance(10);
            foreach (var follower in new[] { B, C })
            {
                while (follower.TryTake<AppendEntries>() is { } append)
                {
                    foreach (var entry in append.Entries.Entries)
                        sent[entry.Index] = entry;
                    long asked = answered && sent.Count > 0 && sent.Values.Last() is { Kind: EntryKind.Digest } last
                        ? last.Index
                        : 0;
                    var digest = asked > 0 ? new ReplicaDigest(asked, Own(1)) : default;
                    follower.Say(header =>
                        new AppendEntriesReply(header, true, append.LastIndex, append.LastIndex, 0, default,
                        append.ReadContext) { Digest = digest }, append.Term);
                }
            }
        }
        return [.. sent.Values];
    }

    private List<long> Asked(int milliseconds, bool answered = false) =>
        [.. Lead(milliseconds, answered).Where(static entry => entry.Kind == EntryKind.Digest)
            .Select(static entry => entry.Index)];

    private void Answer(FakePeer follower, long index, ulong digest) =>
        follower.Say(header =>
            new AppendEntriesReply(header, true, index, index, 0, default,
            0) { Digest = new ReplicaDigest(index, Own(digest)) }, 2);

    // That of the peer under test has the sessions in it; another number stands for another one.
    private static ulong Own(ulong digest) =>
        digest == 1 ? new SessionedStateMachine(new Fixed(), null!, static _ => { }).Digest() : digest;

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

    private sealed class Fixed : IStateMachine, IStateDigest
    {
        public ulong Digest() => 1;

        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
