using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class FailedWriteSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leader_whose_write_fails_is_replaced_and_returns_and_nothing_acknowledged_is_lost(bool rejected)
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);

        cluster.FailNextWrite(leader, rejected);
        cluster.Propose(leader, "fails");
        cluster.Run(Milliseconds(20));
        Assert.Null(cluster.StatusOf(leader));

        cluster.One("during", 2);
        cluster.One("after", 3, limit: Seconds(30));
        cluster.CheckNothingLost();
        Assert.InRange(leader.Log.Count(applied => applied.Text == "fails"), 0, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_follower_whose_write_fails_returns_and_catches_up(bool rejected)
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.One("before", 3);

        cluster.FailNextWrite(follower, rejected);
        cluster.One("during", 2);
        cluster.One("after", 3, limit: Seconds(30));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(["before", "during", "after"], follower.Log.Select(applied => applied.Text));
    }
}
