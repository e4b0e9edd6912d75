using FsCheck;
using FsCheck.Fluent;
using RaftActors.Log;

namespace RaftActors.Tests.Log;

public sealed class LogConflictSpec
{
    // The cases of the paper's Figure 7 and of its fast back-up: leader, follower, rejected index, next index to try.
    [Theory]
    // the leader lacks the follower's term: before all of it
    [InlineData(new long[] { 4, 6, 6, 6 }, new long[] { 4, 5, 5 }, 3, 1)]
    // it has the term: its own last entry of it
    [InlineData(new long[] { 4, 6, 6, 6 }, new long[] { 4, 4, 4 }, 3, 1)]
    [InlineData(new long[] { 4, 6, 6, 6 }, new long[] { 4 }, 3, 1)]          // the follower's log is too short
    [InlineData(new long[] { 1, 1, 1, 5 }, new long[] { 1, 2, 3, 4 }, 4, 3)] // one term a round trip
    [InlineData(new long[] { 1, 1, 1, 5 }, new long[] { 1, 2, 3, 4 }, 3, 2)]
    [InlineData(new long[] { 1, 1, 1, 5 }, new long[] { 1, 2, 3, 4 }, 2, 1)]
    public void One_round_trip_skips_a_whole_term(long[] leader, long[] follower, long rejected, long match)
    {
        var leaderLog = Logs.Of(leader);
        var conflict = LogConflict.At(Logs.Of(follower), rejected);

        Assert.Equal(match, conflict.LastPossibleMatch(leaderLog, rejected));
    }

    [Fact]
    public void Two_logs_agree_after_at_most_one_round_trip_a_term_and_no_match_is_skipped() =>
        Prop.ForAll(TwoLogs.ToArbitrary(), pair =>
    {
        var (leaderTerms, followerTerms) = pair;
        var leader = Logs.Of(leaderTerms);
        var follower = Logs.Of(followerTerms);
        long truth = 0;
        while (truth < leaderTerms.Length && truth < followerTerms.Length && leaderTerms[truth] == followerTerms[truth])
            truth++;

        long previous = leader.LastIndex;
        int rejections = 0;
        while (follower.TermAt(previous) != leader.TermAt(previous))
        {
            long next = LogConflict.At(follower, previous).LastPossibleMatch(leader, previous);
            Assert.InRange(next, truth, previous - 1);
            previous = next;
            rejections++;
        }

        Assert.InRange(previous, 0, truth);
        Assert.InRange(rejections, 0, followerTerms.Distinct().Count() + 1);
    }).QuickCheckThrowOnFailure();

    // Real logs: wherever two entries have the same index and term, everything before them is the same (Log Matching).
    // They share a prefix, and no term after it.
    private static Gen<(long[] Leader, long[] Follower)> TwoLogs =>
        from shared in Terms(0)
        from leader in Gen.Choose(0, 3).ListOf()
        from follower in Gen.Choose(0, 3).ListOf()
        let last = shared.Length > 0 ? shared[^1] : 0
        select (shared.Concat(Run(last, 1, leader)).ToArray(), shared.Concat(Run(last, 0, follower)).ToArray());

    private static Gen<long[]> Terms(long first) =>
        Gen.Choose(0, 1).ListOf().Select(steps => Run(first, 1, steps).ToArray());

    // Terms after `last`: odd ones or even ones.
    private static IEnumerable<long> Run(long last, int parity, IEnumerable<int> steps)
    {
        long term = last + 1;
        if (term % 2 != parity)
            term++;
        foreach (int step in steps)
            yield return term += 2 * step;
    }
}
