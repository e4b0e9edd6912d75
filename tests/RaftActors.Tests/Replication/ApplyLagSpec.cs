using RaftActors.Replication;

namespace RaftActors.Tests.Replication;

public sealed class ApplyLagSpec
{
    private readonly ApplyLag _lag = new(TimeSpan.FromSeconds(3));
    private TimeSpan _now;

    [Fact]
    public void A_peer_that_follows_at_some_distance_is_not_behind()
    {
        for (int i = 0; i < 1000; i++)
            Assert.False(Note(committed: 100 + (10 * i), applied: 10 * i));
    }

    [Fact]
    public void A_peer_that_applies_nothing_more_is_behind_after_the_limit()
    {
        Assert.False(Note(committed: 10, applied: 10));
        Assert.False(Note(committed: 11, applied: 10));
        var began = _now;
        while (!Note(committed: 11, applied: 10))
            Assert.True(_now - began <= TimeSpan.FromSeconds(3.2));
    }

    [Fact]
    public void A_peer_that_gets_on_but_falls_further_behind_is_behind()
    {
        bool behind = false;
        for (int i = 0; i < 200; i++)
            behind |= Note(committed: 100 * i, applied: i);
        Assert.True(behind);
    }

    [Fact]
    public void A_peer_that_was_behind_is_not_once_it_has_applied_what_was_committed_then()
    {
        while (!Note(committed: 11, applied: 10))
        {
        }
        Assert.False(Note(committed: 12, applied: 11));
    }

    [Fact]
    public void Time_in_which_no_leader_was_heard_does_not_count()
    {
        Assert.False(Note(committed: 11, applied: 10));
        _now += TimeSpan.FromMinutes(1);
        Assert.False(Note(committed: 20, applied: 10));
    }

    // One heartbeat.
    private bool Note(long committed, long applied)
    {
        _now += TimeSpan.FromMilliseconds(50);
        return _lag.Note(committed, applied, _now);
    }
}
