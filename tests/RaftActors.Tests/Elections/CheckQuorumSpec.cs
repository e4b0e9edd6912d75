using RaftActors.Elections;

namespace RaftActors.Tests.Elections;

public sealed class CheckQuorumSpec
{
    private static readonly TimeSpan Elected = TimeSpan.FromSeconds(10);

    private readonly CheckQuorum _quorum =
        new(Elected, limit: TimeSpan.FromMilliseconds(600), stall: TimeSpan.FromMilliseconds(300));

    private TimeSpan _now = Elected;

    [Fact]
    public void A_majority_that_has_answered_once_is_lost_after_the_limit()
    {
        var contact = Elected + TimeSpan.FromMilliseconds(20);

        Assert.Equal(650, FirstLost(contact));
    }

    [Fact]
    public void A_majority_that_has_not_answered_a_new_leader_gets_twice_the_time() =>
        Assert.Equal(1200, FirstLost(contact: Elected));

    [Fact]
    public void A_majority_that_answers_is_never_lost()
    {
        for (int i = 0; i < 1000; i++)
            Assert.False(Heartbeat(contact: _now - TimeSpan.FromMilliseconds(30)));
    }

    [Fact]
    public void Time_in_which_the_leaders_own_process_stood_still_does_not_count()
    {
        var contact = Elected + TimeSpan.FromMilliseconds(20);
        Assert.False(Heartbeat(contact));
        _now += TimeSpan.FromSeconds(5);

        Assert.Equal(600, FirstLost(contact) - 5100);
    }

    // In milliseconds after the election.
    private double FirstLost(TimeSpan contact)
    {
        while (!Heartbeat(contact))
        {
        }
        return (_now - Elected).TotalMilliseconds;
    }

    private bool Heartbeat(TimeSpan contact)
    {
        _now += TimeSpan.FromMilliseconds(50);
        return _quorum.IsLost(contact, hasAnswered: contact > Elected, _now);
    }
}
