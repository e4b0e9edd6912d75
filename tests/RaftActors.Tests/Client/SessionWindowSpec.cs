using RaftActors.Client;
using RaftActors.Log;

namespace RaftActors.Tests.Client;

public sealed class SessionWindowSpec
{
    [Fact]
    public void Numbers_are_given_out_as_long_as_the_lowest_awaited_one_is_near()
    {
        var window = new SessionWindow(7, 3);
        Assert.Equal([1, 2, 3], [window.Begin(), window.Begin(), window.Begin()]);
        Assert.False(window.IsOpen);

        window.End(2);
        window.End(3);
        Assert.False(window.IsOpen);

        window.End(1);
        Assert.True(window.IsOpen);
        Assert.Equal(4, window.Begin());
    }

    [Fact]
    public void A_stamp_acknowledges_everything_below_the_lowest_awaited_number()
    {
        var window = new SessionWindow(7, 8);
        for (int i = 0; i < 4; i++)
            window.Begin();
        window.End(1);
        window.End(3);

        Assert.Equal(new SessionStamp(7, 4, 2), window.Stamp(4));
        window.End(2);
        window.End(4);
        Assert.Equal(5, window.LowestPending);
    }
}
