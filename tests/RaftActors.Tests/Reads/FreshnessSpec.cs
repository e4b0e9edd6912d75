using RaftActors.Reads;

namespace RaftActors.Tests.Reads;

public sealed class FreshnessSpec
{
    private readonly Freshness _freshness = new();

    [Fact]
    public void Nothing_is_known_before_a_leader_was_heard() => Assert.Null(_freshness.Age(0, At(5)));

    [Fact]
    public void A_state_is_as_old_as_the_last_time_it_had_all_that_was_committed()
    {
        _freshness.Heard(At(10), commitIndex: 3, handedIndex: 3);
        Assert.Equal(At(5), _freshness.Age(3, At(15)));

        _freshness.Heard(At(20), commitIndex: 5, handedIndex: 3);
        _freshness.Heard(At(30), commitIndex: 9, handedIndex: 4);
        Assert.Equal(At(25), _freshness.Age(4, At(35)));

        Assert.Equal(At(15), _freshness.Age(5, At(35)));
    }

    [Fact]
    public void A_state_machine_that_is_built_anew_knows_nothing()
    {
        _freshness.Heard(At(10), commitIndex: 3, handedIndex: 3);
        _freshness.Reset();

        Assert.Null(_freshness.Age(0, At(15)));
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
