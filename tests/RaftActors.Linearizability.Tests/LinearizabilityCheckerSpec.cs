using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

/// <summary>Hand-made histories, of which everybody can see what they are.</summary>
public sealed class LinearizabilityCheckerSpec
{
    [Fact]
    public void A_history_without_operations_is_linearizable() =>
        Assert.True(new HistoryBuilder().Check().IsLinearizable);

    [Fact]
    public void A_read_after_a_write_returns_what_was_written() =>
        Assert.True(new HistoryBuilder().Put(0, 1, "a").Get(2, 3, "a").Check().IsLinearizable);

    [Fact]
    public void A_read_after_a_write_may_not_miss_it() =>
        Assert.Equal(Verdict.NotLinearizable, new HistoryBuilder().Put(0, 1, "a").Get(2, 3, null).Check().Verdict);

    [Theory]
    [InlineData("a")]
    [InlineData(null)]
    public void A_read_during_a_write_may_see_it_or_not(string? seen) =>
        Assert.True(new HistoryBuilder().Put(0, 5, "a").Get(1, 4, seen).Check().IsLinearizable);

    [Fact]
    public void Once_a_read_has_seen_a_write_no_later_read_may_miss_it() =>
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Put(0, 10, "a").Get(1, 2, "a").Get(3, 4, null).Check().Verdict);

    [Fact]
    public void A_call_at_the_moment_of_a_return_counts_as_concurrent() =>
        Assert.True(new HistoryBuilder().Put(0, 1, "a").Get(1, 2, null).Check().IsLinearizable);

    [Fact]
    public void A_value_that_nobody_wrote_is_not_linearizable() =>
        Assert.Equal(Verdict.NotLinearizable, new HistoryBuilder().Put(0, 1, "a").Get(2, 3, "b").Check().Verdict);

    [Fact]
    public void A_read_may_not_see_a_write_that_was_called_after_it_returned() =>
        Assert.Equal(Verdict.NotLinearizable, new HistoryBuilder().Get(0, 1, "a").Put(2, 3, "a").Check().Verdict);

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void A_write_of_unknown_outcome_may_take_effect_late_or_never(string seen) =>
        Assert.True(new HistoryBuilder().Put(0, null, "b").Put(1, 2, "a").Get(3, 4, "a").Get(5, 6, seen)
            .Check().IsLinearizable);

    [Fact]
    public void A_write_of_unknown_outcome_does_not_take_effect_twice() =>
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Put(0, null, "b").Get(1, 2, "b").Put(3, 4, "a").Get(5, 6, "b").Check().Verdict);

    [Fact]
    public void A_write_of_unknown_outcome_does_not_take_effect_before_its_call() =>
        Assert.Equal(Verdict.NotLinearizable, new HistoryBuilder().Get(0, 1, "b").Put(2, null, "b").Check().Verdict);

    [Fact]
    public void Two_that_set_the_same_expected_value_cannot_both_succeed() =>
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Put(0, 1, "a").CompareAndSet(2, 9, "a", "b", done: true)
            .CompareAndSet(3, 8, "a", "c", done: true).Check().Verdict);

    [Fact]
    public void One_of_two_that_set_the_same_expected_value_may_fail() =>
        Assert.True(new HistoryBuilder().Put(0, 1, "a").CompareAndSet(2, 9, "a", "b", done: true)
            .CompareAndSet(3, 8, "a", "c", done: false).Get(10, 11, "b").Check().IsLinearizable);

    [Fact]
    public void A_compare_and_set_fails_only_for_a_reason() =>
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Put(0, 1, "a").CompareAndSet(2, 3, "a", "b", done: false).Check().Verdict);

    [Fact]
    public void A_write_of_unknown_outcome_whose_value_nobody_saw_can_be_that_reason() =>
        Assert.True(new HistoryBuilder().Put(0, 1, "a").Put(2, null, "z").CompareAndSet(3, 4, "a", "b", done: false)
            .Check().IsLinearizable);

    [Fact]
    public void A_key_is_created_once_until_it_is_deleted()
    {
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Create(0, 5, "a", done: true).Create(1, 6, "b", done: true).Check().Verdict);
        Assert.True(new HistoryBuilder().Create(0, 1, "a", done: true).Create(2, 3, "b", done: false)
            .Delete(4, 5, existed: true).Create(6, 7, "b", done: true).Check().IsLinearizable);
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Create(0, 1, "a", done: true).Delete(2, 3, existed: true).Delete(4, 5, existed: true)
            .Check().Verdict);
    }

    [Fact]
    public void A_put_that_says_whether_there_was_a_value_is_held_to_it()
    {
        Assert.True(new HistoryBuilder().Replace(0, 1, "a", existed: false).Replace(2, 3, "b", existed: true)
            .Check().IsLinearizable);
        Assert.Equal(Verdict.NotLinearizable,
            new HistoryBuilder().Replace(0, 1, "a", existed: false).Replace(2, 3, "b", existed: false).Check().Verdict);
    }

    [Fact]
    public void A_compare_and_set_to_none_deletes() =>
        Assert.True(new HistoryBuilder().Put(0, 1, "a").CompareAndSet(2, 3, "a", null, done: true).Get(4, 5, null)
            .CompareAndSet(6, 7, null, "b", done: true).Get(8, 9, "b").Check().IsLinearizable);

    [Fact]
    public void Keys_are_judged_each_by_itself()
    {
        var result = new HistoryBuilder().Put(0, 1, "a", "k1").Put(2, 3, "b", "k2").Get(4, 5, "a", "k1")
            .Get(6, 7, "c", "k2").Check();

        Assert.Equal((Verdict.NotLinearizable, 2), (result.Verdict, result.Parts));
        Assert.Equal("k2", result.Counterexample!.Part);
    }

    [Fact]
    public void An_operation_that_returns_before_its_call_is_refused() =>
        Assert.Throws<ArgumentException>(() => new HistoryBuilder().Put(5, 4, "a").Check());

    [Fact]
    public void A_search_that_reaches_its_limit_claims_nothing()
    {
        var history = new HistoryBuilder();
        for (var i = 0; i < 12; i++)
            history.Put(i, 100 + i, $"v{i}").CompareAndSet(i, 100 + i, $"v{i}", "z", done: true);
        history.Get(200, 201, "never");

        var result = history.Check(new CheckerOptions { MaxSituations = 50 });

        Assert.Equal(Verdict.Undecided, result.Verdict);
        Assert.Equal(["x"], result.UndecidedParts);
        Assert.False(result.IsLinearizable);
    }

    [Fact]
    public void Many_writes_of_unknown_outcome_that_nobody_saw_are_not_told_apart()
    {
        var history = new HistoryBuilder();
        for (var i = 0; i < 40; i++)
            history.Put(10 * i, null, $"lost{i}").Put((10 * i) + 1, (10 * i) + 2, $"v{i}")
                .CompareAndSet((10 * i) + 3, (10 * i) + 4, $"v{i}", "w", done: i % 2 == 0);
        Assert.True(history.Check(new CheckerOptions { MaxSituations = 20_000 }).IsLinearizable);

        history.Get(1000, 1001, "never");
        Assert.Equal(Verdict.NotLinearizable, history.Check(new CheckerOptions { MaxSituations = 20_000 }).Verdict);
    }
}
