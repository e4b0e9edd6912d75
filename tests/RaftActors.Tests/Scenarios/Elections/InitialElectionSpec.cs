using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class InitialElectionSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 4)]
    public void One_leader_is_elected_in_one_term(int peers, int seed)
    {
        using var cluster = Start(peers, seed);

        cluster.CheckSingleLeader();

        cluster.CheckTerm();
    }

    [Fact]
    public void The_term_stays_put_while_nothing_fails()
    {
        using var cluster = Start(3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        cluster.Run(Seconds(30));

        Assert.Equal(term, cluster.CheckTerm());
        Assert.Same(leader, cluster.CheckSingleLeader());
    }
}
