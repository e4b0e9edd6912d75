using Akka.Actor;
using RaftActors.Client;
using RaftActors.Tests.VirtualTime;
using RaftNode.Host.Backups;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Tests.Backups;

/// <summary>When a node writes backups, in virtual time.</summary>
public sealed class BackupScheduleSpec : VirtualTimeSpec
{
    private const int Hour = 3_600_000;
    private const int Minute = 60_000;

    private readonly WallClock _clock = new();
    private readonly FakeBackup _backup;
    private readonly List<string?> _problems = [];
    private readonly IActorRef _schedule;

    public BackupScheduleSpec()
    {
        _backup = new FakeBackup(_clock);
        _schedule = Start(TestActor);
    }

    [Fact]
    public void A_node_that_does_not_lead_writes_none()
    {
        Role(RaftRole.Follower);
        Advance(48 * Hour);

        Assert.Equal((0, 0), (_backup.Looks, _backup.Writes));
    }

    [Fact]
    public void The_leader_of_another_group_of_the_node_writes_none()
    {
        Sys.EventStream.Publish(new RoleChanged("other", "node1", 1, RaftRole.Leader));
        Assert.Equal((0, 0), (_backup.Looks, _backup.Writes));

        Role(RaftRole.Leader);
        Sys.EventStream.Publish(new RoleChanged("other", "node1", 1, RaftRole.Follower));
        Advance(6 * Hour);
        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void A_new_leader_without_a_backup_writes_one_at_once_and_then_on_schedule()
    {
        Role(RaftRole.Leader);
        Assert.Equal(1, _backup.Writes);

        Advance((6 * Hour) - 1);
        Assert.Equal(1, _backup.Writes);
        Advance(1);
        Assert.Equal(2, _backup.Writes);
        Advance(60 * Hour);
        Assert.Equal(12, _backup.Writes);
    }

    [Fact]
    public void A_peer_that_led_before_the_schedule_was_started_counts()
    {
        var peer = CreateTestProbe();
        Start(peer.Ref);
        peer.ExpectMsg<GetStatus>();
        Assert.Equal(0, _backup.Writes);

        peer.Reply(Leading());

        Assert.Equal(1, _backup.Writes);
    }

    [Fact]
    public void A_new_leader_writes_the_next_one_when_the_latest_in_its_directory_is_old_enough()
    {
        _backup.Latest = _clock.GetUtcNow().AddHours(-4);
        Role(RaftRole.Leader);
        Assert.Equal((1, 0), (_backup.Looks, _backup.Writes));

        Advance((2 * Hour) - 1);
        Assert.Equal(0, _backup.Writes);
        Advance(1);
        Assert.Equal(1, _backup.Writes);
    }

    [Fact]
    public void A_backup_that_another_node_wrote_meanwhile_puts_the_next_one_off()
    {
        Role(RaftRole.Leader);
        Advance(5 * Hour);
        _clock.Set(5 * Hour);
        _backup.Latest = _clock.GetUtcNow();

        _clock.Set(6 * Hour);
        Advance(1 * Hour);
        Assert.Equal((2, 1), (_backup.Looks, _backup.Writes));
        _clock.Set(11 * Hour);
        Advance(5 * Hour);
        Assert.Equal(2, _backup.Writes);
    }

    [Theory]
    [InlineData(-400 * 24)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(400 * 24)]
    public void A_step_of_the_clock_neither_hurries_nor_holds_up_a_leader(int hours)
    {
        Role(RaftRole.Leader);
        Advance(1 * Hour);

        _clock.Set((double)hours * Hour);
        Advance((5 * Hour) - 1);
        Assert.Equal(1, _backup.Writes);
        Advance(1);
        Assert.Equal(2, _backup.Writes);
        Advance(6 * Hour);
        Assert.Equal(3, _backup.Writes);
    }

    [Fact]
    public void A_clock_that_is_set_an_hour_forward_and_back_again_and_again_causes_no_burst_and_no_gap()
    {
        Role(RaftRole.Leader);
        for (int hour = 1; hour <= 48; hour++)
        {
            _clock.Set((hour + (hour % 2 == 0 ? 1.0 : -1.0)) * Hour);
            Advance(1 * Hour);
            Assert.Equal(1 + (hour / 6), _backup.Writes);
        }
    }

    [Fact]
    public void A_backup_of_the_future_does_not_hold_up_the_next_one_and_does_not_cause_more_than_one()
    {
        _backup.Latest = _clock.GetUtcNow().AddYears(3);
        _backup.KeepsLatest = true;
        Role(RaftRole.Leader);
        Assert.Equal(1, _backup.Writes);

        Role(RaftRole.Follower);
        Role(RaftRole.Leader);
        Assert.Equal(1, _backup.Writes);
        Advance(6 * Hour);
        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void A_failure_is_a_problem_until_a_later_try_succeeds()
    {
        _backup.Failure = new IOException("No space left on device");
        Role(RaftRole.Leader);
        Assert.Equal(["The scheduled backup failed: No space left on device. The node tries again after 60 s."],
            _problems);

        Advance(3 * Minute);
        Assert.Equal(4, _backup.Writes);
        Assert.Single(_problems);
        _backup.Failure = new UnauthorizedAccessException("Access denied.");
        Advance(1 * Minute);
        Assert.Equal("The scheduled backup failed: Access denied. The node tries again after 60 s.", _problems[^1]);
        _backup.Failure = null;
        Advance(1 * Minute);
        Assert.Equal((6, null), (_backup.Writes, _problems[^1]));
        Assert.Equal(3, _problems.Count);
        Advance((6 * Hour) - 1);
        Assert.Equal(6, _backup.Writes);
        Advance(1);
        Assert.Equal(7, _backup.Writes);
    }

    [Fact]
    public void A_directory_that_cannot_be_read_is_a_problem_until_it_can()
    {
        _backup.Missing = new DirectoryNotFoundException("The directory /backups does not exist.");
        Role(RaftRole.Leader);
        Assert.Equal(["The scheduled backup failed: The directory /backups does not exist. The node tries again after "
            + "60 s."], _problems);

        _backup.Latest = _clock.GetUtcNow();
        _backup.Missing = null;
        Advance(1 * Minute);

        Assert.Equal((0, null), (_backup.Writes, _problems[^1]));
    }

    [Fact]
    public void Old_backups_that_are_not_deleted_are_a_problem_and_the_next_is_written_on_schedule()
    {
        _backup.DeletionProblem = "Old backups are not deleted: Access denied.";
        Role(RaftRole.Leader);
        Assert.Equal(["Old backups are not deleted: Access denied."], _problems);

        _backup.DeletionProblem = null;
        Advance(6 * Hour);

        Assert.Equal((2, null), (_backup.Writes, _problems[^1]));
    }

    [Fact]
    public void A_backup_that_was_begun_ends_although_the_leadership_is_lost_and_no_second_one_runs_beside_it()
    {
        _backup.Holds = true;
        Role(RaftRole.Leader);
        Role(RaftRole.Follower);
        Role(RaftRole.Leader);
        Assert.Equal(1, _backup.Writes);

        _backup.Release();

        Assert.Equal(1, _backup.Writes);
        Advance(6 * Hour);
        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void Who_lost_the_leadership_writes_no_more_and_has_no_problem()
    {
        _backup.Failure = new IOException("No space left on device");
        Role(RaftRole.Leader);
        Assert.NotNull(_problems[^1]);

        Role(RaftRole.Follower);

        Assert.Null(_problems[^1]);
        Advance(48 * Hour);
        Assert.Equal(1, _backup.Writes);
        _backup.Failure = null;
        Role(RaftRole.Leader);
        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void A_leadership_that_was_lost_for_a_moment_only_does_not_end_the_schedule()
    {
        _backup.DoesNotLead = true;
        Role(RaftRole.Leader);
        Assert.Equal(1, _backup.Writes);
        Assert.Empty(_problems);

        _backup.DoesNotLead = false;
        Advance(1 * Minute);

        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void A_backup_that_does_not_end_is_a_problem_and_no_second_one_is_begun()
    {
        _backup.Holds = true;
        Role(RaftRole.Leader);
        Advance(6 * Hour);
        Assert.Equal("The scheduled backup that was begun 21600 s ago has not ended: /backups is too slow for it, or "
            + "does not answer.", _problems[^1]);
        Advance(24 * Hour);
        Assert.Equal(1, _backup.Writes);

        _backup.Release();

        Assert.Null(_problems[^1]);
        Advance(0);
        Assert.Equal(2, _backup.Writes);
    }

    [Fact]
    public void A_node_that_stops_ends_its_backup()
    {
        _backup.Holds = true;
        Role(RaftRole.Leader);

        Sys.Stop(_schedule);
        AdvanceUntil(() => _backup.Cancellation.IsCancellationRequested);
    }

    private static RaftStatus Leading() => new()
    {
        Group = "kv",
        MemberId = "node1",
        StoreId = "",
        GroupId = "one",
        ForeignPeers = [],
        Role = RaftRole.Leader,
        Term = 1,
        Leader = null,
        FirstIndex = 1,
        LastIndex = 1,
        PersistedIndex = 1,
        CommitIndex = 1,
        AppliedIndex = 1,
        LogBytes = 0,
        SnapshotIndex = 0,
        SnapshotBytes = 0,
        Members = [],
        Learners = [],
        Followers = [],
    };

    private IActorRef Start(IActorRef peer)
    {
        var settings = new BackupSettings
        {
            Directory = "/backups",
            Every = TimeSpan.FromHours(6),
            Keep = 2,
            Retry = TimeSpan.FromMinutes(1),
        };
        return Sys.ActorOf(BackupSchedule.Props(settings, _backup, "kv", peer, _clock, _problems.Add));
    }

    private void Role(RaftRole role) => Sys.EventStream.Publish(new RoleChanged("kv", "node1", 1, role));

    private sealed class FakeBackup(WallClock clock) : IScheduledBackup
    {
        private TaskCompletionSource? _held;

        public int Looks { get; private set; }

        public int Writes { get; private set; }

        public DateTimeOffset? Latest { get; set; }

        public bool KeepsLatest { get; set; }

        public Exception? Missing { get; set; }

        public Exception? Failure { get; set; }

        public string? DeletionProblem { get; set; }

        public bool DoesNotLead { get; set; }

        public bool Holds { get; set; }

        public CancellationToken Cancellation { get; private set; }

        public Task<DateTimeOffset?> FindLatestAsync()
        {
            Looks++;
            return Missing is null ? Task.FromResult(Latest) : Task.FromException<DateTimeOffset?>(Missing);
        }

        public async Task<WrittenBackup?> WriteAsync(CancellationToken cancellation)
        {
            Writes++;
            Cancellation = cancellation;
            if (Holds)
                await (_held = new TaskCompletionSource()).Task.ConfigureAwait(false);
            if (Failure is not null)
                throw Failure;
            if (DoesNotLead)
                return null;
            if (!KeepsLatest)
                Latest = clock.GetUtcNow();
            return new WrittenBackup("/backups/kv.backup", 7, clock.GetUtcNow(), 100, [], DeletionProblem);
        }

        public void Release()
        {
            Holds = false;
            // What waits for the task goes on here, and not on another thread.
            var context = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            _held!.SetResult();
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
