using RaftActors.Metrics;

namespace RaftActors.Tests.Metrics;

/// <summary>How long batches of entries take.</summary>
public sealed class EntryTimesSpec
{
    private readonly List<double> _committed = [];
    private readonly List<double> _applied = [];
    private readonly EntryTimes _times;

    public EntryTimesSpec() =>
        _times = new EntryTimes(took => _committed.Add(took.TotalSeconds), took => _applied.Add(took.TotalSeconds));

    [Fact]
    public void A_batch_takes_from_its_first_entry_until_its_last_one_is_committed_and_then_applied()
    {
        _times.Appended(At(1));
        _times.Flushed(10);
        _times.Committed(9, At(2));
        Assert.Empty(_committed);

        _times.Committed(10, At(4));
        _times.Applied(9, At(5));
        Assert.Equal([3], _committed);
        Assert.Empty(_applied);

        _times.Applied(12, At(9));
        Assert.Equal([5], _applied);
        Assert.False(_times.HasUncommitted || _times.HasUnapplied || _times.HasAppended);
    }

    [Fact]
    public void Batches_that_are_committed_together_are_measured_one_by_one()
    {
        _times.Appended(At(1));
        _times.Flushed(10);
        _times.Appended(At(3));
        _times.Flushed(20);

        _times.Committed(20, At(4));
        _times.Applied(15, At(5));

        Assert.Equal([3, 1], _committed);
        Assert.Equal([1], _applied);
    }

    [Fact]
    public void A_flush_without_entries_is_no_batch()
    {
        _times.Flushed(10);
        _times.Committed(10, At(4));

        Assert.Empty(_committed);
    }

    [Fact]
    public void What_a_former_leader_appended_is_not_measured()
    {
        _times.Appended(At(1));
        _times.Flushed(10);
        _times.Committed(10, At(1));
        _times.Appended(At(2));
        _times.Clear();
        _times.Flushed(20);

        _times.Committed(20, At(4));
        _times.Applied(20, At(4));

        Assert.Equal([0], _committed);
        Assert.Empty(_applied);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
