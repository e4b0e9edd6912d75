using RaftActors.Reads;

namespace RaftActors.Tests.Reads;

public sealed class StalenessTrackerSpec
{
    private readonly StalenessTracker _staleness = new();

    [Fact]
    public void Nothing_is_known_before_a_leader_was_heard() => Assert.Null(_staleness.Age(0, At(5)));

    [Fact]
    public void A_state_is_as_old_as_the_last_time_it_had_all_that_was_committed()
    {
        _staleness.Heard(At(10), commitIndex: 3, handedIndex: 3);
        Assert.Equal(At(5), _staleness.Age(3, At(15)));

        _staleness.Heard(At(20), commitIndex: 5, handedIndex: 3);
        _staleness.Heard(At(30), commitIndex: 9, handedIndex: 4);
        Assert.Equal(At(25), _staleness.Age(4, At(35)));

        Assert.Equal(At(15), _staleness.Age(5, At(35)));
    }

    [Fact]
    public void A_state_machine_that_is_built_anew_knows_nothing()
    {
        _staleness.Heard(At(10), commitIndex: 3, handedIndex: 3);
        _staleness.Reset();

        Assert.Null(_staleness.Age(0, At(15)));
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
