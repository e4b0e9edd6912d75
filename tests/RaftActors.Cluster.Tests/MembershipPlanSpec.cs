namespace RaftActors.Cluster.Tests;

/// <summary>What the node of a leader does about the members, situation by situation.</summary>
public sealed class MembershipPlanSpec
{
    private static string Text(MembershipStep step) => step switch
    {
        { TransferTo: { } target } => $"transfer to {target}",
        { Change: { } change } => $"voters {Ids(change.Voters)}; learners {Ids(change.Learners)}",
        _ => "nothing",
    };

    private static string Ids(IEnumerable<Membership.Member> members) =>
        string.Join(" ", members.Select(static member => member.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void Nothing_is_done_while_the_members_are_as_they_should_be()
    {
        var step = new Situation().Voters("L", "A", "B").Learners("C").Next();

        Assert.Equal("nothing", Text(step));
        Assert.Contains("nothing to change", step.Reason);
    }

    [Fact]
    public void New_nodes_become_learners_first_all_at_once() =>
        Assert.Equal("voters A B L; learners C D",
            Text(new Situation().Voters("L", "A", "B").Waiting("C", "D").Next()));

    [Fact]
    public void Learners_that_have_caught_up_become_voters_up_to_the_desired_number() => Assert.Equal(
        "voters A B C D L; learners E",
        Text(new Situation(desiredVoters: 5).Voters("L", "A", "B").Learners("C", "D", "E").Next()));

    [Fact]
    public void A_learner_that_lacks_entries_or_is_silent_does_not_become_a_voter()
    {
        Assert.Equal("nothing", Text(new Situation(5).Voters("L", "A", "B").Learners("C", "D").Behind("D").Next()));
        Assert.Equal("nothing", Text(new Situation(5).Voters("L", "A", "B").Learners("C", "D").Silent("D").Next()));
    }

    [Fact]
    public void The_number_of_voters_stays_odd()
    {
        var step = new Situation(desiredVoters: 5).Voters("L", "A", "B").Learners("C").Next();

        Assert.Equal("nothing", Text(step));
        Assert.Contains("desired-voters is 5, and 4 members have a node", step.Reason);
    }

    [Fact]
    public void An_even_number_of_desired_voters_counts_as_the_odd_one_below() => Assert.Equal(
        "nothing", Text(new Situation(desiredVoters: 4).Voters("L", "A", "B").Learners("C", "D").Next()));

    [Fact]
    public void A_voter_that_leaves_is_replaced_by_a_learner() => Assert.Equal(
        "voters A C L; learners D",
        Text(new Situation().Voters("L", "A", "B").Learners("C", "D").Leaving("B").Next()));

    [Fact]
    public void A_reachable_learner_of_high_priority_is_preferred()
    {
        Assert.Equal("voters A D L; learners C",
            Text(new Situation().Voters("L", "A", "B").Learners("C", "D").Leaving("B").Unreachable("C").Next()));
        Assert.Equal("voters A D L; learners C",
            Text(new Situation().Voters("L", "A", "B").Learners("C", "D").Priority("D", 1).Leaving("B").Next()));
    }

    [Fact]
    public void A_voter_that_leaves_waits_for_a_learner_that_is_about_to_catch_up()
    {
        var step = new Situation().Voters("L", "A", "B").Learners("C").Behind("C").Leaving("B").Next();

        Assert.Equal("nothing", Text(step));
        Assert.Empty(step.MayLeave);
    }

    [Fact]
    public void A_voter_that_leaves_waits_for_a_node_that_is_new()
    {
        var step = new Situation().Voters("L", "A", "B").Waiting("C").Leaving("B").Next();

        Assert.Equal("voters A B L; learners C", Text(step));
        Assert.Empty(step.MayLeave);
    }

    [Fact]
    public void Without_a_learner_a_voter_keeps_its_vote_if_the_group_is_no_stronger_without_it()
    {
        var step = new Situation().Voters("L", "A", "B").Leaving("B").Next();

        Assert.Equal("nothing", Text(step));
        Assert.Equal(["B"], step.MayLeave);
    }

    [Fact]
    public void One_of_five_keeps_its_vote_and_with_the_second_one_both_lose_theirs()
    {
        Assert.Equal("nothing", Text(new Situation(5).Voters("L", "A", "B", "C", "D").Leaving("D").Next()));
        Assert.Equal("voters A B L; learners D",
            Text(new Situation(5).Voters("L", "A", "B", "C", "D").Absent(3, "D").Leaving("C").Next()));
    }

    [Fact]
    public void The_last_but_one_of_three_goes_only_when_the_last_one_can_decide_alone() =>
        Assert.Equal("voters L; learners B",
            Text(new Situation().Voters("L", "A", "B").Absent(3, "B").Leaving("A").Next()));

    [Fact]
    public void A_learner_that_leaves_is_removed() => Assert.Equal(
        "voters A B L; learners D", Text(new Situation().Voters("L", "A", "B").Learners("C", "D").Leaving("C").Next()));

    [Fact]
    public void A_leader_that_leaves_hands_over_first_to_a_voter_that_is_reachable()
    {
        Assert.Equal("transfer to B",
            Text(new Situation().Voters("L", "A", "B").Learners("C").Unreachable("A").Leaving("L").Next()));
        Assert.Equal("transfer to A", Text(new Situation().Voters("L", "A", "B").Silent("B").Leaving("L").Next()));
    }

    [Fact]
    public void A_leader_that_is_the_only_voter_and_leaves_gives_its_vote_to_a_learner() =>
        Assert.Equal("voters A; learners ", Text(new Situation(1).Voters("L").Learners("A").Leaving("L").Next()));

    [Fact]
    public void An_unreachable_voter_keeps_its_vote()
    {
        var situation = new Situation().Voters("L", "A", "B").Learners("C").Silent("B").Unreachable("B");

        Assert.Equal("nothing", Text(situation.Next()));
    }

    [Fact]
    public void A_voter_without_a_node_is_replaced_when_the_time_is_over_and_not_before()
    {
        Assert.Equal("nothing", Text(new Situation().Voters("L", "A", "B").Learners("C").Absent(59, "B").Next()));
        Assert.Equal("voters A C L; learners ",
            Text(new Situation().Voters("L", "A", "B").Learners("C").Absent(60, "B").Next()));
    }

    [Fact]
    public void A_voter_without_a_node_is_never_replaced_if_the_policy_says_never()
    {
        var situation = new Situation().Voters("L", "A", "B").Learners("C").Absent(1e6, "B");
        situation.Settings = situation.Settings with { Replacement = null };

        Assert.Equal("nothing", Text(situation.Next()));
    }

    [Fact]
    public void A_voter_without_a_node_stays_if_there_is_no_learner_to_replace_it()
    {
        var step = new Situation().Voters("L", "A", "B").Absent(60, "B").Next();

        Assert.Equal("nothing", Text(step));
        Assert.Contains("no learner can take over", step.Reason);
    }

    [Fact]
    public void A_learner_without_a_node_is_removed_when_the_time_is_over() => Assert.Equal(
        "voters A B L; learners ", Text(new Situation().Voters("L", "A", "B").Learners("C").Absent(60, "C").Next()));

    [Fact]
    public void A_new_node_at_the_address_of_a_member_that_is_gone_waits_until_that_member_may_be_removed()
    {
        Assert.Equal("nothing",
            Text(new Situation().Voters("L", "A", "B").Absent(59, "B").WaitingAt("C", Situation.AddressOf("B"))
            .Next()));
        Assert.Equal("voters A L; learners ",
            Text(new Situation().Voters("L", "A", "B").Absent(60, "B").WaitingAt("C", Situation.AddressOf("B"))
            .Next()));
    }

    [Fact]
    public void More_voters_than_desired_become_learners_first_those_that_are_gone() => Assert.Equal(
        "voters B C L; learners A D",
        Text(new Situation().Voters("L", "A", "B", "C", "D").Absent(1, "A").Next()));

    [Fact]
    public void Nothing_is_done_while_a_change_is_under_way()
    {
        var situation = new Situation().Voters("L", "A", "B").Waiting("C");

        situation.IsChanging = true;
        Assert.Equal("nothing", Text(situation.Next()));
        (situation.IsChanging, situation.IsCommitted) = (false, false);
        Assert.Equal("nothing", Text(situation.Next()));
    }
}
