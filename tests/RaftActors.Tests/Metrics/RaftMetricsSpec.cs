using System.Diagnostics.Metrics;
using RaftActors.Client;
using RaftActors.Metrics;
using RaftActors.TestKit;
using RaftActors.Tests.Scenarios;
using RaftActors.Tests.Scenarios.Snapshots;
using Xunit.Abstractions;

namespace RaftActors.Tests.Metrics;

/// <summary>The measurements of whole groups, in virtual time.</summary>
public sealed class RaftMetricsSpec(ITestOutputHelper output) : SnapshotScenarioSpec(output)
{
    [Fact]
    public void The_gauges_show_each_peer_as_its_status_does()
    {
        const string group = "metrics-of-peers";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        Agree(cluster, 3, 3);
        cluster.Run(Seconds(1));
        var leader = cluster.AwaitLeader();

        foreach (var peer in cluster.Peers)
        {
            var status = Status(cluster, peer);
            var member = ("member", peer.Id);
            Assert.Equal(1, measured.Gauge("raft.peer.role", member, ("role", peer == leader ? "leader" : "follower")));
            Assert.Equal(0, measured.Gauge("raft.peer.role", member, ("role", "candidate")));
            Assert.Equal(status.Term, measured.Gauge("raft.peer.term", member));
            Assert.Equal(1, measured.Gauge("raft.peer.knows_leader", member));
            Assert.Equal(status.LastIndex, measured.Gauge("raft.log.last_index", member));
            Assert.Equal(status.PersistedIndex, measured.Gauge("raft.log.persisted_index", member));
            Assert.Equal(status.CommitIndex, measured.Gauge("raft.log.commit_index", member));
            Assert.Equal(status.AppliedIndex, measured.Gauge("raft.log.applied_index", member));
            Assert.Equal(status.LogBytes, measured.Gauge("raft.log.size", member));
            Assert.Equal(status.SnapshotIndex, measured.Gauge("raft.snapshot.last_included_index", member));
        }
    }

    [Fact]
    public void A_follower_that_is_cut_off_lags_by_entries_and_by_time()
    {
        const string group = "metrics-of-lag";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        Agree(cluster, 1, 3);
        var leader = cluster.AwaitLeader();
        var (behind, other) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);
        cluster.CutOff(behind);
        Agree(cluster, 3, 2);
        cluster.Run(Seconds(10));

        Assert.Equal(3, measured.Gauge("raft.follower.lag", ("follower", behind.Id)));
        Assert.InRange(measured.Gauge("raft.follower.lag.duration", ("follower", behind.Id)), 10, 11);
        Assert.Equal(0, measured.Gauge("raft.follower.lag", ("follower", other.Id)));
        Assert.Equal(0, measured.Gauge("raft.follower.lag.duration", ("follower", other.Id)));
    }

    [Fact]
    public void Elections_have_their_reasons()
    {
        const string group = "metrics-of-elections";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        var first = cluster.AwaitLeader();
        Assert.NotEmpty(measured.Recorded("raft.elections", ("reason", "timeout")));
        Assert.Single(measured.Recorded("raft.leader.changes", ("member", first.Id)));

        var second = After(cluster, first);
        cluster.Await(cluster.TransferLeadership(first, second));
        Assert.Single(measured.Recorded("raft.elections", ("reason", "transfer"), ("member", second.Id)));

        cluster.Await(() => Status(cluster, first).Leader?.Id == second.Id, "the former leader follows");
        Assert.Equal(2, measured.Recorded("raft.leader.changes", ("member", first.Id)).Count);
    }

    [Fact]
    public void A_stalled_disk_of_the_leader_shows_in_the_writes_and_not_in_the_commits()
    {
        const string group = "metrics-of-writes";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        Agree(cluster, 1, 3);
        var leader = cluster.AwaitLeader();
        var (commits, writes) = (Commits(), Writes());

        cluster.HoldWriteConfirmations(leader);
        cluster.Await(cluster.Propose(leader, "held", ReplyWhen.Appended));
        cluster.Run(Milliseconds(100));
        cluster.ReleaseWrites(leader);
        cluster.Run(Milliseconds(100));

        // A majority has it without the leader's own disk.
        Assert.InRange(Commits()[commits.Count], 0.0001, 0.05);
        Assert.InRange(Writes()[writes.Count], 0.1, 0.2);
        Assert.Equal(1, measured.Recorded("raft.journal.write.entries", ("member", leader.Id))[^1]);
        Assert.Equal(Commits().Count, measured.Recorded("raft.entries.apply.duration", ("member", leader.Id)).Count);

        IReadOnlyList<double> Commits() => measured.Recorded("raft.entries.commit.duration", ("member", leader.Id));
        IReadOnlyList<double> Writes() => measured.Recorded("raft.journal.write.duration", ("member", leader.Id));
    }

    [Fact]
    public void Requests_are_counted_where_the_client_is()
    {
        const string group = "metrics-of-requests";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        Agree(cluster, 1, 3);
        var leader = cluster.AwaitLeader();
        var follower = After(cluster, leader);
        double before = measured.Gauge("raft.proposals", ("member", follower.Id));
        int failed = measured.Recorded("raft.requests.failed").Count;

        cluster.Await(cluster.Propose(follower, "forwarded"));
        Assert.Equal(before + 1, measured.Gauge("raft.proposals", ("member", follower.Id)));
        Assert.Equal(failed, measured.Recorded("raft.requests.failed").Count);

        foreach (var other in Others(cluster, follower))
            cluster.CutOff(other);
        var lost = cluster.Propose(follower, "lost");
        cluster.Await(() => lost.IsDone, "the proposal fails", Seconds(60));
        Assert.Equal(failed + 1, measured.Recorded("raft.requests.failed").Count);
        Assert.NotEmpty(measured.Recorded(
            "raft.requests.failed", ("member", follower.Id), ("request", "proposal"), ("reason", "no_leader")));
    }

    [Fact]
    public void Snapshots_are_measured_where_they_are_taken_sent_and_installed()
    {
        const string group = "metrics-of-snapshots";
        using var measured = new Measurements(group);
        using var cluster = StartGroup(group);
        var (leader, victim) = LeaveBehind(cluster);
        Assert.NotEmpty(measured.Recorded("raft.snapshot.take.duration", ("member", leader.Id)));

        cluster.Heal(victim);
        Agree(cluster, 1, 3);

        Assert.NotEmpty(measured.Recorded("raft.snapshots.sent", ("follower", victim.Id)));
        Assert.Single(measured.Recorded("raft.snapshot.install.duration", ("member", victim.Id)));
        Assert.True(measured.Gauge("raft.snapshot.size", ("member", victim.Id)) > 0);
    }

    [Fact]
    public void Each_instrument_has_a_unit_and_says_what_it_measures()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == Raft.MeterName)
                    instruments.Add(instrument);
            },
        };
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(RaftMetrics).TypeHandle);
        listener.Start();

        Assert.True(instruments.Count > 30);
        Assert.All(instruments, static instrument =>
        {
            Assert.Matches("^raft(\\.[a-z_]+)+$", instrument.Name);
            Assert.False(string.IsNullOrEmpty(instrument.Unit));
            Assert.EndsWith(".", instrument.Description);
        });
    }

    private RaftCluster StartGroup(string group) => Start(3, change: settings => settings with
    {
        Group = group,
        Raft = static own => own with
        {
            SnapshotEntries = Interval, SnapshotMinGrowth = 0, SnapshotTrailingEntries = 0, SnapshotChunkSize = 500,
            SnapshotSendRate = 100_000_000,
        },
    });
}
