using FsCheck;
using FsCheck.Fluent;
using RaftActors.Replication;

namespace RaftActors.Tests.Replication;

public sealed class QuorumSpec
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void A_majority_is_more_than_half(int voters, int majority) => Assert.Equal(majority, Quorum.Of(voters));

    [Fact]
    public void Nobody_has_reached_anything() => Assert.Equal(0, Quorum.Reached([]));

    [Fact]
    public void What_a_majority_has_reached_is_the_largest_value_that_enough_voters_have_or_pass() =>
        Prop.ForAll(Gen.Choose(0, 9).NonEmptyListOf().ToArbitrary(), numbers =>
        {
            long[] values = [.. numbers.Select(number => (long)number)];
            long expected = values.Where(value => values.Count(other => other >= value) > values.Length / 2).Max();

            Assert.Equal(expected, Quorum.Reached(values.ToArray()));
        }).QuickCheckThrowOnFailure();
}
