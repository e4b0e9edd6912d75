using RaftNode.Host.Cluster;

namespace RaftNode.Host.Tests.Cluster;

public sealed class EventLogSpec
{
    private readonly EventLog _log = new(most: 3);

    [Fact]
    public void Events_are_read_after_a_position_and_no_more_than_asked_for()
    {
        Add(1, 2, 3);

        Assert.Equal([1, 2, 3], Read(0));
        Assert.Equal([2], Read(1, count: 1));
        Assert.Equal(2, _log.Read(1, 1)!.Value.Last);
        Assert.Equal([], Read(3));
    }

    [Fact]
    public void A_reader_that_is_slower_than_the_events_come_is_told_that_it_misses_some()
    {
        Add(1, 2, 3, 4);

        Assert.Null(_log.Read(0));
        Assert.Equal([2, 3, 4], Read(1));
        Assert.Equal([2, 3, 4], _log.ReadAll().Events.Select(static happened => happened.Number));
        Assert.Equal(4, _log.ReadAll().Last);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_position_that_never_was_has_no_events(long position)
    {
        Add(1, 2, 3);

        Assert.Null(_log.Read(position));
    }

    [Fact]
    public void A_reader_waits_for_the_next_event_and_for_no_other()
    {
        Add(1);
        Assert.True(_log.WaitAsync(0).IsCompleted);
        var next = _log.WaitAsync(1);
        Assert.False(next.IsCompleted);

        Add(2);

        Assert.True(next.IsCompleted);
    }

    private long[] Read(long after, int count = int.MaxValue) =>
        [.. _log.Read(after, count)!.Value.Events.Select(static happened => happened.Number)];

    private void Add(params int[] numbers)
    {
        foreach (int number in numbers)
            _log.Add(Samples.Event(number));
    }
}
