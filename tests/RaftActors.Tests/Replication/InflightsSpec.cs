using RaftActors.Replication;

namespace RaftActors.Tests.Replication;

/// <summary>The messages under way to a follower.</summary>
public sealed class InflightsSpec
{
    [Fact]
    public void A_window_that_is_used_up_takes_no_message()
    {
        var inflights = new Inflights(2);
        inflights.Add(1);
        Assert.False(inflights.IsFull);
        inflights.Add(2);

        Assert.True(inflights.IsFull);
        Assert.Throws<InvariantViolationException>(() => inflights.Add(3));
    }

    // The ring has begun anew at its first place when it has to grow.
    [Fact]
    public void An_acknowledgement_frees_the_oldest_messages_however_many_there_are()
    {
        const int Window = 50;
        var inflights = new Inflights(Window);
        for (int i = 1; i <= 3; i++)
            inflights.Add(i);
        inflights.FreeUpTo(2);
        for (int i = 4; i <= Window + 2; i++)
            inflights.Add(i);
        Assert.Equal((Window, true), (inflights.Count, inflights.IsFull));

        for (int i = 3; i <= Window + 2; i++)
        {
            inflights.FreeUpTo(i);
            Assert.Equal(Window + 2 - i, inflights.Count);
        }
    }
}
