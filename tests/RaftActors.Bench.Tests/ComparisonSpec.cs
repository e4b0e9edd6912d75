namespace RaftActors.Bench.Tests;

public class ComparisonSpec
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3.0)]
    [InlineData(new[] { 5.0, 1.0, 3.0 }, 3.0)]
    [InlineData(new[] { 4.0, 1.0, 3.0, 10.0 }, 3.5)]
    public void The_median_is_the_value_in_the_middle_or_the_mean_of_two(double[] values, double median) =>
        Assert.Equal(median, Comparison.Median(values));

    [Fact]
    public void The_ratio_is_the_median_of_the_pairs_and_not_the_ratio_of_the_medians()
    {
        // The machine was three times as fast in the last two pairs: in each pair this build is twice as fast.
        var comparison = new Comparison(
            "propose C=1", "ops/s", Better.Higher, [200, 220, 600, 660], [100, 110, 300, 330]);

        Assert.Equal(2, comparison.Ratio);
        Assert.Equal((2, 2), (comparison.Least, comparison.Most));
        Assert.Equal((410, 205), (comparison.OwnMedian, comparison.OtherMedian));
    }

    [Fact]
    public void The_spread_is_that_of_the_paired_ratios()
    {
        var comparison = new Comparison("failover", "ms", Better.Lower, [100, 90, 300], [100, 100, 200]);

        Assert.Equal((0.9, 1.0, 1.5), (comparison.Least, comparison.Ratio, comparison.Most));
    }

    [Fact]
    public void Readings_are_paired_by_figure_and_run()
    {
        var comparisons = Comparison.Of(
            [[Of("a", 1), Of("b", 10)], [Of("b", 20), Of("a", 2)]],
            [[Of("b", 5), Of("a", 4)], [Of("a", 8), Of("b", 5)]]);

        Assert.Equal(["a", "b"], comparisons.Select(comparison => comparison.Figure));
        Assert.Equal([0.25, 0.25], comparisons[0].Ratios);
        Assert.Equal([2.0, 4.0], comparisons[1].Ratios);
    }

    [Fact]
    public void A_figure_that_one_build_did_not_give_is_named()
    {
        var error = Assert.Throws<BenchException>(() => Comparison.Of([[Of("a", 1)]], [[Of("b", 1)]]));

        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
    }

    private static Reading Of(string figure, double value) => new(figure, "ms", Better.Lower, value);
}
