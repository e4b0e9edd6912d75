using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

/// <summary>Whom a peer that has started has to hear before its word counts.</summary>
public sealed class StoreVerificationSpec
{
    private static readonly TimeSpan Until = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(3, 1, false, false)]
    [InlineData(3, 1, true, true)]
    [InlineData(3, 2, false, true)]
    [InlineData(5, 3, false, false)]
    [InlineData(5, 1, true, false)]
    [InlineData(5, 2, true, true)]
    [InlineData(5, 4, false, true)]
    [InlineData(1, 0, false, true)]
    public void All_others_or_after_a_while_a_majority(int voters, int answers, bool late, bool isEnough) =>
        Assert.Equal(isEnough, Asked(answers).Decide(Of(voters), "1", isSetBack: false, late ? Until : TimeSpan.Zero));

    // So many that every majority with this peer has one of them.
    [Theory]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, true)]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(5, 2, false)]
    [InlineData(5, 3, true)]
    public void One_that_was_set_back_does_not_settle_for_less(int voters, int answers, bool isEnough) =>
        Assert.Equal(isEnough, Asked(answers).Decide(Of(voters), "1", isSetBack: true, Until));

    [Fact]
    public void Of_two_that_were_set_back_among_three_neither_counts_for_the_other()
    {
        var verification = new StoreVerification(-1, Until);
        verification.Answered("2", new StoreAnswer(3, 2, 9, IsSetBack: true));
        verification.Answered("3", new StoreAnswer(3, 2, 9, IsSetBack: false));

        Assert.False(verification.Decide(Of(3), "1", isSetBack: true, TimeSpan.MaxValue));
    }

    [Fact]
    public void The_floor_is_the_most_up_to_date_log_and_the_term_the_highest()
    {
        var verification = new StoreVerification(-1, Until);
        verification.Answered("2", new StoreAnswer(7, 3, 20, IsSetBack: false));
        verification.Answered("3", new StoreAnswer(5, 4, 11, IsSetBack: false));

        Assert.Equal((7, (4L, 11L)), (verification.HighestTerm, verification.Floor));
    }

    [Fact]
    public void In_a_joint_configuration_both_sets_are_asked()
    {
        var joint = new Configuration([Server(1), Server(2), Server(3)], outgoing: [Server(1), Server(4), Server(5)]);

        Assert.False(Asked(2).Decide(joint, "1", isSetBack: false, Until));
        Assert.True(Asked(4).Decide(joint, "1", isSetBack: false, TimeSpan.Zero));
    }

    [Fact]
    public void A_start_that_takes_a_number_again_shows()
    {
        var random = new Random(1);
        long first = Incarnations.Next(0, random), second = Incarnations.Next(first, random),
            third = Incarnations.Next(second, random);

        Assert.True(first < second && second < third);
        Assert.False(Incarnations.IsForgotten(remembered: second, own: third));
        Assert.True(Incarnations.IsForgotten(remembered: second, own: Incarnations.Next(first, random)));
        Assert.True(Incarnations.IsForgotten(remembered: third, own: Incarnations.Next(first, random)));
    }

    [Fact]
    public void Who_knows_the_same_incarnations_has_the_same_digest()
    {
        var some = KnownStores.None.With("a", 5).With("b", 7);

        Assert.Equal(some.Digest, KnownStores.None.With("b", 7).With("a", 3).With("a", 5).Digest);
        Assert.NotEqual(some.Digest, some.With("b", 8).Digest);
        Assert.Equal(some.Digest, some.With("c", 1).Keeping(static store => store != "c").Digest);
    }

    private static StoreVerification Asked(int answers)
    {
        var verification = new StoreVerification(-1, Until);
        for (int i = 0; i < answers; i++)
            verification.Answered($"{i + 2}", new StoreAnswer(1, 1, 1, IsSetBack: false));
        return verification;
    }

    private static Configuration Of(int voters) => new(Enumerable.Range(1, voters).Select(Server));

    private static Server Server(int number) => new($"{number}", $"host:{number}", $"store-{number}");
}
