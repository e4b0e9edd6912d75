using RaftActors.Journal;

namespace RaftActors.Tests.Journal;

public sealed class JournalIndexSpec
{
    [Fact]
    public void A_snapshot_covers_the_events_before_the_first_that_holds_a_later_entry()
    {
        var index = new JournalIndex();
        index.Add(2, 0, 10);
        index.Add(4, 10, 20); // Event 3 is a vote.
        index.Add(5, 20, 30);

        Assert.Equal(1, index.LastCovered(5, 6));
        Assert.Equal(3, index.LastCovered(10, 6));
        Assert.Equal(3, index.LastCovered(19, 6));
        Assert.Equal(4, index.LastCovered(20, 6));
        Assert.Equal(6, index.LastCovered(30, 6));
    }

    [Fact]
    public void Entries_that_were_replaced_are_no_longer_those_of_the_event_that_held_them()
    {
        var index = new JournalIndex();
        index.Add(2, 0, 10);
        index.Add(3, 10, 20);
        index.Add(4, 3, 5);

        Assert.Equal(1, index.LastCovered(2, 4));
        Assert.Equal(3, index.LastCovered(3, 4));
        Assert.Equal(4, index.LastCovered(5, 4));
    }

    [Fact]
    public void Replaying_what_is_not_covered_gives_the_log_after_the_snapshot_whatever_was_replaced()
    {
        var random = new Random(7);
        for (int run = 0; run < 2000; run++)
        {
            // Each event replaces everything after an index that is not committed by entries of its own; the log says
            // which event each entry is of.
            var index = new JournalIndex();
            var events = new List<(long Sequence, int Previous, int Count)>();
            var log = new List<long>();
            int commit = 0;
            for (long sequence = 1; sequence <= 12; sequence++)
            {
                int previous = random.Next(commit, log.Count + 1), count = random.Next(1, 4);
                events.Add((sequence, previous, count));
                index.Add(sequence, previous, previous + count);
                Replay(log, previous, count, sequence, 0);
                commit = random.Next(commit, log.Count + 1);
            }

            long covered = index.LastCovered(commit, 12);
            var replayed = Enumerable.Repeat(0L, commit).ToList();
            foreach (var (sequence, previous, count) in events.Where(each => each.Sequence > covered))
            {
                Assert.True(previous <= replayed.Count);
                Replay(replayed, previous, count, sequence, commit);
            }
            Assert.Equal(log.Skip(commit), replayed.Skip(commit));
        }
    }

    private static void Replay(List<long> log, int previous, int count, long sequence, int snapshot)
    {
        int keep = Math.Max(previous, snapshot);
        log.RemoveRange(keep, log.Count - keep);
        for (int entry = keep; entry < previous + count; entry++)
            log.Add(sequence);
    }
}
