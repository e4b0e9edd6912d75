using Akka.Event;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>What a peer says of itself when it cannot serve: in its status, and in the log.</summary>
public sealed class ProblemsSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private const int Long = 10_000;

    [Fact]
    public void A_peer_without_a_leader_says_who_is_missing_and_how_a_majority_that_is_lost_is_recovered()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Assert.Empty(Status().Problems);

        EventFilter.Warning(contains: "knows no leader").ExpectOne(() => Advance(Long));

        var problem = Assert.Single(Status().Problems);
        Assert.Equal(PeerProblemKind.NoLeader, problem.Kind);
        Assert.Contains("b at host:2, c at host:3", problem.Reason);
        Assert.Contains("raftnode recover", problem.Reason);
    }

    [Fact]
    public void A_peer_whose_majority_answers_does_not_ask_for_a_recovery()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        AdvanceUntil(() =>
        {
            foreach (var request in new[] { B.TryTake<RequestVote>() }.OfType<RequestVote>())
                B.Say(header => new RequestVoteReply(header, false, request.PreVote, request.ElectionTerm), 1);
            return Status().Problems.Count > 0;
        });

        string reason = Assert.Single(Status().Problems).Reason;
        Assert.Contains("c at host:3", reason);
        Assert.DoesNotContain("host:2", reason);
        Assert.DoesNotContain("recover", reason);
    }

    [Fact]
    public void A_proposal_that_finds_no_leader_for_long_is_told_why()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Advance(Long);

        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        AdvanceUntil(() => HasMessages);

        Assert.Contains("raftnode recover", ExpectMsg<ProposalFailed>().Message);
    }

    [Fact]
    public void The_end_of_a_time_without_a_leader_is_told_once()
    {
        Sys.EventStream.SetLogLevel(LogLevel.InfoLevel);
        StartWithLog(new HardState(1, null, null), 1, 1);
        Advance(Long);
        Assert.NotEmpty(Status().Problems);

        EventFilter.Info(contains: "has a leader again").ExpectOne(() =>
        {
            B.Append(5, 2, 1, 2);
            B.Append(5, 2, 1, 2);
            Assert.Empty(Status().Problems);
        });
    }

    [Fact]
    public void A_problem_is_published_when_it_begins_and_when_it_ends_each_once()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Sys.EventStream.Subscribe(TestActor, typeof(ProblemBegan));
        Sys.EventStream.Subscribe(TestActor, typeof(ProblemEnded));
        Advance(Long);
        Advance(Long);
        var began = ExpectMsg<ProblemBegan>();
        Assert.Equal((PeerProblemKind.NoLeader, "a"), (began.Problem.Kind, began.MemberId));
        Assert.False(HasMessages);

        B.Append(5, 2, 1, 2);
        B.Append(5, 2, 1, 2);
        AdvanceUntil(() => HasMessages);

        Assert.Equal(
            new ProblemEnded(Group, "a", PeerProblemKind.NoLeader, "the group has a leader again, b"),
            ExpectMsg<ProblemEnded>());
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_follower_that_does_not_get_what_the_group_commits_is_behind()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        B.Append(5, 2, 1, 2);

        EventFilter.Warning(contains: "This node is behind").ExpectOne(() => Hear(committed: 7));

        var problem = Assert.Single(Status().Problems);
        Assert.Equal(PeerProblemKind.Behind, problem.Kind);
        Assert.Contains("applied entries up to 2", problem.Reason);
    }

    // As after its disk was set back: the leader never gets as far as to send it something that fits.
    [Fact]
    public void A_follower_that_refuses_all_that_it_is_sent_is_behind()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);

        Hear(committed: 7, previous: 6);

        Assert.Equal(PeerProblemKind.Behind, Assert.Single(Status().Problems).Kind);
    }

    [Fact]
    public void A_follower_that_has_caught_up_says_so_once()
    {
        Sys.EventStream.SetLogLevel(LogLevel.InfoLevel);
        StartWithLog(new HardState(1, null, null), 1, 1);
        Hear(committed: 3);
        Assert.NotEmpty(Status().Problems);

        EventFilter.Info(contains: "caught up").ExpectOne(() =>
        {
            B.Append(5, 2, 1, 3, Command(3, 5));
            AdvanceUntil(() => Status().AppliedIndex == 3);
            Hear(committed: 3, previous: 3, previousTerm: 5);
        });
        Assert.Empty(Status().Problems);
    }

    [Fact]
    public void A_leader_whose_state_machine_stands_still_is_behind()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new[] { Poison }), TestActor);
        long index = Status().LastIndex;
        B.Accept(index, 2);
        for (int i = 0; i < 100; i++)
        {
            Advance(50);
            B.Accept(index, 2);
        }

        Assert.Equal(PeerProblemKind.Behind, Assert.Single(Status().Problems).Kind);
    }

    private void Hear(long committed, long previous = 2, long previousTerm = 1)
    {
        for (int i = 0; i < 100; i++)
        {
            B.Append(5, previous, previousTerm, committed);
            Advance(50);
        }
    }
}
