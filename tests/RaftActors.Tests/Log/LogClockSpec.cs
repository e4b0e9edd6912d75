using RaftActors.Log;

namespace RaftActors.Tests.Log;

public sealed class LogClockSpec
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.FromUnixTimeMilliseconds(5000);
    private static readonly TimeSpan Elected = TimeSpan.FromHours(3);

    [Fact]
    public void A_leadership_starts_at_the_wall_clock_and_goes_on_by_the_monotonic_one()
    {
        var clock = new LogClock(lastTime: 1000, Wall, Elected);

        Assert.Equal(5000, clock.At(Elected));
        Assert.Equal(5250, clock.At(Elected + TimeSpan.FromMilliseconds(250.9)));
    }

    [Fact]
    public void A_leadership_does_not_start_before_the_last_entry()
    {
        var clock = new LogClock(lastTime: 9000, Wall, Elected);

        Assert.Equal(9001, clock.At(Elected + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void Log_time_does_not_go_back_with_a_clock_that_does() =>
        Assert.Equal(5000, new LogClock(0, Wall, Elected).At(Elected - TimeSpan.FromSeconds(1)));
}
