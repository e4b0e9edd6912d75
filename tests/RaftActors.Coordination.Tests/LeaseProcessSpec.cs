using Akka.Coordination;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>The leases of one process: its number, its signs of life, and what it is told.</summary>
public sealed class LeaseProcessSpec(ITestOutputHelper output) : LeaseSpec(output)
{
    [Fact]
    public void The_owner_in_a_new_process_is_granted_the_lease_at_once()
    {
        var one = Cluster.StartNode();
        var before = one.Lease();
        one.Acquire(before);
        long token = before.Token!.Value;
        one.CutOff();
        one.Process.Pause();

        var next = Cluster.StartNode();
        var after = next.Lease();
        Assert.True(next.Acquire(after));
        Assert.True(after.Token > token);
    }

    [Fact]
    public void Of_two_processes_with_the_same_owner_the_later_one_has_the_lease_and_the_other_is_told()
    {
        var one = Cluster.StartNode();
        var before = one.Lease();
        one.Acquire(before);
        var next = Cluster.StartNode();
        var after = next.Lease();
        next.Acquire(after);

        Cluster.Run(1.5);
        Assert.Contains("a later process of the same owner", Assert.Single(one.Lost).Why.Message);
        Assert.False(one.Acquire(before));
        Cluster.Run(5);
        Assert.True(after.CheckLease());
        Assert.Empty(next.Lost);
    }

    [Fact]
    public void A_process_gives_one_sign_of_life_for_all_its_leases()
    {
        var one = Cluster.StartNode();
        var leases = Enumerable.Range(0, 200).Select(number => one.Lease($"shard-{number}")).ToList();
        var acquired = leases.ConvertAll(one.BeginToAcquire);
        Cluster.Group.Await(() => acquired.TrueForAll(static task => task.IsCompletedSuccessfully),
            "all are acquired");
        Cluster.Run(1.5);
        int before = Cluster.Commands().Count();

        Cluster.Run(20);

        Assert.InRange(Cluster.Commands().Count() - before, 18, 21);
        Assert.All(leases, static lease => Assert.True(lease.CheckLease()));
    }

    [Fact]
    public void A_process_that_holds_nothing_gives_no_sign_of_life()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        Cluster.Await(anna.Release());
        Cluster.Run(1);
        int before = Cluster.Commands().Count();

        Cluster.Run(20);

        Assert.Equal(before, Cluster.Commands().Count());
    }

    [Fact]
    public void An_operator_who_takes_a_lease_away_has_its_holder_told()
    {
        var one = Cluster.StartNode();
        var (anna, kept) = (one.Lease(), one.Lease("kept"));
        one.Acquire(anna);
        one.Acquire(kept);

        var taken = Cluster.Await(one.Leases.ForceReleaseAsync("test", "lease", anna.Token!.Value));
        Assert.Equal(("lease", "anna"), (taken!.Name, taken.Owner));
        Assert.Null(Cluster.Await(one.Leases.FindAsync("test", "lease")));
        Cluster.Run(1.5);

        Assert.Equal("lease", Assert.Single(one.Lost).Lease);
        Assert.True(kept.CheckLease());
        Assert.Equal("kept", Assert.Single(Cluster.Await(one.Leases.ListAsync("test"))).Name);
    }

    [Fact]
    public void A_callback_that_fails_costs_nobody_else_a_lease()
    {
        var one = Cluster.StartNode();
        var (anna, other) = (one.Lease(), one.Lease("other"));
        Assert.True(Cluster.Await(anna.Acquire(static _ => throw new InvalidOperationException("It fails."))));
        one.Acquire(other);

        Cluster.Await(one.Leases.ForceReleaseAsync("test", "lease"));
        Cluster.Run(12);

        Assert.True(other.CheckLease());
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void Whether_the_group_answers_is_known_before_a_lease_is_wanted()
    {
        var one = Cluster.StartNode();
        Assert.True(Cluster.Await(one.Leases.IsReadyAsync("test", TimeSpan.FromDays(1))));
        one.Lease();
        Cluster.Run(1);

        Assert.Single(Cluster.Commands());
        Assert.Equal(Wire.Command.KindOneofCase.Register, Cluster.Commands().First().KindCase);
    }

    [Fact]
    public void A_process_that_cannot_reach_the_group_from_the_start_acquires_once_it_can()
    {
        var one = Cluster.StartNode();
        one.CutOff();
        var anna = one.Lease();
        var asked = one.BeginToAcquire(anna);
        Cluster.Group.Await(() => asked.IsCompleted, "the acquisition ends");
        Assert.Contains("since this actor system was started", asked.Exception!.InnerException!.Message);

        one.Heal();
        Cluster.Run(10);
        Assert.True(one.Acquire(anna));
    }
}
