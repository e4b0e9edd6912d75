using System.Diagnostics.Metrics;
using Akka.Coordination;
using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>What a caller gets of a lease: acquiring and releasing it.</summary>
public sealed class RaftLeaseSpec(ITestOutputHelper output) : LeaseSpec(output)
{
    [Fact]
    public void One_owner_has_a_lease_until_it_is_released_and_each_has_a_higher_token()
    {
        var (one, anna, other, ben) = StartTwo();
        Assert.False(anna.CheckLease());

        Assert.True(one.Acquire(anna));
        Assert.False(other.Acquire(ben));

        Assert.True(anna.CheckLease());
        Assert.False(ben.CheckLease());
        long first = anna.Token!.Value;
        Cluster.Run(30);
        Assert.True(anna.CheckLease());
        Assert.True(Cluster.Await(anna.Release()));
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
    public void Without_a_majority_an_acquisition_fails_within_the_operation_timeout_and_says_that_nobody_knows()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        foreach (var peer in Cluster.Group.Peers)
            Cluster.Group.CutOff(peer);
        var begun = Cluster.Group.Now;

        var asked = one.BeginToAcquire(anna);
        Assert.False(asked.IsCompleted);
        Cluster.Group.Await(() => asked.IsCompleted, "the acquisition ends");

        Assert.Equal(LeaseCluster.OperationTimeout, Cluster.Group.Now - begun);
        Assert.Contains("'test' has not answered within 5 s",
            Assert.IsType<LeaseTimeoutException>(asked.Exception!.InnerException).Message);
        Assert.False(anna.CheckLease());
    }

    [Fact]
    public void What_is_granted_to_somebody_who_has_given_up_is_given_back()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(one.Lease("another"));
        one.Process.Loses = static message => message is Proposed;
        var asked = one.BeginToAcquire(anna);
        Cluster.Run(6);
        Assert.IsType<LeaseTimeoutException>(asked.Exception!.InnerException);
        Assert.False(other.Acquire(ben));

        one.Process.Loses = static _ => false;
        Cluster.Run(9);

        Assert.True(other.Acquire(ben));
        Assert.False(anna.CheckLease());
        Assert.DoesNotContain(one.Lost, static lost => lost.Lease == "lease");
    }

    [Fact]
    public void A_retry_is_not_in_conflict_with_itself()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        int lost = 0;
        one.Process.Loses = message => message is Proposed && lost++ < 3;

        Assert.True(one.Acquire(anna));

        Assert.True(lost > 3);
        Assert.True(anna.CheckLease());
        Assert.Single(Cluster.Await(one.Leases.ListAsync("test", "lease")));
    }

    [Fact]
    public void Whoever_asks_again_after_an_unknown_answer_gets_what_was_granted()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(one.Lease("another"));
        one.Process.Loses = static message => message is Proposed;
        var first = one.BeginToAcquire(anna);
        Cluster.Run(5.5);
        Assert.True(first.IsFaulted);

        var second = one.BeginToAcquire(anna);
        one.Process.Loses = static _ => false;

        Assert.True(Cluster.Await(second));
        Assert.True(anna.CheckLease());
    }

    [Fact]
    public void A_release_never_fails_and_is_done_in_the_end()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);
        one.CutOff();

        var released = anna.Release();
        Assert.False(anna.CheckLease());
        Assert.False(Cluster.Await(released));
        Assert.False(other.Acquire(ben));
        one.Heal();
        Cluster.Run(2);

        Assert.True(other.Acquire(ben));
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void A_release_of_a_lease_that_is_not_held_says_that_it_is_not_held()
    {
        var one = Cluster.StartNode();
        Assert.True(Cluster.Await(one.Lease().Release()));
    }

    [Fact]
    public void A_release_of_a_lost_lease_is_answered_and_takes_nothing_from_the_next_owner()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(anna);
        one.CutOff();
        Cluster.Run(12);
        Assert.True(other.Acquire(ben));

        var whileCutOff = anna.Release();
        Assert.False(Cluster.Await(whileCutOff));
        one.Heal();
        Cluster.Run(2);
        Assert.True(Cluster.Await(anna.Release()));

        Cluster.Run(3);
        Assert.True(ben.CheckLease());
        Assert.Equal("ben", Assert.Single(Cluster.Await(other.Leases.ListAsync("test"))).Owner);
        Assert.Single(one.Lost);
        Assert.Empty(other.Lost);
    }

    [Fact]
    public void An_acquisition_that_follows_a_release_follows_it_in_the_log()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        one.Process.Delays = _ => TimeSpan.FromMilliseconds(Cluster.Group.Random.Next(300));
        for (int i = 0; i < 20; i++)
        {
            var released = anna.Release();
            Assert.True(one.Acquire(anna));
            Assert.True(Cluster.Await(released));
            Assert.True(anna.CheckLease());
        }
    }

    [Fact]
    public void A_lease_that_is_released_while_it_is_being_acquired_is_not_held()
    {
        var (one, anna, other, ben) = StartTwo();
        one.Acquire(one.Lease("another"));

        var acquired = one.BeginToAcquire(anna);
        var released = anna.Release();
        Assert.True(Cluster.Await(released));

        Assert.Contains("was released while",
            Assert.IsType<LeaseException>(acquired.Exception!.InnerException).Message);
        Assert.False(anna.CheckLease());
        Assert.True(other.Acquire(ben));
    }

    [Fact]
    public void Acquiring_a_lease_that_is_held_keeps_its_token_and_calls_the_latest_callback()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        one.Acquire(anna);
        long token = anna.Token!.Value;
        bool isLost = false;

        Assert.True(Cluster.Await(anna.Acquire(_ => isLost = true)));

        Assert.Equal(token, anna.Token);
        one.CutOff();
        Cluster.Run(12);
        Assert.True(isLost);
        Assert.Empty(one.Lost);
    }

    [Fact]
    public void The_callback_comes_after_the_acquisition_is_done()
    {
        var one = Cluster.StartNode();
        var anna = one.Lease();
        var events = new List<string>();
        var acquired = anna.Acquire(_ => events.Add("lost"));
        acquired.ContinueWith(_ => events.Add("acquired"), TaskContinuationOptions.ExecuteSynchronously);
        Cluster.Await(acquired);
        one.CutOff();
        Cluster.Run(12);
        Assert.Equal(["acquired", "lost"], events);
    }

    [Fact]
    public void A_lease_has_a_name_of_any_length()
    {
        var (one, other) = (Cluster.StartNode(), Cluster.StartNode());
        string name = new('x', 1000);
        Assert.True(one.Acquire(one.Lease(name + "1", "anna")));
        Assert.True(other.Acquire(other.Lease(name + "2", "ben")));
        Assert.False(other.Acquire(other.Lease(name + "1", "ben")));
    }
}
