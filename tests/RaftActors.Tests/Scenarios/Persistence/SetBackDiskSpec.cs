using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

/// <summary>A disk that is set back to an earlier copy, or of which an event is damaged.</summary>
public sealed class SetBackDiskSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    // What the leader and one follower acknowledged is lost if the follower, which has forgotten it, votes for the one
    // that was away.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_does_not_vote_for_who_lacks_what_it_had_confirmed(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("acknowledged by three", 3);
        var leader = cluster.CheckSingleLeader();
        var (setBack, away) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);
        var copy = RaftCluster.CopyDisk(setBack);
        cluster.CutOff(away);
        cluster.One("only these two", 2);

        cluster.Crash(setBack);
        cluster.SetBackDisk(setBack, copy);
        cluster.Restart(setBack);
        cluster.Heal(away);
        cluster.Run(TimeSpan.FromSeconds(2));
        cluster.Crash(leader);

        cluster.One("two are a majority", 2);
        Assert.Equal(["acknowledged by three", "only these two", "two are a majority"],
            setBack.Log.Select(applied => applied.Text));
        Assert.Equal(["acknowledged by three", "only these two", "two are a majority"],
            away.Log.Select(applied => applied.Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_says_so_and_counts_again_once_it_has_caught_up(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("first", 3);
        var leader = cluster.CheckSingleLeader();
        var (setBack, other) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);
        cluster.Crash(setBack);
        var copy = RaftCluster.CopyDisk(setBack);
        cluster.Restart(setBack);
        cluster.One("second", 3);
        cluster.One("third", 3);
        cluster.CutOff(leader);
        cluster.CutOff(other);

        cluster.Crash(setBack);
        cluster.SetBackDisk(setBack, copy);
        cluster.Restart(setBack);
        cluster.Heal(leader);
        cluster.Run(TimeSpan.FromSeconds(1));
        var problem =
            Assert.Single(cluster.StatusOf(setBack)!.Problems, problem => problem.Kind == PeerProblemKind.StoreSetBack);
        Assert.Contains("was set back", problem.Reason);
        Assert.Contains(other.Id, problem.Reason);
        Assert.Contains("raftnode recover", problem.Reason);
        cluster.Heal(other);

        cluster.One("fourth", 3);
        cluster.Crash(other);
        cluster.One("two are a majority", 2);
        Assert.DoesNotContain(cluster.StatusOf(setBack)!.Problems,
            problem => problem.Kind == PeerProblemKind.StoreSetBack);
        Assert.Equal(["first", "second", "third", "fourth", "two are a majority"],
            setBack.Log.Select(applied => applied.Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_group_remembers_what_it_confirmed_across_leaders_and_restarts_of_all(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("first", 3);
        var setBack = Others(cluster, cluster.CheckSingleLeader())[0];
        var copy = RaftCluster.CopyDisk(setBack);
        for (int i = 0; i < 5; i++)
        {
            cluster.One($"more {i}", 3);
            cluster.Run(TimeSpan.FromMilliseconds(100));
        }
        foreach (var peer in cluster.Peers)
            cluster.Crash(peer);
        cluster.SetBackDisk(setBack, copy);
        cluster.Restart(setBack);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.Restart(Others(cluster, setBack)[0]);
        cluster.Run(TimeSpan.FromSeconds(1));

        var problem =
            Assert.Single(cluster.StatusOf(setBack)!.Problems, problem => problem.Kind == PeerProblemKind.StoreSetBack);
        Assert.Contains("it had confirmed entries up to", problem.Reason);
        cluster.Restart(Others(cluster, setBack)[1]);
        cluster.One("last", 3);
    }

    // Both have forgotten what they confirmed, and the third never had it: nothing is lost in silence.
    [Fact]
    public void Two_of_three_that_were_set_back_elect_nobody_and_say_why()
    {
        using var cluster = Start(3);
        cluster.One("first", 3);
        var copies = cluster.Peers.ToDictionary(peer => peer, RaftCluster.CopyDisk);
        cluster.One("second", 3);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.One("third", 3);
        foreach (var peer in cluster.Peers)
            cluster.Crash(peer);
        foreach (var peer in cluster.Peers.Take(2))
            cluster.SetBackDisk(peer, copies[peer]);
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);

        cluster.CheckNoLeader(Seconds(10));

        foreach (var peer in cluster.Peers.Take(2))
            Assert.Contains(cluster.StatusOf(peer)!.Problems,
                problem => problem.Kind == PeerProblemKind.StoreSetBack
                && problem.Reason.Contains("raftnode recover", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_ordinary_restart_of_all_needs_nobody(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("before", 3);
        foreach (var peer in cluster.Peers)
            cluster.Crash(peer);
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);

        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.CheckSingleLeader();
        cluster.One("after", 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_a_dead_minority_a_restart_goes_on_somewhat_later(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("before", 3);
        var leader = cluster.CheckSingleLeader();
        cluster.Crash(Others(cluster, leader)[0]);
        cluster.Crash(Others(cluster, leader)[1]);
        cluster.Restart(Others(cluster, leader)[1]);

        cluster.One("after", 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_event_with_a_changed_bit_is_as_if_the_disk_had_been_set_back_to_before_it(int seed)
    {
        using var cluster = Start(3, seed);
        cluster.One("first", 3);
        cluster.One("second", 3);
        cluster.One("third", 3);
        var leader = cluster.CheckSingleLeader();
        var (damaged, other) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);
        cluster.Crash(damaged);
        cluster.DamageEvent(damaged, bytes => bytes.AsSpan().IndexOf("second"u8) >= 0);
        cluster.Restart(damaged);

        cluster.One("fourth", 3);
        cluster.Crash(other);
        cluster.One("two are a majority", 2);
        string[] all = ["first", "second", "third", "fourth", "two are a majority"];
        Assert.Equal(all, damaged.Log.Select(applied => applied.Text));
        cluster.Restart(other);
        cluster.Crash(damaged);
        cluster.Restart(damaged);
        cluster.One("last", 3);
        Assert.Equal([.. all, "last"], damaged.Log.Select(applied => applied.Text));
    }
}
