using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>Section 5 of the paper, as far as Figure 2 does not say the same.</summary>
public sealed class Section5Spec(ITestOutputHelper output) : PaperSpec(output)
{
    [Fact]
    public void Section_5_1_a_server_starts_as_a_follower()
    {
        StartWithLog(new HardState(4, "a", "store-a"), 1, 4);

        Assert.Equal((RaftRole.Follower, 4), RoleAndTerm);
    }

    [Fact]
    public void Section_5_1_a_leader_with_a_stale_term_reverts_to_follower()
    {
        StartAsLeader();

        Append(B, 3, 3, 2, 0);

        Assert.Equal((RaftRole.Follower, 3), RoleAndTerm);
    }

    [Fact]
    public void Section_5_1_a_server_that_exchanges_its_term_says_the_larger_one_only_when_that_is_durable()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;

        B.Append(6, 1, 1, 0);
        B.ExpectNone<AppendEntriesReply>();
        Disk.NextWrite().Succeed();

        Assert.Equal(6, B.Expect<AppendEntriesReply>().Term);
    }

    [Fact]
    public void Section_5_2_a_server_votes_for_at_most_one_candidate_in_a_term_first_come_first_served()
    {
        StartWithLog(new HardState(1, null, null), 1);

        Assert.True(AskForVote(C, 2, 1, 1));
        Assert.False(AskForVote(B, 2, 9, 1));
        Assert.True(AskForVote(B, 3, 9, 1));
    }

    [Fact]
    public void Section_5_2_a_vote_is_durable_before_it_is_given()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;

        B.Say(static header => new RequestVote(header, 1, 1, false, false, null), 2);
        B.ExpectNone<RequestVoteReply>();
        Disk.NextWrite().Succeed();

        Assert.True(B.Expect<RequestVoteReply>().Granted);
    }

    [Fact]
    public void Section_5_2_a_candidate_refuses_a_leader_of_an_earlier_term_and_stays_a_candidate()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();

        var reply = Append(C, 1, 1, 1, 0);

        Assert.Equal((false, 2), (reply.Success, reply.Term));
        Assert.Equal((RaftRole.Candidate, 2), RoleAndTerm);
    }

    [Fact]
    public void Section_5_2_a_candidate_without_a_majority_stays_a_candidate_until_its_timeout()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Campaign();

        B.Say(static header => new RequestVoteReply(header, false, false, 2), 2);
        C.Say(static header => new RequestVoteReply(header, false, false, 2), 2);
        Advance(299);

        Assert.Equal((RaftRole.Candidate, 2), RoleAndTerm);
    }

    [Fact]
    public void Section_5_2_a_term_has_at_most_one_leader_so_another_one_is_not_heard()
    {
        StartAsLeader();

        B.Append(2, 3, 2, 0, Command(4, 2));

        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal((RaftRole.Leader, 2), RoleAndTerm);
        Assert.Equal(3, Status().LastIndex);
    }

    [Fact]
    public void Section_5_2_election_timeouts_are_drawn_anew_from_a_fixed_interval()
    {
        StartWithLog(new HardState(1, null, null), 1);
        var timeouts = new HashSet<int>();
        for (int elapsed = 10; timeouts.Count < 4; elapsed += 10)
        {
            Assert.True(elapsed <= 610, "No election within the longest election timeout.");
            Advance(10);
            if (B.TryTake<RequestVote>() is null)
                continue;
            Assert.InRange(elapsed, 300, 610);
            timeouts.Add(elapsed);
            elapsed = 0;
        }
    }

    [Fact]
    public void Section_5_3_a_leader_never_overwrites_or_deletes_entries_of_its_own_log()
    {
        StartAsLeader();
        Propose(1);

        // Nobody else leads its term, so such a message cannot be right.
        B.Append(2, 1, 1, 0, Command(2, 2));

        B.ExpectNone<AppendEntriesReply>();
        Assert.Equal([1, 1, 2, 2], DurableTerms());
    }

    /// <summary>Figure 7: the logs that a follower may have when the leader of term 8 comes to power.</summary>
    public static TheoryData<string, long[]> Figure7 => new()
    {
        { "a: an entry is missing", [1, 1, 1, 4, 4, 5, 5, 6, 6] },
        { "b: many entries are missing", [1, 1, 1, 4] },
        { "c: one entry too many", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
        { "d: entries of a term that the leader does not know", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
        { "e: some are missing, others are too many", [1, 1, 1, 4, 4, 4, 4] },
        { "f: entries of two terms of which nothing was committed", [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
    };

    [Theory]
    [MemberData(nameof(Figure7))]
    public void Section_5_3_a_leader_brings_each_log_of_figure_7_to_agree_with_its_own(string name, long[] terms)
    {
        _ = name;
        long[] leaders = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8];
        StartWithLog(new HardState(7, null, null), terms);

        // The leader goes back one entry at a time, as in the paper's simplest form.
        int previous = leaders.Length;
        while (previous > 1 && !Append(B, 8, previous, leaders[previous - 1], 0).Success)
            previous--;
        Append(B, 8, previous, leaders[previous - 1], 0,
            [.. Enumerable.Range(previous + 1, leaders.Length - previous)
            .Select(index => Command(index, leaders[index - 1]))]);

        Assert.Equal(leaders, DurableTerms());
        Assert.Equal(leaders.Length, Status().LastIndex);
    }

    [Fact]
    public void Section_5_3_a_refusal_names_the_conflicting_term_and_the_first_index_that_has_it()
    {
        StartWithLog(new HardState(3, null, null), 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3);

        var reply = Append(B, 8, 10, 6, 0);

        Assert.Equal((false, new LogConflict(3, 7)), (reply.Success, reply.Conflict));
    }

    [Fact]
    public void Section_5_3_followers_learn_with_the_next_message_what_is_committed()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        B.Expect<AppendEntries>(append => append.LastIndex == 4);
        B.Accept(4, 2);
        Assert.Equal(4, ExpectMsg<Proposed>().Index);
        C.Forget();

        Advance(50);

        Assert.Equal(4, C.Expect<AppendEntries>().LeaderCommit);
    }

    [Theory]
    [InlineData(1, true)] // The leader's own entry of term 4 has arrived: entry 2 commits with it.
    [InlineData(0, false)] // A majority has entry 2, of term 2, and nothing of term 4.
    public void Section_5_4_2_an_entry_of_an_earlier_term_commits_only_together_with_one_of_the_leaders_own(int ofTerm4,
        bool committed)
    {
        // Figure 8 (c) and (e): a leads term 4; entry 2 is of term 2.
        StartWithLog(new HardState(3, null, null), 1, 2);
        Elect();
        Assert.Equal(4, Status().Term);

        B.Accept(2 + ofTerm4, 4);

        Assert.Equal(committed ? 3 : 0, Status().CommitIndex);
    }

    [Fact]
    public void Section_5_5_a_repeated_request_changes_nothing()
    {
        StartWithLog(new HardState(1, null, null), 1);

        var first = Append(B, 1, 1, 1, 2, Command(2, 1));
        var second = Append(B, 1, 1, 1, 2, Command(2, 1));

        Assert.Equal((first.Success, first.MatchIndex), (second.Success, second.MatchIndex));
        Assert.Equal([1, 1], DurableTerms());
        Assert.Single(Machine.Applied);
    }

    [Fact]
    public void Section_5_5_a_leader_repeats_what_is_not_answered()
    {
        StartAsLeader();
        Propose(1);
        C.Expect<AppendEntries>(static append => append.LastIndex == 4);

        Advance(50);
        Assert.Equal(4, C.Expect<AppendEntries>().PrevLogIndex);
        C.Say(static header => new AppendEntriesReply(header, false, 0, 0, 4, new LogConflict(0, 4), 0), 2);

        Assert.Equal(4, C.Expect<AppendEntries>(static append => append.Entries.Count > 0).LastIndex);
    }
}
