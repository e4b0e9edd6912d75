using System.Diagnostics.Metrics;
using Akka.Coordination;
using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

public sealed class RaftLeaseSpec : IDisposable
{
    private readonly LeaseCluster _cluster;

    public RaftLeaseSpec(ITestOutputHelper output) => _cluster = new LeaseCluster(output.WriteLine);

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void One_owner_has_a_lease_until_it_is_released_and_each_has_a_higher_token()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        Assert.False(anna.CheckLease());

        Assert.True(one.Acquire(anna));
        Assert.False(other.Acquire(ben));

        Assert.True(anna.CheckLease());
        Assert.False(ben.CheckLease());
        long first = anna.Token!.Value;
        _cluster.Run(30);
        Assert.True(anna.CheckLease());
        Assert.True(_cluster.Await(anna.Release()));
        Assert.Null(anna.Token);
        Assert.True(other.Acquire(ben));
        Assert.True(ben.Token > first);
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void The_replicas_of_the_group_are_compared()
    {
        int thread = Environment.CurrentManagedThreadId;
        long compared = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, meters) =>
        {
            if (instrument.Name == "raft.replicas.compared")
                meters.EnableMeasurementEvents(instrument);
        };
        // A group in virtual time runs on the thread of its spec; other specs count, too.
        listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
            compared += Environment.CurrentManagedThreadId == thread ? count : 0);
        listener.Start();
        using var cluster = new LeaseCluster(change: static settings => settings with
        {
            Raft = static raft => raft with { DigestInterval = TimeSpan.FromSeconds(1) },
        });
        var node = cluster.StartNode();

        node.Acquire(node.Lease());
        cluster.Run(5);

        Assert.True(compared >= 3, $"The replicas were compared {compared} times.");
    }

    [Fact]
    public void A_holder_that_is_cut_off_loses_its_lease_by_its_own_clock_before_another_gets_it()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        var acquired = _cluster.Group.Now;

        one.CutOff();
        Assert.True(_cluster.Group.RunUntil(() => !anna.CheckLease(), TimeSpan.FromSeconds(20)));
        var lost = _cluster.Group.Now;
        Assert.Equal(("lease", true), (Assert.Single(one.Lost).Lease, one.Lost[0].Why is LeaseException));
        Assert.InRange(lost - acquired, LeaseCluster.HoldTime - TimeSpan.FromSeconds(1),
            LeaseCluster.HoldTime + TimeSpan.FromMilliseconds(10));

        while (!other.Acquire(ben))
            _cluster.Run(0.05);
        var granted = _cluster.Group.Now;
        Assert.InRange(granted - acquired, LeaseCluster.TimeToLive,
            LeaseCluster.TimeToLive + TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void A_holder_counts_from_before_it_asked_however_late_the_answer_is()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        one.Process.Delays = static message => message is Proposed ? TimeSpan.FromSeconds(3) : TimeSpan.Zero;
        var asked = _cluster.Group.Now;
        Assert.True(one.Acquire(anna));
        Assert.True(_cluster.Group.Now - asked >= TimeSpan.FromSeconds(3));

        one.CutOff();
        Assert.True(_cluster.Group.RunUntil(() => !anna.CheckLease(), TimeSpan.FromSeconds(20)));

        Assert.InRange(_cluster.Group.Now - asked, TimeSpan.Zero,
            LeaseCluster.HoldTime + TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_lease_that_was_lost_can_be_acquired_again()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        long first = anna.Token!.Value;
        one.CutOff();
        _cluster.Run(12);
        Assert.Single(one.Lost);

        one.Heal();
        _cluster.Run(2);
        Assert.True(one.Acquire(anna));

        Assert.True(anna.Token > first);
        _cluster.Run(30);
        Assert.True(anna.CheckLease());
        Assert.Single(one.Lost);
    }

    [Fact]
    public void A_process_that_wakes_from_a_pause_does_not_believe_that_it_holds_a_lease()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);

        one.Process.Pause();
        _cluster.Run(12);
        Assert.True(other.Acquire(ben));

        Assert.Empty(one.Lost);
        Assert.False(anna.CheckLease());
        Assert.Null(anna.Token);
        one.Process.Resume();
        _cluster.Run(0.1);
        Assert.Single(one.Lost);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_step_of_a_wall_clock_neither_ends_a_lease_nor_keeps_it(int seconds)
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        _cluster.Group.StepWallClock(_cluster.Group.CheckSingleLeader(), TimeSpan.FromSeconds(seconds));
        one.Process.StepWallClock(TimeSpan.FromSeconds(seconds));

        _cluster.Run(0.5);
        Assert.False(other.Acquire(ben));
        Assert.True(anna.CheckLease());
        one.CutOff();
        _cluster.Run(11.5);
        Assert.True(other.Acquire(ben));
    }

    [Fact]
    public void A_change_of_leader_neither_ends_a_lease_nor_gives_it_its_full_time_again()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        one.CutOff();
        var begun = _cluster.Group.Now;
        int changes = 0;
        do
        {
            if (_cluster.Group.Now - begun > TimeSpan.FromSeconds(3 * changes) && changes < 4)
            {
                var leader = _cluster.Group.CheckSingleLeader();
                _cluster.Group.StepWallClock(leader, TimeSpan.FromHours(changes++ % 2 == 0 ? 5 : -5));
                _cluster.Group.Crash(leader);
                _cluster.Group.Restart(leader);
            }
            _cluster.Run(0.2);
        }
        while (!other.Acquire(ben));

        // What does not count is an election, and the time from there to the first command.
        Assert.Equal(4, changes);
        Assert.InRange(_cluster.Group.Now - begun, LeaseCluster.TimeToLive,
            LeaseCluster.TimeToLive + TimeSpan.FromSeconds(1 + (1.5 * changes)));
    }

    [Fact]
    public void A_change_of_leader_is_not_noticed_by_a_holder()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        for (int i = 0; i < 10; i++)
        {
            var leader = _cluster.Group.CheckSingleLeader();
            _cluster.Group.Crash(leader);
            _cluster.Run(2);
            _cluster.Group.Restart(leader);
            _cluster.Run(2);
            Assert.True(anna.CheckLease());
        }
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void Without_a_majority_an_acquisition_fails_within_the_operation_timeout_and_says_that_nobody_knows()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        foreach (var peer in _cluster.Group.Peers)
            _cluster.Group.CutOff(peer);
        var begun = _cluster.Group.Now;

        var asked = one.BeginToAcquire(anna);
        Assert.False(asked.IsCompleted);
        _cluster.Group.Await(() => asked.IsCompleted, "the acquisition ends");

        Assert.Equal(LeaseCluster.OperationTimeout, _cluster.Group.Now - begun);
        Assert.Contains("'test' has not answered within 5 s",
            Assert.IsType<LeaseTimeoutException>(asked.Exception!.InnerException).Message);
        Assert.False(anna.CheckLease());
    }

    [Fact]
    public void What_is_granted_to_somebody_who_has_given_up_is_given_back()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(one.Lease("another"));
        one.Process.Loses = static message => message is Proposed;
        var asked = one.BeginToAcquire(anna);
        _cluster.Run(6);
        Assert.IsType<LeaseTimeoutException>(asked.Exception!.InnerException);
        Assert.False(other.Acquire(ben));

        one.Process.Loses = static _ => false;
        _cluster.Run(9);

        Assert.True(other.Acquire(ben));
        Assert.False(anna.CheckLease());
        Assert.DoesNotContain(one.Lost, static lost => lost.Lease == "lease");
    }

    [Fact]
    public void A_retry_is_not_in_conflict_with_itself()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        int lost = 0;
        one.Process.Loses = message => message is Proposed && lost++ < 3;

        Assert.True(one.Acquire(anna));

        Assert.True(lost > 3);
        Assert.True(anna.CheckLease());
        Assert.Single(_cluster.Await(one.Leases.ListAsync("test", "lease")));
    }

    [Fact]
    public void Whoever_asks_again_after_an_unknown_answer_gets_what_was_granted()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        one.Process.Loses = static message => message is Proposed;
        var first = one.BeginToAcquire(anna);
        _cluster.Run(5.5);
        Assert.True(first.IsFaulted);

        var second = one.BeginToAcquire(anna);
        one.Process.Loses = static _ => false;

        Assert.True(_cluster.Await(second));
        Assert.True(anna.CheckLease());
    }

    [Fact]
    public void A_release_never_fails_and_is_done_in_the_end()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        one.CutOff();

        var released = anna.Release();
        Assert.False(anna.CheckLease());
        Assert.False(_cluster.Await(released));
        Assert.False(other.Acquire(ben));
        one.Heal();
        _cluster.Run(2);

        Assert.True(other.Acquire(ben));
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void A_release_of_a_lease_that_is_not_held_says_that_it_is_not_held()
    {
        var one = _cluster.StartNode();
        Assert.True(_cluster.Await(one.Lease().Release()));
    }

    [Fact]
    public void A_release_of_a_lost_lease_is_answered_and_takes_nothing_from_the_next_owner()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(anna);
        one.CutOff();
        _cluster.Run(12);
        Assert.True(other.Acquire(ben));

        var whileCutOff = anna.Release();
        Assert.False(_cluster.Await(whileCutOff));
        one.Heal();
        _cluster.Run(2);
        Assert.True(_cluster.Await(anna.Release()));

        _cluster.Run(3);
        Assert.True(ben.CheckLease());
        Assert.Equal("ben", Assert.Single(_cluster.Await(other.Leases.ListAsync("test"))).Owner);
        Assert.Single(one.Lost);
        Assert.Empty(other.Lost);
    }

    [Fact]
    public void An_acquisition_that_follows_a_release_follows_it_in_the_log()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        one.Process.Delays = _ => TimeSpan.FromMilliseconds(_cluster.Group.Random.Next(300));
        for (int i = 0; i < 20; i++)
        {
            var released = anna.Release();
            Assert.True(one.Acquire(anna));
            Assert.True(_cluster.Await(released));
            Assert.True(anna.CheckLease());
        }
    }

    [Fact]
    public void A_lease_that_is_released_while_it_is_being_acquired_is_not_held()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        var (anna, ben) = (one.Lease(owner: "anna"), other.Lease(owner: "ben"));
        one.Acquire(one.Lease("another"));

        var acquired = one.BeginToAcquire(anna);
        var released = anna.Release();
        Assert.True(_cluster.Await(released));

        Assert.Contains("was released while",
            Assert.IsType<LeaseException>(acquired.Exception!.InnerException).Message);
        Assert.False(anna.CheckLease());
        Assert.True(other.Acquire(ben));
    }

    [Fact]
    public void Acquiring_a_lease_that_is_held_keeps_its_token_and_calls_the_latest_callback()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        long token = anna.Token!.Value;
        bool isLost = false;

        Assert.True(_cluster.Await(anna.Acquire(_ => isLost = true)));

        Assert.Equal(token, anna.Token);
        one.CutOff();
        _cluster.Run(12);
        Assert.True(isLost);
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void The_callback_comes_after_the_acquisition_is_done()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        var events = new List<string>();
        var acquired = anna.Acquire(_ => events.Add("lost"));
        acquired.ContinueWith(_ => events.Add("acquired"), TaskContinuationOptions.ExecuteSynchronously);
        _cluster.Await(acquired);
        one.CutOff();
        _cluster.Run(12);
        Assert.Equal(["acquired", "lost"], events);
    }

    [Fact]
    public void The_owner_in_a_new_process_is_granted_the_lease_at_once()
    {
        var one = _cluster.StartNode();
        var before = one.Lease();
        one.Acquire(before);
        long token = before.Token!.Value;
        one.CutOff();
        one.Process.Pause();

        var next = _cluster.StartNode();
        var after = next.Lease();
        Assert.True(next.Acquire(after));
        Assert.True(after.Token > token);
    }

    [Fact]
    public void Of_two_processes_with_the_same_owner_the_later_one_has_the_lease_and_the_other_is_told()
    {
        var one = _cluster.StartNode();
        var before = one.Lease();
        one.Acquire(before);
        var next = _cluster.StartNode();
        var after = next.Lease();
        next.Acquire(after);

        _cluster.Run(1.5);
        Assert.Contains("a later process of the same owner", Assert.Single(one.Lost).Why.Message);
        Assert.False(one.Acquire(before));
        _cluster.Run(5);
        Assert.True(after.CheckLease());
        Assert.Empty(next.Lost);
    }

    [Fact]
    public void A_process_gives_one_sign_of_life_for_all_its_leases()
    {
        var one = _cluster.StartNode();
        var leases = Enumerable.Range(0, 200).Select(number => one.Lease($"shard-{number}")).ToList();
        var acquired = leases.ConvertAll(one.BeginToAcquire);
        _cluster.Group.Await(() => acquired.TrueForAll(static task => task.IsCompletedSuccessfully),
            "all are acquired");
        _cluster.Run(1.5);
        int before = _cluster.Commands().Count();

        _cluster.Run(20);

        Assert.InRange(_cluster.Commands().Count() - before, 18, 21);
        Assert.All(leases, static lease => Assert.True(lease.CheckLease()));
    }

    [Fact]
    public void A_process_that_holds_nothing_gives_no_sign_of_life()
    {
        var one = _cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        _cluster.Await(anna.Release());
        _cluster.Run(1);
        int before = _cluster.Commands().Count();

        _cluster.Run(20);

        Assert.Equal(before, _cluster.Commands().Count());
    }

    [Fact]
    public void An_operator_who_takes_a_lease_away_has_its_holder_told()
    {
        var one = _cluster.StartNode();
        var (anna, kept) = (one.Lease(), one.Lease("kept"));
        one.Acquire(anna);
        one.Acquire(kept);

        var taken = _cluster.Await(one.Leases.ForceReleaseAsync("test", "lease", anna.Token!.Value));
        Assert.Equal(("lease", "anna"), (taken!.Name, taken.Owner));
        Assert.Null(_cluster.Await(one.Leases.FindAsync("test", "lease")));
        _cluster.Run(1.5);

        Assert.Equal("lease", Assert.Single(one.Lost).Lease);
        Assert.True(kept.CheckLease());
        Assert.Equal("kept", Assert.Single(_cluster.Await(one.Leases.ListAsync("test"))).Name);
    }

    [Fact]
    public void A_callback_that_fails_costs_nobody_else_a_lease()
    {
        var one = _cluster.StartNode();
        var (anna, other) = (one.Lease(), one.Lease("other"));
        Assert.True(_cluster.Await(anna.Acquire(static _ => throw new InvalidOperationException("It fails."))));
        one.Acquire(other);

        _cluster.Await(one.Leases.ForceReleaseAsync("test", "lease"));
        _cluster.Run(12);

        Assert.True(other.CheckLease());
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void A_lease_has_a_name_of_any_length()
    {
        var (one, other) = (_cluster.StartNode(), _cluster.StartNode());
        string name = new('x', 1000);
        Assert.True(one.Acquire(one.Lease(name + "1", "anna")));
        Assert.True(other.Acquire(other.Lease(name + "2", "ben")));
        Assert.False(other.Acquire(other.Lease(name + "1", "ben")));
    }

    [Fact]
    public void Whether_the_group_answers_is_known_before_a_lease_is_wanted()
    {
        var one = _cluster.StartNode();
        Assert.True(_cluster.Await(one.Leases.IsReadyAsync("test", TimeSpan.FromDays(1))));
        one.Lease();
        _cluster.Run(1);

        Assert.Single(_cluster.Commands());
        Assert.Equal(Wire.Command.KindOneofCase.Register, _cluster.Commands().First().KindCase);
    }

    [Fact]
    public void A_process_that_cannot_reach_the_group_from_the_start_acquires_once_it_can()
    {
        var one = _cluster.StartNode();
        one.CutOff();
        var anna = one.Lease();
        var asked = one.BeginToAcquire(anna);
        _cluster.Group.Await(() => asked.IsCompleted, "the acquisition ends");
        Assert.Contains("since this actor system was started", asked.Exception!.InnerException!.Message);

        one.Heal();
        _cluster.Run(10);
        Assert.True(one.Acquire(anna));
    }
}
