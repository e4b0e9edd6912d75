using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>
/// Sections 3.10 (leadership transfer), 4.2 (membership and availability), 6.3 and 6.4 (clients) of the dissertation,
/// and section 8 of the paper.
/// </summary>
public sealed class DissertationSpec(ITestOutputHelper output) : PaperSpec(output)
{
    [Fact]
    public void Section_3_10_1_the_prior_leader_stops_accepting_requests()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);

        Propose(1);

        Assert.Equal(3, Status().LastIndex);
    }

    [Fact]
    public void Section_3_10_2_the_prior_leader_brings_the_target_up_to_date_first()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }, ReplyWhen.Appended), TestActor);
        Peer.Tell(new TransferLeadership("b"), TestActor);

        C.Accept(4, 2);
        B.ExpectNone<TimeoutNow>();
        B.Accept(4, 2);

        B.Expect<TimeoutNow>();
    }

    [Fact]
    public void Section_3_10_3_the_target_starts_an_election_at_once_although_it_hears_a_leader()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Append(B, 1, 1, 1, 0);

        B.Say(static header => new TimeoutNow(header), 1);

        Assert.Equal((2, false, true), C.Expect<RequestVote>() is var request ? (request.Term, request.PreVote, request.Transfer) : default);
    }

    [Fact]
    public void Section_3_10_the_prior_leader_goes_on_when_the_transfer_is_not_done_within_an_election_timeout()
    {
        StartAsLeader();
        Peer.Tell(new TransferLeadership("b"), TestActor);

        AdvanceUntil(() =>
        {
            B.Accept(3, 2);
            C.Accept(3, 2);
            return HasMessages;
        });
        Assert.Equal(FailureReason.TransferTimedOut, ExpectMsg<TransferFailed>().Reason);
        Propose(1);

        Assert.Equal((RaftRole.Leader, 4), (Status().Role, Status().LastIndex));
    }

    [Fact]
    public void Section_4_2_1_a_change_is_given_up_when_a_new_server_does_not_catch_up()
    {
        StartAsLeader();
        Peer.Tell(new ChangeMembers([.. Settings.Members, new Member("d", "host:4")], []), TestActor);

        AdvanceUntil(
            () =>
            {
                B.Accept(Status().LastIndex, 2);
                return HasMessages;
            },
            60_000);

        Assert.Equal(FailureReason.NotCaughtUp, ExpectMsg<ProposalFailed>().Reason);
        Assert.Equal(3, Status().Members.Count);
    }

    [Fact]
    public void Section_4_2_3_a_server_that_could_not_win_does_not_raise_anybodys_term()
    {
        StartWithLog(new HardState(1, null, null), 1);

        // Its own, while nobody grants it a pre-vote.
        Advance(5000);
        Assert.Equal((RaftRole.PreCandidate, 1), RoleAndTerm);
        // And that of others, while they hear a leader.
        Append(B, 1, 1, 1, 0);
        C.Say(static header => new RequestVote(header, 1, 1, true, false, null), 30);

        Assert.False(C.Expect<RequestVoteReply>().Granted);
        Assert.Equal((RaftRole.Follower, 1), RoleAndTerm);
    }

    [Fact]
    public void Section_6_2_a_leader_that_no_majority_answers_for_an_election_timeout_steps_down()
    {
        StartAsLeader();

        AdvanceUntil(() => RoleAndTerm.Role != RaftRole.Leader, 700);

        Assert.Equal(2, RoleAndTerm.Term);
    }

    [Fact]
    public void Section_6_4_1_a_read_waits_until_the_leader_has_committed_an_entry_of_its_term()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();

        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.ExpectNone<AppendEntries>(static append => append.ReadContext > 0);
        B.Accept(3, 2);

        B.Expect<AppendEntries>(static append => append.ReadContext > 0);
    }

    [Fact]
    public void Section_6_4_2_and_3_a_read_waits_for_a_round_of_heartbeats_that_a_majority_answers()
    {
        StartAsLeader();

        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        long context = B.Expect<AppendEntries>().ReadContext;
        B.Accept(3, 2, readContext: context - 1);
        Assert.False(HasMessages);
        B.Accept(3, 2, readContext: context);

        ExpectMsg<QueryResult>();
    }

    [Fact]
    public void Section_6_4_4_a_read_waits_until_its_read_index_is_applied()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Append(B, 1, 2, 1, 1);
        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        var asked = B.Expect<ReadIndex>();

        B.Say(header => new ReadIndexReply(header, asked.RequestIds, null, "", 2), 1);
        Assert.False(HasMessages);
        Append(B, 1, 2, 1, 2);

        Assert.Equal(2, ExpectMsg<QueryResult>().AppliedIndex);
    }
}
