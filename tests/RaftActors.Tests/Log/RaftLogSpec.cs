using FsCheck;
using FsCheck.Fluent;
using RaftActors.Log;

namespace RaftActors.Tests.Log;

public sealed class RaftLogSpec
{
    [Fact]
    public void An_empty_log_ends_at_index_0_with_term_0()
    {
        var log = new RaftLog();

        Assert.Equal((0, 0, 0), (log.LastIndex, log.LastTerm, log.TermAt(0)));
        Assert.Equal(RaftLog.UnknownTerm, log.TermAt(1));
        Assert.True(log.IsEmpty);
    }

    [Fact]
    public void What_is_not_known_to_be_committed_is_counted_with_the_bytes_of_its_commands()
    {
        var log = new RaftLog();
        for (int i = 1; i <= 3; i++)
            log.Append(Logs.Entry(i, 1, bytes: 10 * i));
        log.CommitTo(1);

        Assert.Equal((2, 50), log.Uncommitted());
    }

    [Fact]
    public void A_gap_in_the_log_is_a_violated_invariant()
    {
        var log = Logs.Of(1, 1);

        Assert.Throws<InvariantViolationException>(() => log.Append(Logs.Entry(4, 1)));
    }

    [Fact]
    public void A_falling_term_is_a_violated_invariant()
    {
        var log = Logs.Of(1, 3);

        Assert.Throws<InvariantViolationException>(() => log.Append(Logs.Entry(3, 2)));
    }

    [Fact]
    public void Truncating_a_committed_entry_is_a_violated_invariant()
    {
        var log = Logs.Of(1, 1, 1);
        log.CommitTo(2);

        log.TruncateAfter(2);

        Assert.Throws<InvariantViolationException>(() => log.TruncateAfter(1));
        Assert.Equal(2, log.LastIndex);
    }

    [Fact]
    public void Committing_beyond_the_log_is_a_violated_invariant() =>
        Assert.Throws<InvariantViolationException>(() => Logs.Of(1, 1).CommitTo(3));

    [Fact]
    public void The_commit_index_never_goes_back()
    {
        var log = Logs.Of(1, 1, 1);

        Assert.True(log.CommitTo(3));
        Assert.False(log.CommitTo(1));
        Assert.Equal(3, log.CommitIndex);
    }

    [Theory]
    [InlineData(2, 3, true)]  // same last entry
    [InlineData(3, 3, true)]  // longer
    [InlineData(1, 3, false)] // shorter
    [InlineData(1, 4, true)]  // later term, though shorter
    [InlineData(9, 2, false)] // earlier term, though longer
    public void The_later_term_is_more_up_to_date_and_then_the_longer_log(long lastIndex, long lastTerm,
        bool upToDate) =>
        Assert.Equal(upToDate, Logs.Of(1, 3).IsUpToDate(lastIndex, lastTerm));

    [Fact]
    public void A_batch_stays_within_both_limits_but_holds_at_least_one_entry()
    {
        var log = new RaftLog();
        for (int i = 1; i <= 5; i++)
            log.Append(Logs.Entry(i, 1, 1000));
        int size = log[1].Size;

        Assert.Equal(3, log.LastOfBatch(1, 3, int.MaxValue));
        Assert.Equal(2, log.LastOfBatch(1, 100, 2 * size));
        Assert.Equal(4, log.LastOfBatch(4, 100, 10));
        Assert.Equal(5, log.LastOfBatch(2, 100, int.MaxValue));
    }

    [Fact]
    public void The_log_does_what_a_list_of_entries_does() => Prop.ForAll(Steps.ToArbitrary(), steps =>
    {
        var log = new RaftLog();
        var model = new List<LogEntry>();
        int commit = 0, compacted = 0;
        foreach (var (kind, amount) in steps)
        {
            switch (kind)
            {
                case 0 or 1:
                    var entry = Logs.Entry(model.Count + 1, (model.Count > 0 ? model[^1].Term : 1) + kind, amount);
                    log.Append(entry);
                    model.Add(entry);
                    break;
                case 2:
                    int keep = Math.Max(commit, model.Count - amount);
                    log.TruncateAfter(keep);
                    model.RemoveRange(keep, model.Count - keep);
                    break;
                case 4:
                    compacted = Math.Min(commit, compacted + amount);
                    log.CompactTo(compacted);
                    break;
                default:
                    commit = Math.Min(model.Count, commit + amount);
                    log.CommitTo(commit);
                    break;
            }
            AssertSame(model, log, commit, compacted);
        }
    }).QuickCheckThrowOnFailure();

    private static Gen<(int Kind, int Amount)[]> Steps =>
        (from kind in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Constant(1)), (2, Gen.Constant(2)),
            (1, Gen.Constant(3)), (1, Gen.Constant(4)))
         from amount in Gen.Choose(0, 7)
         select (kind, amount)).ArrayOf();

    // Of what was compacted only the last term and time are known.
    private static void AssertSame(List<LogEntry> model, RaftLog log, int commit, int compacted)
    {
        long TermOf(long index) => index == 0 ? 0 : model[(int)index - 1].Term;

        Assert.Equal((model.Count, compacted + 1), (log.LastIndex, log.FirstIndex));
        Assert.Equal((TermOf(model.Count), model.Count > 0 ? model[^1].Time : 0), (log.LastTerm, log.LastTime));
        Assert.Equal(commit, log.CommitIndex);
        Assert.Equal(model.Skip(compacted).Sum(entry => entry.Payload.Bytes.Length), log.Bytes);
        Assert.Equal(model.Skip(compacted), log.Slice(compacted + 1, log.LastIndex));
        Assert.Equal(TermOf(compacted), log.TermAt(compacted));
        for (int index = 1; index <= compacted; index++)
            Assert.True(log.Has(index, TermOf(index)));
        for (int index = compacted + 1; index <= model.Count; index++)
        {
            Assert.Same(model[index - 1], log[index]);
            Assert.Equal(TermOf(index), log.TermAt(index));
            Assert.Equal(1 + model.FindIndex(compacted, entry => entry.Term == TermOf(index)),
                log.FirstIndexOfTermAt(index));
            foreach (long term in new[] { 0, TermOf(index) - 1, TermOf(index), TermOf(index) + 1 })
                Assert.Equal(Math.Max(compacted,
                    1 + model.FindLastIndex(entry => entry.Index <= index && entry.Term <= term)),
                    log.LastIndexWithTermAtMost(index, term));
        }
    }

    [Fact]
    public void Compacting_what_is_not_committed_is_a_violated_invariant()
    {
        var log = Logs.Of(1, 1, 1);
        log.CommitTo(2);

        Assert.Throws<InvariantViolationException>(() => log.CompactTo(3));
    }

    [Fact]
    public void Trailing_entries_stay_within_both_limits()
    {
        var log = new RaftLog();
        for (int i = 1; i <= 10; i++)
            log.Append(Logs.Entry(i, 1, 1000));
        int size = log[1].Size;

        Assert.Equal(5, log.TrailingBase(8, 3, long.MaxValue));
        Assert.Equal(6, log.TrailingBase(8, 100, 2 * size));
        Assert.Equal(0, log.TrailingBase(8, 100, long.MaxValue));
        Assert.Equal(8, log.TrailingBase(8, 0, long.MaxValue));
    }
}
