using RaftActors.Reads;

namespace RaftActors.Tests.Reads;

public sealed class LeaderLeaseSpec
{
    private static readonly TimeSpan Promise = At(100);

    private readonly LeaderLease _lease = new();

    [Fact]
    public void Before_a_majority_has_answered_there_is_none()
    {
        _lease.Drawn(1, At(10));

        Assert.False(_lease.Holds(At(10), Promise, 0));
    }

    [Fact]
    public void It_counts_from_when_the_answered_context_was_drawn_and_is_shorter_by_the_drift_of_the_clocks()
    {
        _lease.Drawn(1, At(10));
        _lease.Drawn(2, At(50));
        _lease.Confirm(1);

        Assert.True(_lease.Holds(At(99), Promise, 0.1));
        Assert.False(_lease.Holds(At(100), Promise, 0.1));
        _lease.Confirm(2);
        Assert.True(_lease.Holds(At(139), Promise, 0.1));
        Assert.False(_lease.Holds(At(140), Promise, 0.1));
    }

    [Fact]
    public void It_remembers_so_many_contexts_that_nobody_answers_and_no_more()
    {
        for (int context = 1; context <= 100_000; context++)
            _lease.Drawn(context, At(context));

        Assert.InRange(_lease.Unanswered, 1, 1000);
        _lease.Confirm(100_000);
        Assert.True(_lease.Holds(At(100_099), Promise, 0));
        Assert.Equal(0, _lease.Unanswered);
    }

    private static TimeSpan At(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
