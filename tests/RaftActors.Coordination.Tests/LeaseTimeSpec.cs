using Akka.Coordination;
using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>How long a lease lasts: a holder counts by its own clock, and stops before another can begin.</summary>
public sealed class LeaseTimeSpec(ITestOutputHelper output) : LeaseSpec(output)
{
    [Fact]
    public void A_holder_that_is_cut_off_loses_its_lease_by_its_own_clock_before_another_gets_it()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);
        var acquired = Cluster.Group.Now;

        one.CutOff();
        Assert.True(Cluster.Group.RunUntil(() => !anna.CheckLease(), TimeSpan.FromSeconds(20)));
        var lost = Cluster.Group.Now;
        Assert.Equal(("lease", true), (Assert.Single(one.Lost).Lease, one.Lost[0].Why is LeaseException));
        Assert.InRange(lost - acquired, LeaseCluster.HoldTime - TimeSpan.FromSeconds(1),
            LeaseCluster.HoldTime + TimeSpan.FromMilliseconds(10));

        while (!other.Acquire(ben))
            Cluster.Run(0.05);
        var granted = Cluster.Group.Now;
        Assert.InRange(granted - acquired, LeaseCluster.TimeToLive,
            LeaseCluster.TimeToLive + TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void A_holder_counts_from_before_it_asked_however_late_the_answer_is()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        one.Process.Delays = static message => message is Proposed ? TimeSpan.FromSeconds(3) : TimeSpan.Zero;
        var asked = Cluster.Group.Now;
        Assert.True(one.Acquire(anna));
        Assert.True(Cluster.Group.Now - asked >= TimeSpan.FromSeconds(3));

        one.CutOff();
        Assert.True(Cluster.Group.RunUntil(() => !anna.CheckLease(), TimeSpan.FromSeconds(20)));

        Assert.InRange(Cluster.Group.Now - asked, TimeSpan.Zero,
            LeaseCluster.HoldTime + TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_lease_that_was_lost_can_be_acquired_again()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        long first = anna.Token!.Value;
        one.CutOff();
        Cluster.Run(12);
        Assert.Single(one.Lost);

        one.Heal();
        Cluster.Run(2);
        Assert.True(one.Acquire(anna));

        Assert.True(anna.Token > first);
        Cluster.Run(30);
        Assert.True(anna.CheckLease());
        Assert.Single(one.Lost);
    }

    [Fact]
    public void A_process_that_wakes_from_a_pause_does_not_believe_that_it_holds_a_lease()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);

        one.Process.Pause();
        Cluster.Run(12);
        Assert.True(other.Acquire(ben));

        Assert.Empty(one.Lost);
        Assert.False(anna.CheckLease());
        Assert.Null(anna.Token);
        one.Process.Resume();
        Cluster.Run(0.1);
        Assert.Single(one.Lost);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_step_of_a_wall_clock_neither_ends_a_lease_nor_keeps_it(int seconds)
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);
        Cluster.Group.StepWallClock(Cluster.Group.CheckSingleLeader(), TimeSpan.FromSeconds(seconds));
        one.Process.StepWallClock(TimeSpan.FromSeconds(seconds));

        Cluster.Run(0.5);
        Assert.False(other.Acquire(ben));
        Assert.True(anna.CheckLease());
        one.CutOff();
        Cluster.Run(11.5);
        Assert.True(other.Acquire(ben));
    }

    [Fact]
    public void A_change_of_leader_neither_ends_a_lease_nor_gives_it_its_full_time_again()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);
        one.CutOff();
        var begun = Cluster.Group.Now;
        int changes = 0;
        do
        {
            if (Cluster.Group.Now - begun > TimeSpan.FromSeconds(3 * changes) && changes < 4)
            {
                var leader = Cluster.Group.CheckSingleLeader();
                Cluster.Group.StepWallClock(leader, TimeSpan.FromHours(changes++ % 2 == 0 ? 5 : -5));
                Cluster.Group.Crash(leader);
                Cluster.Group.Restart(leader);
            }
            Cluster.Run(0.2);
        }
        while (!other.Acquire(ben));

        // What does not count is an election, and the time from there to the first command.
        Assert.Equal(4, changes);
        Assert.InRange(Cluster.Group.Now - begun, LeaseCluster.TimeToLive,
            LeaseCluster.TimeToLive + TimeSpan.FromSeconds(1 + (1.5 * changes)));
    }

    [Fact]
    public void A_change_of_leader_is_not_noticed_by_a_holder()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        for (int i = 0; i < 10; i++)
        {
            var leader = Cluster.Group.CheckSingleLeader();
            Cluster.Group.Crash(leader);
            Cluster.Run(2);
            Cluster.Group.Restart(leader);
            Cluster.Run(2);
            Assert.True(anna.CheckLease());
        }
        Assert.Empty(one.Lost);
    }
}
