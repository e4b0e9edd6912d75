using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/testing.md shows.</summary>
public sealed class TestKitExamples(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    #region partition
    public void A_leader_that_is_cut_off_acknowledges_nothing(int seed)
    {
        var settings = new RaftClusterSettings { Peers = 3, Seed = seed, Output = output.WriteLine };
        using var cluster = RaftCluster.Start(settings);
        var leader = cluster.CheckSingleLeader();
        cluster.One("first", expectedPeers: 3);             // proposed until three peers have applied it

        cluster.CutOff(leader);
        var lonely = cluster.Propose(leader, "lonely", forward: false);
        var next = cluster.CheckSingleLeader();             // of the two that are left
        cluster.One("second", expectedPeers: 2);
        cluster.CheckNotCommitted("lonely");

        cluster.Heal(leader);
        cluster.One("third", expectedPeers: 3);
        Assert.NotEqual(leader, next);
        Assert.Null(lonely.Proposed);
        Assert.Equal(["first", "second", "third"], leader.Log.Select(applied => applied.Text));
        cluster.CheckNothingLost();
    }
    #endregion

    [Fact]
    public void A_bad_network_and_crashes()
    {
        #region faults
        using var cluster =
            RaftCluster.Start(new RaftClusterSettings { Peers = 5, Seed = 42, Faults = LinkFaults.Unreliable });
        for (int round = 0; round < 3; round++)
        {
            var leader = cluster.AwaitLeader();
            cluster.DropAfter(leader, 10);                  // it sends ten messages more, then nothing arrives
            cluster.Propose(leader, $"round {round}", ReplyWhen.Appended);
            cluster.Run(TimeSpan.FromMilliseconds(200));    // virtual time
            cluster.LosePower(leader);                      // what was not synced is gone; Crash keeps it
            cluster.StopDropping(leader);
            cluster.Restart(leader);
        }
        cluster.Faults = LinkFaults.None;
        cluster.One("at last", expectedPeers: 5);
        cluster.CheckNothingLost();
        #endregion
    }
}
