using Akka.Actor;
using RaftActors.Client;
using RaftActors.Singletons;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Singletons;

/// <summary>When the singleton of a group runs, and where.</summary>
public sealed class SingletonSpec(ITestOutputHelper output)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RaftSingletonSettings Defaults = new() { Group = "g" };

    [Fact]
    public void It_runs_on_the_leaders_node_and_is_told_the_term_and_the_index_of_its_first_entry()
    {
        using var cluster = Start();

        var life = cluster.AwaitSingleton();

        Assert.Same(cluster.Group.CheckSingleLeader(), life.Peer);
        Assert.Equal(cluster.Group.CheckTerm(), life.Tenure.Term);
        Assert.InRange(life.Tenure.Token, 1, cluster.Group.StatusOf(life.Peer)!.CommitIndex);
        cluster.Run(10 * Second);
        Assert.Same(life, Assert.Single(cluster.Lives));
        Assert.True(life.Tenure.IsCurrent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_the_leaders_process_was_killed_it_runs_on_another_node_within_a_second(int seed)
    {
        using var cluster = Start(seed);
        var former = cluster.AwaitSingleton();

        var killed = cluster.Group.Now;
        cluster.Crash(former.Peer);
        var life = cluster.AwaitSingleton();

        Assert.NotSame(former.Peer, life.Peer);
        Assert.True(life.Tenure.Term > former.Tenure.Term && life.Tenure.Token > former.Tenure.Token);
        Assert.InRange(life.BeganAt - killed, Defaults.HandOverWait, Second);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-0.04, 0.04)]
    [InlineData(0.04, -0.04)]
    public void A_leader_that_is_cut_off_stops_it_by_its_own_clock_before_the_next_one_starts_it(double drift,
        double others)
    {
        // Nobody steps down before the tenure is over.
        var cautious = TimeSpan.FromSeconds(3);
        using var cluster = new SingletonCluster(
            Settings(1) with
            {
                Priorities = [1],
                ClockDrifts = [drift, others, others],
                Raft = raft =>
                    raft with { ElectionTimeoutMax = raft.MemberId == "peer1" ? cautious : raft.ElectionTimeoutMax },
            },
            static settings => settings with { Margin = TimeSpan.Zero });
        var former = cluster.AwaitSingleton(life => life.Peer == cluster.Group.Peers[0]);
        cluster.Run(2 * Second);

        var cut = cluster.Group.Now;
        cluster.Group.CutOff(former.Peer);
        var life = cluster.AwaitSingleton(life => life != former);

        Assert.Equal(RaftRole.Leader, cluster.Group.StatusOf(former.Peer)!.Role);
        Assert.InRange(former.EndedAt!.Value - cut, TimeSpan.Zero, Defaults.HandOverWait);
        Assert.True(former.EndedAt < life.BeganAt);
        Assert.True(life.Tenure.Token > former.Tenure.Token);
        cluster.Group.Heal(former.Peer);
        cluster.Run(3 * Second);
    }

    [Fact]
    public void A_leader_that_is_cut_off_for_a_moment_has_it_again_in_the_same_term_with_the_same_token()
    {
        // Nobody looks for another leader meanwhile.
        using var cluster = new SingletonCluster(Settings(1) with
        {
            Raft = static raft => raft with { ElectionTimeoutMin = 2 * Second, ElectionTimeoutMax = 3 * Second },
        });
        var former = cluster.AwaitSingleton();

        cluster.Group.CutOff(former.Peer);
        cluster.Await(() => former.EndedAt is not null, "the singleton is stopped");
        cluster.Group.Heal(former.Peer);
        var life = cluster.AwaitSingleton();

        Assert.Same(former.Peer, life.Peer);
        Assert.False(former.Tenure.IsCurrent);
        Assert.Equal((former.Tenure.Term, former.Tenure.Token), (life.Tenure.Term, life.Tenure.Token));
    }

    [Fact]
    public void A_process_that_stood_still_does_not_believe_in_its_tenure_and_stops_its_singleton_when_it_wakes()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();

        cluster.Pause(former.Peer);
        cluster.ProxyOn(former.Peer).Tell("late");
        var life = cluster.AwaitSingleton(life => life != former);
        Assert.Null(former.EndedAt);
        Assert.False(former.Tenure.IsCurrent);
        Assert.True(life.Tenure.Token > former.Tenure.Token);

        cluster.Resume(former.Peer);
        cluster.Run(Second);
        Assert.NotNull(former.EndedAt);
        Assert.Same(life, cluster.Present);
        Assert.DoesNotContain((former.Peer.Id, "late"), cluster.Told);
    }

    [Fact]
    public void When_the_leadership_is_transferred_it_stops_there_before_it_starts_here()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();
        cluster.Run(Second);

        for (int i = 0; i < 5; i++)
        {
            cluster.Group.Await(cluster.Group.TransferLeadership(former.Peer));
            var transferred = cluster.Group.Now;
            var life = cluster.AwaitSingleton(life => life != former);

            Assert.InRange(former.EndedAt!.Value, TimeSpan.Zero, transferred + Defaults.CheckInterval);
            Assert.True(life.BeganAt - former.EndedAt > Defaults.HoldTime);
            Assert.True(life.Tenure.Token > former.Tenure.Token);
            cluster.Run(Second);
            former = life;
        }
    }

    [Fact]
    public void It_stops_when_its_peer_ends_although_nobody_says_so()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();

        cluster.Group.FailNextWrite(former.Peer);
        cluster.Group.Propose(former.Peer, "a");
        cluster.Await(() => former.EndedAt is not null, "the singleton is stopped");

        Assert.True(cluster.AwaitSingleton().Tenure.Token > former.Tenure.Token);
    }

    [Fact]
    public void A_singleton_that_fails_is_made_again_with_the_same_term_and_token()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();

        cluster.ProxyOn(former.Peer).Tell("fail");
        var life = cluster.AwaitSingleton(life => life != former);

        Assert.Same(former.Tenure, life.Tenure);
        Assert.True(life.Tenure.IsCurrent);
        Assert.Equal(former.EndedAt, life.BeganAt);
    }

    [Fact]
    public void A_singleton_that_ends_by_itself_is_started_again_after_a_while()
    {
        using var cluster = Start();
        var former = cluster.AwaitSingleton();

        cluster.ProxyOn(former.Peer).Tell("end");
        var life = cluster.AwaitSingleton(life => life != former);

        Assert.Same(former.Peer, life.Peer);
        Assert.Equal((former.Tenure.Term, former.Tenure.Token), (life.Tenure.Term, life.Tenure.Token));
        Assert.InRange(life.BeganAt - former.EndedAt!.Value, Defaults.HandOverWait, Second);
    }

    [Fact]
    public void Without_a_majority_it_does_not_run()
    {
        using var cluster = Start();
        var life = cluster.AwaitSingleton();

        foreach (var peer in cluster.Group.Peers.Where(peer => peer != life.Peer))
            cluster.Crash(peer);
        cluster.Run(Defaults.HandOverWait);

        Assert.NotNull(life.EndedAt);
        cluster.Run(5 * Second);
        Assert.Null(cluster.Present);
    }

    private RaftClusterSettings Settings(int seed) => new() { Seed = seed, Output = output.WriteLine };

    private SingletonCluster Start(int seed = 1) => new(Settings(seed));
}
