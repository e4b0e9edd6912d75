using RaftActors.Elections;
using RaftActors.Membership;

namespace RaftActors.Tests.Elections;

public sealed class CandidateStateSpec
{
    private readonly CandidateState _election = new(3, false, new Configuration(
        [new Server("a", "host:1", "store-a"), new Server("b", "host:2", "store-b"),
        new Server("c", "host:3", "store-c")]));

    [Fact]
    public void A_majority_wins()
    {
        _election.Grant("a", "store-a");
        Assert.False(_election.IsWon);

        _election.Grant("c", "store-c");
        Assert.True(_election.IsWon);
    }

    [Fact]
    public void A_voter_counts_once()
    {
        _election.Grant("a", "store-a");
        _election.Grant("a", "store-a");

        Assert.False(_election.IsWon);
    }

    [Fact]
    public void A_vote_under_another_store_does_not_count()
    {
        _election.Grant("a", "store-a");
        _election.Grant("b", "wiped");

        Assert.False(_election.IsWon);
    }

    [Fact]
    public void In_a_joint_configuration_both_majorities_win()
    {
        Server a = new("a", "host:1", "store-a"), b = new("b", "host:2", "store-b"), c = new("c", "host:3", "store-c"),
            d = new("d", "host:4", "store-d");
        var election = new CandidateState(3, false, new Configuration([d], [c], [a, b]));
        election.Grant("a", "store-a");
        election.Grant("b", "store-b");
        election.Grant("c", "store-c");
        Assert.False(election.IsWon);

        election.Grant("d", "store-d");
        Assert.True(election.IsWon);
    }

    [Fact]
    public void A_vote_of_a_stranger_does_not_count()
    {
        _election.Grant("a", "store-a");
        _election.Grant("d", "store-d");

        Assert.False(_election.IsWon);
    }
}
