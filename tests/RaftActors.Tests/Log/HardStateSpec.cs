using RaftActors.Log;

namespace RaftActors.Tests.Log;

public sealed class HardStateSpec
{
    [Fact]
    public void A_later_term_forgets_the_vote() =>
        Assert.Equal(new HardState(2, null, null), HardState.Initial.InTerm(1).Voting("a", "store-a").InTerm(2));

    [Fact]
    public void The_term_never_goes_back() =>
        Assert.Throws<InvariantViolationException>(() => HardState.Initial.InTerm(3).InTerm(3));

    [Fact]
    public void A_second_vote_in_a_term_is_a_violated_invariant() =>
        Assert.Throws<InvariantViolationException>(() =>
            HardState.Initial.InTerm(1).Voting("a", "store-a").Voting("b", "store-b"));

    [Fact]
    public void The_same_candidate_may_ask_again()
    {
        var state = HardState.Initial.InTerm(1).Voting("a", "store-a");

        Assert.True(state.MayVoteFor("a", "store-a"));
        Assert.Equal(state, state.Voting("a", "store-a"));
    }

    [Fact]
    public void A_candidate_with_another_disk_does_not_inherit_the_vote() =>
        Assert.False(HardState.Initial.InTerm(1).Voting("a", "old-disk").MayVoteFor("a", "new-disk"));
}
