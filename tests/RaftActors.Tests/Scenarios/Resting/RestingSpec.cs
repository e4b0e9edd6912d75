using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Resting;
using RaftActors.StateMachines;
using RaftActors.TestKit;
using RaftActors.TestKit.Network;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Resting;

public sealed class RestingSpec(ITestOutputHelper output) : RestingScenario(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void An_idle_group_sends_nothing_and_the_nodes_one_heartbeat_each(int peers)
    {
        using var cluster = StartResting(peers);
        var others = new List<string>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is not NodeHeartbeat)
                others.Add(message.ToString());
        });
        var (before, start) = (cluster.Traffic, cluster.Now);

        cluster.Run(Minute);

        Assert.Empty(others);
        // The leader's node and each other node, four times in an election timeout.
        long expected = (long)(2 * (peers - 1) * (4 / 0.6) * (cluster.Now - start).TotalSeconds);
        Assert.InRange((cluster.Traffic - before).Messages, expected * 9 / 10, expected * 11 / 10);
        Assert.All(cluster.Peers, peer => Assert.True(cluster.StatusOf(peer)!.IsResting));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_default_is_ten_election_timeouts(int seed)
    {
        using var cluster = Start(3, seed, settings => settings with
        {
            Raft = static raft => raft with { DigestInterval = TimeSpan.Zero },
        });
        cluster.One("first", 3);
        var idle = cluster.Now;

        cluster.Await(() => IsResting(cluster), "the group rests", Seconds(10));

        Assert.InRange(cluster.Now - idle, Seconds(6), Seconds(6.5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_proposal_wakes_the_group_and_is_applied_as_fast_as_ever(bool atLeader)
    {
        using var cluster = StartResting(3);
        long term = cluster.CheckTerm();
        var leader = Leader(cluster);

        for (int i = 0; i < 5; i++)
        {
            var start = cluster.Now;
            cluster.Await(cluster.Propose(atLeader ? leader : Others(cluster, leader)[0], $"{i}"));
            Assert.InRange(cluster.Now - start, TimeSpan.Zero, Milliseconds(50));
            cluster.Await(() => IsResting(cluster), "the group rests again", Seconds(10));
            Assert.All(cluster.Peers, peer => Assert.Equal($"{i}", peer.Log[^1].Text));
        }

        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory]
    [InlineData(ReadConsistency.Linearizable, null)]
    [InlineData(ReadConsistency.Stale, null)]
    [InlineData(ReadConsistency.Stale, 100)]
    public void Each_peer_answers_a_query(ReadConsistency consistency, int? milliseconds)
    {
        using var cluster = StartResting(3);
        cluster.Run(Minute);

        foreach (var peer in cluster.Peers)
        {
            TimeSpan? bound = milliseconds is { } most ? Milliseconds(most) : null;
            var query = cluster.Await(cluster.Query(peer, "count", consistency, maxStaleness: bound));
            Assert.True(query.Result is not null, query.ToString());
            cluster.Await(() => IsResting(cluster), "the group rests again", Seconds(10));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_lost_leader_is_replaced_in_the_time_of_an_election(int peers)
    {
        using var cluster = StartResting(peers);
        var leader = cluster.CheckSingleLeader();
        cluster.Await(() => IsResting(cluster), "the group rests", Seconds(10));

        cluster.Pause(leader);

        var start = cluster.Now;
        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Seconds(5));
        Assert.InRange(cluster.Now - start, TimeSpan.Zero, Seconds(1.5));
        cluster.Resume(leader);
        cluster.One("both", peers);
    }

    [Fact]
    public void A_killed_leader_is_replaced_at_once()
    {
        using var cluster = StartResting(3);
        var leader = Leader(cluster);

        cluster.Crash(leader);

        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Milliseconds(300));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_leader_that_was_cut_off_is_replaced_and_follows_when_it_is_back(int seed)
    {
        using var cluster = StartResting(5, seed);
        var leader = Leader(cluster);

        cluster.CutOff(leader);
        long index = cluster.One("without it", 4);
        cluster.Await(() => Others(cluster, leader).TrueForAll(peer => cluster.StatusOf(peer)!.IsResting),
            "the others rest without it", Seconds(10));
        cluster.Heal(leader);

        cluster.AwaitCommitted(index, 5);
        cluster.CheckSingleLeader();
        cluster.Await(() => IsResting(cluster), "all rest", Seconds(10));
    }

    [Fact]
    public void A_leader_without_a_majority_wakes_and_steps_down()
    {
        using var cluster = StartResting(3);
        var leader = Leader(cluster);

        foreach (var peer in Others(cluster, leader))
            cluster.Crash(peer);

        cluster.Await(() => cluster.StatusOf(leader)!.Role != RaftRole.Leader, "it steps down", Seconds(3));
    }

    // The process lives, so the heartbeats of its node go on.
    [Fact]
    public void A_leader_whose_peer_has_ended_is_replaced()
    {
        using var cluster = StartResting(3, change: raft => raft with
        {
            RestartBackoffMin = TimeSpan.FromHours(1),
            RestartBackoffMax = TimeSpan.FromHours(1),
        });
        var leader = Leader(cluster);
        // What it says last must not be what wakes the others.
        cluster.Hold(message => message.From == leader && message.Original is not NodeHeartbeat);

        leader.System.ActorSelection($"{leader.Ref.Path}/peer").Tell(PoisonPill.Instance);

        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Seconds(3));
    }

    [Fact]
    public void The_leadership_is_transferred()
    {
        using var cluster = StartResting(3);
        var leader = Leader(cluster);
        var target = Others(cluster, leader)[1];

        cluster.Await(cluster.TransferLeadership(leader, target));

        Assert.Same(target, cluster.CheckSingleLeader());
    }

    [Fact]
    public void A_leader_that_is_stopped_hands_over()
    {
        using var cluster = StartResting(3);
        var leader = Leader(cluster);

        cluster.Stop(leader);

        cluster.Await(() => Others(cluster, leader).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader),
            "another leads", Milliseconds(100));
    }

    [Fact]
    public void A_group_with_an_open_session_or_with_lease_reads_does_not_rest()
    {
        using var leases = Start(3, change: static settings => settings with
        {
            Raft = static raft => Resting(raft) with { LeaseReads = true },
        });
        using var sessions = StartResting(3);
        leases.One("first", 3);
        var opened = sessions.Await(sessions.OpenSession(sessions.Peers[0])).Proposed!.Response;
        long session = Assert.IsType<SessionOpened>(opened).SessionId;

        leases.CheckNever(() => leases.Peers.Any(peer => leases.StatusOf(peer)!.IsResting), Minute, "it rests");
        sessions.CheckNever(
            () => sessions.Peers.Any(peer => sessions.StatusOf(peer)!.IsResting), Seconds(30), "it rests");

        sessions.Await(sessions.CloseSession(sessions.Peers[0], session));
        sessions.Await(() => IsResting(sessions), "it rests", Seconds(10));
    }

    // The comparison of the replicas comes before the rest, and does not wait for its whole interval.
    [Fact]
    public void A_group_compares_its_replicas_before_it_rests_and_then_no_more()
    {
        using var cluster = Start(3, change: static settings => settings with
        {
            StateMachine = static () => new DigestMachine(),
            Raft = static raft => Resting(raft) with { DigestInterval = Minute },
        });
        long command = cluster.One("first", 3);

        cluster.Await(() => IsResting(cluster), "it rests", Seconds(10));

        Assert.Equal(command + 1, cluster.StatusOf(cluster.Peers[0])!.LastIndex);
        cluster.Run(3 * Minute);
        Assert.Equal(command + 1, cluster.StatusOf(cluster.Peers[0])!.LastIndex);
        Assert.True(IsResting(cluster));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Lost_and_late_messages_delay_the_rest_and_cost_no_leader_that_lives(int seed)
    {
        using var cluster = StartResting(3, seed);
        long term = cluster.CheckTerm();
        cluster.Faults = LinkFaults.None with { Loss = 0.1, MinDelay = Milliseconds(1), MaxDelay = Milliseconds(40) };

        for (int i = 0; i < 10; i++)
        {
            cluster.Run(Seconds(cluster.Random.Next(1, 5)));
            cluster.Await(cluster.Propose(cluster.Peers[i % 3], $"{i}"), Seconds(10));
        }
        cluster.Faults = LinkFaults.None;
        cluster.Await(() => IsResting(cluster), "the group rests", Seconds(20));

        Assert.Equal(term, cluster.CheckTerm());
        cluster.CheckNothingLost();
    }

    // The nodes ask each other, once for all groups.
    [Fact]
    public void A_lost_connection_between_processes_that_live_wakes_nobody()
    {
        using var cluster = StartResting(3);
        long term = cluster.CheckTerm();
        var leader = Leader(cluster);

        foreach (var other in Others(cluster, leader))
        {
            cluster.CloseConnection(leader, other);
            cluster.CloseConnection(other, leader);
        }

        cluster.CheckNever(() => !IsResting(cluster), Seconds(3), "a peer wakes");
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Fact]
    public void A_query_with_a_bound_right_after_a_proposal_is_not_refused()
    {
        using var cluster = StartResting(3);
        cluster.Run(Minute);

        foreach (var peer in cluster.Peers)
        {
            cluster.Propose(peer, "wakes");
            var query = cluster.Await(cluster.Query(peer, "count", ReadConsistency.Stale, maxStaleness: Seconds(1)));
            Assert.True(query.Result is not null, query.ToString());
            cluster.Await(() => IsResting(cluster), "the group rests again", Seconds(10));
        }
    }

    private sealed class DigestMachine : IStateMachine, IStateDigest
    {
        private ulong _applied;

        public object? Apply(LogEntry entry, object command)
        {
            _applied++;
            return null;
        }

        public object? Query(object request) => null;

        public ulong Digest() => _applied;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_applied)];

        public void Restore(Stream snapshot)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            snapshot.ReadExactly(bytes);
            _applied = BitConverter.ToUInt64(bytes);
        }
    }
}
