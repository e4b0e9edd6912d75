using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios;

/// <summary>
/// That the checks of a cluster can be relied on: a run repeats from its seed, and what does not hold is found.
/// </summary>
public sealed class RaftClusterSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var first = Trace(seed: 5);
        var second = Trace(seed: 5);
        var other = Trace(seed: 6);

        Assert.InRange(first.Count, 500, int.MaxValue);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Checks_fail_when_what_they_check_does_not_hold()
    {
        using var cluster = Start(3);

        Assert.Throws<RaftClusterException>(() => cluster.AwaitLeader(Milliseconds(1)));
        cluster.CheckSingleLeader();
        long index = cluster.One("there", 3);
        Assert.Throws<RaftClusterException>(() => cluster.CheckNoLeader());
        Assert.Throws<RaftClusterException>(() => cluster.CheckNotCommitted("there"));
        Assert.Throws<RaftClusterException>(() => cluster.CheckCommitted(index + 1));
        Assert.Throws<RaftClusterException>(() => cluster.AwaitCommitted(index + 1, 1, Milliseconds(100)));
        cluster.CutOff(cluster.Peers[0]);
        Assert.Throws<RaftClusterException>(() => cluster.One("not on all", 3, limit: Seconds(3)));
    }

    [Fact]
    public void A_failed_check_tells_the_seed_and_how_the_peers_stand()
    {
        using var cluster = Start(3, seed: 77);
        cluster.CheckSingleLeader();

        var failure = Assert.Throws<RaftClusterException>(() => cluster.CheckCommitted(99));

        Assert.Contains("seed 77", failure.Message);
        Assert.Contains("peer3: ", failure.Message);
        Assert.Contains("Leader term", failure.Message);
    }

    [Fact]
    public void Traffic_is_counted_for_each_link()
    {
        using var cluster = Start(3);
        cluster.One("everybody is heard of", 3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        var before = cluster.TrafficBetween(leader, follower);

        cluster.CutOff(follower);
        cluster.Await(cluster.Propose(leader, new byte[10_000]));

        var traffic = cluster.TrafficBetween(leader, follower) - before;
        Assert.InRange(traffic.Bytes, 10_000, 12_000);
        Assert.Equal(traffic.Messages, traffic.Lost);
    }

    [Fact]
    public void Links_repeat_lose_and_delay_as_they_are_told()
    {
        using var cluster = Start(3,
            change: settings =>
            settings with { Faults = new LinkFaults { Loss = 0.5, MinDelay = Milliseconds(1),
            MaxDelay = Milliseconds(2) } });
        cluster.Run(Seconds(10));

        Assert.InRange((double)cluster.Traffic.Lost / cluster.Traffic.Messages, 0.4, 0.6);
    }

    private List<string> Trace(int seed)
    {
        var lines = new List<string>();
        using var cluster = Start(3, seed, settings => settings with { Faults = LinkFaults.Unreliable });
        cluster.Trace(lines.Add);
        for (int i = 0; i < 10; i++)
        {
            cluster.One($"{i}", 2, limit: Seconds(20));
            var peer = cluster.Peers[cluster.Random.Next(3)];
            cluster.Crash(peer);
            cluster.Run(Seconds(1));
            cluster.Restart(peer);
        }
        return lines;
    }
}
