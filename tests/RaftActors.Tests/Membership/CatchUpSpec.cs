using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

public sealed class CatchUpSpec
{
    private readonly CatchUp _catchUp = new("d", TimeSpan.FromMilliseconds(300));

    [Fact]
    public void A_quick_round_is_enough()
    {
        Reached(0, 1000, 0);
        Reached(999, 1200, 100);
        Assert.False(_catchUp.IsDone);

        Reached(1000, 1200, 299);
        Assert.True(_catchUp.IsDone);
    }

    [Fact]
    public void After_a_slow_round_comes_another()
    {
        Reached(0, 1000, 0);
        Reached(1000, 1100, 5000);
        Assert.False(_catchUp.IsDone);

        Reached(1050, 1110, 5100);
        Assert.False(_catchUp.IsDone);
        Reached(1100, 1115, 5200);
        Assert.True(_catchUp.IsDone);
    }

    [Fact]
    public void Who_needs_too_many_rounds_is_too_slow()
    {
        for (int round = 0; round <= 10; round++)
        {
            Assert.False(_catchUp.IsTooSlow);
            Reached(round * 100, (round + 1) * 100, round * 1000);
        }
        Assert.True(_catchUp.IsTooSlow);
        Reached(5000, 5000, 11_001);
        Assert.False(_catchUp.IsDone);
    }

    private void Reached(long match, long last, int milliseconds) =>
        _catchUp.Reached(match, last, TimeSpan.FromMilliseconds(milliseconds));
}
