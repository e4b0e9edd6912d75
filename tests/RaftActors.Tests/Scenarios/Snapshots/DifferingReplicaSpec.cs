using System.IO.Hashing;
using System.Text;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.StateMachines;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Snapshots;

/// <summary>
/// A state machine whose state changes behind its back: the leader has all members compare, and the one that differs is
/// built anew.
/// </summary>
public sealed class DifferingReplicaSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_follower_serves_nothing_until_it_is_built_anew_from_the_leaders_snapshot(JournalKind journal,
        int seed)
    {
        using var cluster = Start(journal, seed);
        Agree(cluster, 10);
        var victim = After(cluster, cluster.CheckSingleLeader());
        var held = cluster.Hold(static message => message.Original is InstallSnapshot);

        Machine(victim).Corrupt();
        Agree(cluster, 1);
        AwaitProblem(cluster, victim);

        Assert.All(Others(cluster, victim), peer => Assert.Empty(cluster.StatusOf(peer)!.Problems));
        Assert.Contains(cluster.StatusOf(cluster.CheckSingleLeader())!.Followers,
            follower => follower.MemberId == victim.Id && follower.Differs);
        foreach (var consistency in Enum.GetValues<ReadConsistency>())
            Assert.Contains("is being built anew",
                cluster.Await(cluster.Query(victim, "", consistency)).Failed!.Message);
        long commitIndex = cluster.StatusOf(victim)!.CommitIndex;
        cluster.One("goes on", 2);
        Assert.True(cluster.StatusOf(victim)!.PersistedIndex > commitIndex);

        held.ReleaseAll();
        AwaitRebuilt(cluster, victim);
        AssertAllAlike(cluster);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_leader_hands_over_and_is_built_anew_by_its_successor(int seed)
    {
        using var cluster = Start(JournalKind.InMemory, seed, settings => settings with { Priorities = [3, 2, 1] });
        Agree(cluster, 10);
        var victim = cluster.Peers[0];
        cluster.Await(() => cluster.StatusOf(victim)!.Role == RaftRole.Leader, "the one of the highest priority leads");
        long term = cluster.StatusOf(victim)!.Term;

        Machine(victim).Corrupt();
        Agree(cluster, 1);
        AwaitProblem(cluster, victim);
        cluster.Await(() => cluster.CheckSingleLeader() != victim, "another leads");
        Assert.Equal(term + 1, cluster.CheckTerm());

        AwaitRebuilt(cluster, victim);
        AssertAllAlike(cluster);
        // And the leadership comes back only then.
        cluster.Await(() => cluster.StatusOf(victim)!.Role == RaftRole.Leader, "it leads again");
        AssertAllAlike(cluster);
    }

    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_crash_before_it_is_built_anew_leaves_one_that_serves_nothing_and_asks_again(JournalKind journal,
        int seed)
    {
        using var cluster = Start(journal, seed);
        Agree(cluster, 10);
        var leader = cluster.CheckSingleLeader();
        var victim = After(cluster, leader);
        var held = cluster.Hold(static message => message.Original is InstallSnapshot);
        Machine(victim).Corrupt();
        Agree(cluster, 1);
        AwaitProblem(cluster, victim);
        cluster.Run(Seconds(0.1));

        cluster.Crash(victim);
        cluster.CutOff(victim);
        cluster.Restart(victim);
        cluster.Run(Seconds(1));

        Assert.Contains(cluster.StatusOf(victim)!.Problems,
            static problem => problem.Kind == PeerProblemKind.ReplicaDiffers);
        Assert.Null(victim.StateMachine);
        Assert.NotNull(cluster.Await(cluster.Query(victim, "", ReadConsistency.Stale)).Failed);
        cluster.Heal(victim);
        held.ReleaseAll();
        AwaitRebuilt(cluster, victim);
        AssertAllAlike(cluster);
    }

    // The events that say that it differs are still in the journal, behind those that the snapshot covers.
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_crash_after_it_was_built_anew_does_not_begin_again(JournalKind journal, int seed)
    {
        using var cluster = Start(journal, seed);
        Agree(cluster, 10);
        var victim = After(cluster, cluster.CheckSingleLeader());
        Machine(victim).Corrupt();
        Agree(cluster, 1);
        AwaitProblem(cluster, victim);
        AwaitRebuilt(cluster, victim);
        int installs = 0;
        cluster.WatchMessages((message, _) => installs += message.Original is InstallSnapshot ? 1 : 0);

        for (int i = 0; i < 3; i++)
        {
            cluster.Crash(victim);
            cluster.Restart(victim);
            Agree(cluster, 2 + i);
            Assert.DoesNotContain(cluster.StatusOf(victim)!.Problems,
                static problem => problem.Kind == PeerProblemKind.ReplicaDiffers);
        }

        Assert.Equal(0, installs);
        AssertAllAlike(cluster);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_at_any_moment_in_between_leaves_it_wrong_and_silent_or_right(int seed)
    {
        for (int millisecond = 0; millisecond < 120; millisecond += 3)
        {
            using var cluster = Start(JournalKind.InMemory, seed);
            Agree(cluster, 7);
            var victim = After(cluster, cluster.CheckSingleLeader());
            Machine(victim).Corrupt();
            Agree(cluster, 1);
            AwaitProblem(cluster, victim);
            cluster.Run(Milliseconds(millisecond));
            cluster.LosePower(victim);
            cluster.Restart(victim);
            cluster.Run(Seconds(0.3));

            bool isSetAside = IsSetAside(cluster, victim);
            Assert.True(isSetAside ? victim.StateMachine is null : Machine(victim).State == Machine(After(cluster,
                victim)).State);
            AwaitRebuilt(cluster, victim);
            AssertAllAlike(cluster);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Without_a_majority_all_say_so_and_nobody_is_replaced(int seed)
    {
        using var cluster = Start(JournalKind.InMemory, seed);
        Agree(cluster, 10);
        var leader = cluster.CheckSingleLeader();
        foreach (var other in Others(cluster, leader))
            Machine(other).Corrupt(other.Id);
        int installs = 0;
        cluster.WatchMessages((message, _) => installs += message.Original is InstallSnapshot ? 1 : 0);
        Agree(cluster, 1);

        cluster.Await(() => cluster.Peers.All(peer => IsSetAside(cluster, peer)), "all say so", Seconds(20));

        Assert.All(cluster.Peers,
            peer => Assert.Contains("nobody can say which state is right", cluster.StatusOf(peer)!.Problems[0].Reason));
        Assert.NotNull(cluster.Await(cluster.Query(leader, "")).Result);
        Assert.Equal(0, installs);
    }

    [Fact]
    public void An_idle_group_stays_idle()
    {
        using var cluster = Start(JournalKind.InMemory, 1);
        Agree(cluster, 3);
        cluster.Run(Seconds(2));
        long last = cluster.StatusOf(cluster.Peers[0])!.LastIndex;

        cluster.Run(Seconds(10));

        Assert.Equal(last, cluster.StatusOf(cluster.Peers[0])!.LastIndex);
    }

    // Its log ends before the leader's begins, when it comes back: the snapshot takes the place of both.
    [Fact]
    public void One_that_fell_behind_the_log_meanwhile_is_built_anew_by_an_ordinary_install()
    {
        using var cluster = Start(JournalKind.InMemory, 1);
        Agree(cluster, 10);
        var victim = After(cluster, cluster.CheckSingleLeader());
        var held = cluster.Hold(static message => message.Original is InstallSnapshot);
        Machine(victim).Corrupt();
        Agree(cluster, 1);
        AwaitProblem(cluster, victim);
        cluster.CutOff(victim);
        held.ReleaseAll();
        Agree(cluster, 30, peers: 2);
        cluster.Run(Seconds(1));

        cluster.Heal(victim);
        AwaitRebuilt(cluster, victim);
        AssertAllAlike(cluster);
    }

    private RaftCluster Start(JournalKind journal, int seed,
        Func<RaftClusterSettings, RaftClusterSettings>? change = null) =>
        StartWith(journal, 3, seed, settings => (change ?? (static same => same))(settings with
        {
            StateMachine = static () => new TextMachine(),
            Raft = static raft => raft with
            {
                DigestInterval = Milliseconds(200),
                SnapshotEntries = 4,
                SnapshotMinGrowth = 0,
                SnapshotTrailingEntries = 2,
                SnapshotChunkSize = 60,
            },
        }));

    private static TextMachine Machine(RaftPeer peer) => (TextMachine)peer.StateMachine!;

    private static void Agree(RaftCluster cluster, int count, int peers = 3)
    {
        for (int i = 0; i < count; i++)
            cluster.One($"command at {cluster.Now.TotalMilliseconds} ms, {i}", peers, limit: Seconds(60));
    }

    private static bool IsSetAside(RaftCluster cluster, RaftPeer peer) =>
        cluster.StatusOf(peer)?.Problems.Any(static problem => problem.Kind == PeerProblemKind.ReplicaDiffers) == true;

    private static void AwaitProblem(RaftCluster cluster, RaftPeer peer)
    {
        for (int i = 0; i < 500 && !IsSetAside(cluster, peer); i++)
            cluster.Run(Milliseconds(2));
        Assert.True(IsSetAside(cluster, peer));
    }

    private static void AwaitRebuilt(RaftCluster cluster, RaftPeer peer)
    {
        for (int i = 0; i < 500 && IsSetAside(cluster, peer); i++)
            cluster.Run(Milliseconds(10));
        Assert.False(IsSetAside(cluster, peer));
    }

    private static void AssertAllAlike(RaftCluster cluster)
    {
        cluster.CheckNothingLost();
        // One that starts from a snapshot answers once it has read that.
        foreach (var peer in cluster.Peers)
            Assert.Equal(Machine(After(cluster, peer)).State,
                Encoding.UTF8.GetString((byte[])cluster.Await(cluster.Query(peer, "")).Result!.Result!));
    }

    /// <summary>Joins what it is given, and can be changed behind its back.</summary>
    private sealed class TextMachine : IStateMachine, IStateDigest
    {
        public string State { get; private set; } = "";

        public void Corrupt(string what = "?") => State += what;

        public object? Apply(LogEntry entry, object command)
        {
            State += $"{Encoding.UTF8.GetString((byte[])command)};";
            return null;
        }

        public object? Query(object request) => Encoding.UTF8.GetBytes(State);

        public ulong Digest() => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(State));

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [Encoding.UTF8.GetBytes(State)];

        public void Restore(Stream snapshot)
        {
            using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
            State = reader.ReadToEnd();
        }
    }
}
