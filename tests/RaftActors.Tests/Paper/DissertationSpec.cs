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
    private static readonly Configuration WithoutA =
        new([new Server("b", "host:2", "store-b"), new Server("c", "host:3", "store-c")]);

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

        Assert.Equal((2, false, true),
            C.Expect<RequestVote>() is var request ? (request.Term, request.PreVote, request.Transfer) : default);
    }

    [Fact]
    public void Section_3_10_3_a_message_of_an_earlier_term_is_ignored()
    {
        StartWithLog(new HardState(3, null, null), 1);
        C.Append(3, 1, 1, 1);

        B.Say(header => new TimeoutNow(header), 2);

        C.ExpectNone<RequestVote>();
        Assert.Equal((RaftRole.Follower, 3), Status() is var status ? (status.Role, status.Term) : default);
    }

    [Fact]
    public void Section_3_10_3_who_leads_the_term_already_goes_on()
    {
        StartAsLeader();

        B.Say(static header => new TimeoutNow(header), 2);

        Assert.Equal((RaftRole.Leader, 2), RoleAndTerm);
    }

    [Fact]
    public void Section_3_10_3_a_candidate_of_the_term_goes_on()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();

        B.Say(static header => new TimeoutNow(header), 2);

        Assert.Equal((RaftRole.Candidate, 2), RoleAndTerm);
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
    public void Section_4_2_2_a_server_that_its_latest_configuration_leaves_out_campaigns_and_leads_until_that_is_committed()
    {
        LogEntry[] log = [.. Entries(1), new LogEntry(2, 1, EntryKind.Configuration, 0, WithoutA.ToPayload())];
        var hardState = new HardState(1, null, null);
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(hardState, 0, [new EntryBatch(log)]));
        Start();

        AdvanceUntil(() => B.TryTake<RequestVote>(static request => request.PreVote) is not null);
        B.Say(static header => new RequestVoteReply(header, true, true, 2), 1);
        B.ExpectNone<RequestVote>(static request => !request.PreVote); // Its own yes does not count.
        C.Say(static header => new RequestVoteReply(header, true, true, 2), 1);
        foreach (var voter in new[] { B, C })
        {
            voter.Expect<RequestVote>(static request => !request.PreVote);
            Assert.NotEqual(RaftRole.Leader, Status().Role);
            voter.Say(static header => new RequestVoteReply(header, true, false, 2), 2);
        }
        B.Expect<AppendEntries>(static append => append.Entries.Count > 0);
        B.Accept(3, 2);
        Assert.Equal((RaftRole.Leader, 0), (Status().Role, Status().CommitIndex)); // Nor does its own log.
        C.Accept(3, 2);

        AdvanceUntil(() => B.TryTake<AppendEntries>(static append => append.LeaderCommit == 3) is not null);
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
        Assert.False(AskForVote(C, 30, 1, 1, preVote: true));
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
    public void Section_6_4_3_a_leader_that_was_deposed_without_noticing_answers_nothing()
    {
        StartAsLeader();
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 7), TestActor);
        B.Expect<AppendEntries>();

        B.Say(header => new AppendEntriesReply(header, false, 0, 0, 3, default, 0), 3);
        Assert.False(HasMessages);

        // The query waits for the next leader instead: it changes nothing to ask again.
        C.Append(3, 3, 2, 0);
        var request = C.Expect<ReadIndex>();
        C.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 3), 3);
        Assert.Equal((3, 7),
            ExpectMsg<QueryResult>() is var result ? (result.AppliedIndex, result.CorrelationId) : default);
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
