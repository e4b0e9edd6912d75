using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Agreement;

public sealed class FailAgreeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [EachJournal(1)]
    [EachJournal(2)]
    public void A_follower_that_returns_gets_what_it_missed_and_takes_part_again(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("101", 3, retry: false);

        var leader = cluster.CheckSingleLeader();
        var follower = Others(cluster, leader)[0];
        cluster.CutOff(follower);
        cluster.One("102", 2, retry: false);
        cluster.One("103", 2, retry: false);
        cluster.Run(Seconds(1));
        cluster.One("104", 2, retry: false);
        cluster.One("105", 2, retry: false);

        cluster.Heal(follower);
        cluster.One("106", 3);
        cluster.Run(Seconds(1));
        cluster.One("107", 3);

        Assert.Equal(["101", "102", "103", "104", "105", "106", "107"], follower.Log.Select(applied => applied.Text));
    }
}
