using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>Figure 2 of the paper, box by box, rule by rule.</summary>
public sealed class Figure2Spec(ITestOutputHelper output) : PaperSpec(output)
{
    // ---- State

    [Fact]
    public void State_currentTerm_votedFor_and_the_log_are_the_same_after_a_restart()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Append(B, 2, 1, 1, 0, Command(2, 2));
        Advance(300);
        Assert.True(AskForVote(C, 3, 2, 2));

        Restart();

        var status = Status();
        Assert.Equal((3, 2), (status.Term, status.LastIndex));
        Assert.False(AskForVote(B, 3, 9, 2));
        Assert.True(AskForVote(C, 3, 2, 2));
    }

    [Fact]
    public void State_commitIndex_and_lastApplied_begin_at_zero_without_a_snapshot()
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1);
        Append(B, 1, 3, 1, 3);
        Assert.Equal((3, 3), (Status().CommitIndex, Status().AppliedIndex));

        Restart();

        Assert.Equal((0, 0), (Status().CommitIndex, Status().AppliedIndex));
    }

    [Fact]
    public void State_nextIndex_begins_behind_the_leaders_last_entry_and_matchIndex_at_zero()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();

        Assert.Equal(2, C.Expect<AppendEntries>(static append => append.Entries.Count > 0).PrevLogIndex);
        Assert.All(Status().Followers, static follower => Assert.Equal(0, follower.MatchIndex));
    }

    // ---- AppendEntries, receiver

    [Fact]
    public void AppendEntries_1_an_earlier_term_is_refused()
    {
        StartWithLog(new HardState(5, null, null), 1);

        var reply = Append(B, 4, 1, 1, 0, Command(2, 4));

        Assert.Equal((false, 5), (reply.Success, reply.Term));
        Assert.Equal(1, Status().LastIndex);
    }

    [Theory]
    [InlineData(3, 1)] // The log is shorter.
    [InlineData(2, 2)] // The entry there has another term.
    public void AppendEntries_2_without_the_previous_entry_it_is_refused(long prevLogIndex, long prevLogTerm)
    {
        StartWithLog(new HardState(3, null, null), 1, 1);

        var reply = Append(B, 3, prevLogIndex, prevLogTerm, 0, Command(prevLogIndex + 1, 3));

        Assert.False(reply.Success);
        Assert.Equal(2, Status().LastIndex);
    }

    [Fact]
    public void AppendEntries_3_an_entry_that_conflicts_goes_and_all_that_follow_it()
    {
        StartWithLog(new HardState(2, null, null), 1, 1, 2, 2, 2);

        Append(B, 3, 2, 1, 0, Command(3, 3));

        Assert.Equal([1, 1, 3], DurableTerms());
    }

    [Fact]
    public void AppendEntries_4_only_entries_that_are_not_there_yet_are_appended()
    {
        StartWithLog(new HardState(2, null, null), 1, 1, 2, 2);

        var reply = Append(B, 2, 1, 1, 0, Command(2, 1), Command(3, 2));

        Assert.Equal((true, 3), (reply.Success, reply.MatchIndex));
        Assert.Equal([1, 1, 2, 2], DurableTerms());
    }

    [Theory]
    [InlineData(2, 2)] // leaderCommit is less.
    [InlineData(9, 3)] // The last new entry is less.
    public void AppendEntries_5_commitIndex_is_the_lesser_of_leaderCommit_and_the_last_new_entry(long leaderCommit,
        long expected)
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1, 1, 1);

        Append(B, 1, 2, 1, leaderCommit, Command(3, 1));

        Assert.Equal(expected, Status().CommitIndex);
    }

    // ---- RequestVote, receiver

    [Fact]
    public void RequestVote_1_an_earlier_term_gets_no_vote()
    {
        StartWithLog(new HardState(5, null, null), 1);

        B.Say(static header => new RequestVote(header, 9, 4, false, false, null), 4);

        Assert.Equal((false, 5), B.Expect<RequestVoteReply>() is var reply ? (reply.Granted, reply.Term) : default);
    }

    [Fact]
    public void RequestVote_2_the_vote_is_given_if_it_is_free_or_was_given_to_the_same_candidate()
    {
        StartWithLog(new HardState(1, null, null), 1);

        Assert.True(AskForVote(B, 2, 1, 1));
        Assert.True(AskForVote(B, 2, 1, 1));
        Assert.False(AskForVote(C, 2, 1, 1));
    }

    [Theory]
    [InlineData(2, 1, false)] // Its last term is earlier, though its log is longer or as long.
    [InlineData(9, 1, false)]
    [InlineData(2, 2, false)] // The same last term, a shorter log.
    [InlineData(3, 2, true)]
    [InlineData(1, 3, true)] // A later last term, though its log is shorter.
    public void RequestVote_2_the_vote_is_given_only_if_the_candidates_log_is_at_least_as_up_to_date(
        long lastLogIndex, long lastLogTerm, bool expected)
    {
        StartWithLog(new HardState(3, null, null), 1, 1, 2);

        Assert.Equal(expected, AskForVote(B, 4, lastLogIndex, lastLogTerm));
    }

    // ---- Rules for servers: all servers

    [Fact]
    public void All_servers_apply_what_is_committed_in_the_order_of_the_log()
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1, 1);

        Append(B, 1, 3, 1, 3);
        Assert.Equal([2, 3], Machine.Applied.Select(static entry => entry.Index));
        Append(B, 1, 4, 1, 4);

        Assert.Equal([2, 3, 4], Machine.Applied.Select(static entry => entry.Index));
    }

    [Fact]
    public void All_servers_take_a_later_term_from_a_request()
    {
        StartWithLog(new HardState(1, null, null), 1);

        Append(B, 7, 1, 1, 0);
        Assert.Equal((RaftRole.Follower, 7), RoleAndTerm);
        Advance(300);
        AskForVote(C, 9, 0, 0);

        Assert.Equal((RaftRole.Follower, 9), RoleAndTerm);
    }

    [Fact]
    public void All_servers_take_a_later_term_from_a_response()
    {
        StartAsLeader();

        B.Say(static header => new AppendEntriesReply(header, false, 0, 0, 3, default, 0), 8);
        Assert.Equal((RaftRole.Follower, 8), RoleAndTerm);
        Campaign();
        C.Say(static header => new RequestVoteReply(header, false, false, 9), 12);

        Assert.Equal((RaftRole.Follower, 12), RoleAndTerm);
    }

    // ---- Rules for servers: followers

    [Fact]
    public void Followers_become_candidates_when_neither_a_leader_is_heard_nor_a_vote_given_for_an_election_timeout()
    {
        StartWithLog(new HardState(1, null, null), 1);
        for (int i = 0; i < 20; i++)
        {
            Append(B, 1, 1, 1, 0);
            Advance(100);
        }
        Advance(200);
        Assert.True(AskForVote(C, 2, 1, 1));
        Advance(299);
        Assert.Equal((RaftRole.Follower, 2), RoleAndTerm);

        Campaign();

        Assert.Equal((RaftRole.Candidate, 3), RoleAndTerm);
    }

    // ---- Rules for servers: candidates

    [Fact]
    public void Candidates_increment_the_term_vote_for_themselves_and_ask_all_others()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);

        var request = Campaign();

        Assert.Equal((2, 2, 1), (request.Term, request.LastLogIndex, request.LastLogTerm));
        Assert.Equal(2, C.Expect<RequestVote>(static request => !request.PreVote).Term);
        Assert.False(AskForVote(C, 2, 9, 1));
    }

    [Fact]
    public void Candidates_become_leaders_with_the_votes_of_a_majority()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();
        Assert.Equal((RaftRole.Candidate, 2), RoleAndTerm);

        C.Say(static header => new RequestVoteReply(header, true, false, 2), 2);

        Assert.Equal((RaftRole.Leader, 2), RoleAndTerm);
    }

    [Fact]
    public void Candidates_follow_a_leader_of_their_term()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();

        Append(C, 2, 1, 1, 0);

        Assert.Equal((RaftRole.Follower, 2), RoleAndTerm);
    }

    [Fact]
    public void Candidates_start_a_new_election_after_an_election_timeout()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();

        Campaign();

        Assert.Equal((RaftRole.Candidate, 3), RoleAndTerm);
    }

    // ---- Rules for servers: leaders

    [Fact]
    public void Leaders_send_AppendEntries_upon_election_and_heartbeats_while_idle()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Elect();
        B.Expect<AppendEntries>();
        C.Expect<AppendEntries>();
        B.Accept(2, 2);

        for (int i = 0; i < 4; i++)
        {
            Forget();
            Advance(50);
            B.Expect<AppendEntries>(static append => append.Entries.Count == 0);
            B.Accept(2, 2);
        }
    }

    [Fact]
    public void Leaders_append_a_command_and_answer_after_it_is_applied()
    {
        StartAsLeader();

        Propose(1);
        Assert.Equal(4, Status().LastIndex);
        Assert.False(HasMessages);
        B.Accept(4, 2);

        Assert.Equal(4, ExpectMsg<Proposed>().Index);
        Assert.Equal(4, Machine.Applied[^1].Index);
    }

    [Fact]
    public void Leaders_send_what_follows_nextIndex_go_back_when_they_are_refused_and_go_on_when_they_are_not()
    {
        StartWithLog(new HardState(1, null, null), 1, 1, 1);
        Elect();
        Assert.Equal(3, B.Expect<AppendEntries>(static append => append.Entries.Count > 0).PrevLogIndex);

        B.Say(static header => new AppendEntriesReply(header, false, 0, 0, 3, new LogConflict(0, 2), 0), 2);
        var append = B.Expect<AppendEntries>(static append => append.Entries.Count > 0);
        Assert.Equal((1, 4), (append.PrevLogIndex, append.LastIndex));
        B.Accept(4, 2);

        Assert.Equal(4, Status().Followers.Single(static follower => follower.MemberId == "b").MatchIndex);
        Propose(1);
        Assert.Equal(4, B.Expect<AppendEntries>(static append => append.Entries.Count > 0).PrevLogIndex);
    }

    [Fact]
    public void Leaders_commit_an_entry_of_their_term_that_a_majority_has()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();

        B.Accept(2, 2);
        Assert.Equal(0, Status().CommitIndex);
        B.Accept(3, 2);

        Assert.Equal(3, Status().CommitIndex);
    }
}
