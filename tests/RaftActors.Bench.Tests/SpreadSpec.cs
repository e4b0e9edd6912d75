namespace RaftActors.Bench.Tests;

public sealed class SpreadSpec
{
    [Fact]
    public void The_spread_of_figures_is_the_least_the_middle_and_the_largest()
    {
        var spread = Spread.Of([412.4, 7.256, 1200]);

        Assert.Equal(new Spread(7.256, 412.4, 1200), spread);
        Assert.Equal("median 412 ms, from 7.26 to 1200 ms", spread.ToString());
    }
}
