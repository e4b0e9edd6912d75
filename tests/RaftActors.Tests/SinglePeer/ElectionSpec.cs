using Akka.Actor;
using Akka.Remote;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Elections, as one peer sees them.</summary>
public sealed class ElectionSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private static readonly HardState InTerm1 = new(1, null, null);

    [Fact]
    public void A_follower_that_hears_nothing_asks_for_pre_votes_within_its_election_timeout()
    {
        StartWithLog(InTerm1, 1);
        Advance(299);
        B.ExpectNone<RequestVote>();

        Advance(301);

        var request = B.Expect<RequestVote>();
        Assert.Equal((true, 1, 1, 1), (request.PreVote, request.Term, request.LastLogIndex, request.LastLogTerm));
        C.Expect<RequestVote>();
    }

    [Fact]
    public void An_election_is_published_with_its_reason()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(ElectionStarted));
        StartWithLog(InTerm1, 1);
        AdvanceUntil(() => HasMessages);

        Assert.Equal(new ElectionStarted(Group, "a", 1, "timeout"), ExpectMsg<ElectionStarted>());
    }

    [Fact]
    public void A_pre_vote_changes_nobodys_term()
    {
        StartWithLog(InTerm1, 1);
        Advance(600);
        B.Expect<RequestVote>();
        Assert.True(AskForVote(C, 1, 2, 1, preVote: true));
        Assert.Equal((RaftRole.PreCandidate, 1), Status() is var status ? (status.Role, status.Term) : default);
    }

    // Or one that cannot win, because it reaches too few, would be in the way for ever of one that can.
    [Fact]
    public void Of_two_that_ask_for_pre_votes_one_makes_way_but_only_at_first()
    {
        StartWithLog(InTerm1, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        Assert.False(AskForVote(B, 1, 1, 1, preVote: true));
        B.Expect<RequestVote>();

        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        Assert.True(AskForVote(B, 1, 1, 1, preVote: true));
    }

    [Fact]
    public void A_majority_of_pre_votes_and_then_of_votes_makes_a_leader_whose_first_entry_is_a_no_op()
    {
        StartWithLog(InTerm1, 1);
        Elect();

        var append = C.Expect<AppendEntries>(append => append.Entries.Count > 0);
        Assert.Equal((2, 1, 1), (append.Term, append.PrevLogIndex, append.PrevLogTerm));
        Assert.Equal((2, 2, EntryKind.NoOp),
            append.Entries.Entries[0] is var entry ? (entry.Index, entry.Term, entry.Kind) : default);
    }

    [Fact]
    public void A_stale_vote_reply_is_ignored()
    {
        StartWithLog(InTerm1, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        B.Say(header => new RequestVoteReply(header, true, true, 2), 1);
        B.Expect<RequestVote>(request => !request.PreVote);

        C.Say(header => new RequestVoteReply(header, true, false, 1), 1);
        C.Say(header => new RequestVoteReply(header, true, true, 2), 1);

        Assert.Equal(RaftRole.Candidate, Status().Role);
    }

    [Fact]
    public void Nobody_gets_a_vote_or_raises_the_term_while_a_leader_is_heard()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);
        Advance(290);

        Assert.False(AskForVote(C, 5, 9, 1));
        Assert.False(AskForVote(C, 5, 9, 1, preVote: true));
        Assert.Equal((1, "b"), Status() is var status ? (status.Term, status.Leader!.Id) : default);
    }

    [Fact]
    public void A_transfer_of_leadership_passes_over_a_leader_that_is_heard()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);

        Assert.True(AskForVote(C, 2, 1, 1, transfer: true));
    }

    [Fact]
    public void After_the_shortest_election_timeout_without_a_leader_votes_are_given()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);
        Advance(299);
        B.Append(1, 1, 1, 0);
        Advance(300);

        Assert.True(AskForVote(C, 2, 1, 1));
    }

    [Fact]
    public void Of_two_pre_candidates_with_the_same_log_the_one_whose_name_comes_later_makes_way()
    {
        StartWithLog(InTerm1, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>() is not null);

        Assert.False(AskForVote(B, 1, 1, 1, preVote: true));
        // But one that has more is followed.
        Assert.True(AskForVote(B, 1, 2, 1, preVote: true));
    }

    [Fact]
    public void A_pre_candidate_asks_again_whoever_asks_it_in_vain()
    {
        StartWithLog(InTerm1, 1, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>() is not null);
        B.Say(header => new RequestVoteReply(header, false, true, 2), 1);

        // Its log is behind; it did not give its pre-vote because it still heard the leader, which it no longer does.
        Assert.False(AskForVote(B, 1, 1, 1, preVote: true));
        Assert.True(B.Expect<RequestVote>().PreVote);
        B.Say(header => new RequestVoteReply(header, true, true, 2), 1);
        Assert.False(B.Expect<RequestVote>().PreVote);
    }

    [Fact]
    public void Heartbeats_keep_a_follower_from_campaigning()
    {
        StartWithLog(InTerm1, 1);

        for (int i = 0; i < 60; i++)
        {
            B.Append(1, 1, 1, 0);
            Advance(50);
        }

        C.ExpectNone<RequestVote>();
        Assert.Equal((RaftRole.Follower, "b"), Status() is var status ? (status.Role, status.Leader!.Id) : default);
    }

    [Fact]
    public void A_reply_of_a_later_term_ends_a_candidacy()
    {
        StartWithLog(InTerm1, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);

        B.Say(header => new RequestVoteReply(header, false, true, 2), 7);

        Assert.Equal((RaftRole.Follower, 7), (Status().Role, Status().Term));
    }

    [Fact]
    public void A_leader_that_hears_no_majority_for_an_election_timeout_steps_down()
    {
        StartAsLeader();
        for (int i = 0; i < 20; i++)
        {
            B.Accept(3, 2);
            Advance(50);
        }
        Assert.Equal(RaftRole.Leader, Status().Role);

        for (int i = 0; i < 10; i++)
            Advance(50);
        Assert.Equal(RaftRole.Leader, Status().Role);
        Advance(50);

        Assert.Equal((RaftRole.Follower, 2), Status() is var status ? (status.Role, status.Term) : default);
    }

    [Fact]
    public void A_leader_that_hears_a_majority_gives_no_vote()
    {
        StartAsLeader();

        Assert.False(AskForVote(C, 5, 9, 2));
        Assert.Equal((RaftRole.Leader, 2), Status() is var status ? (status.Role, status.Term) : default);
    }

    [Fact]
    public void A_lost_connection_to_the_leader_starts_a_pre_vote_if_it_stays_silent()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);

        LoseConnection("host", 2);
        Advance(9);
        C.ExpectNone<RequestVote>();
        Advance(41);

        Assert.True(C.Expect<RequestVote>().PreVote);
        Assert.Null(Status().Leader);
        // It no longer counts as having heard from the leader, so that others get its pre-vote.
        Assert.True(AskForVote(C, 1, 2, 1, preVote: true));
    }

    [Fact]
    public void A_lost_connection_does_not_count_if_the_leader_is_heard_again()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);

        LoseConnection("host", 2);
        Advance(5);
        B.Append(1, 1, 1, 0);
        Advance(100);

        C.ExpectNone<RequestVote>();
        Assert.Equal("b", Status().Leader!.Id);
    }

    [Fact]
    public void A_lost_connection_to_another_peer_does_not_count()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0);

        LoseConnection("host", 3);
        Advance(100);

        C.ExpectNone<RequestVote>();
    }

    [Fact]
    public void Changes_of_role_and_leader_are_published()
    {
        StartWithLog(InTerm1, 1);
        Sys.EventStream.Subscribe(TestActor, typeof(RoleChanged));
        Sys.EventStream.Subscribe(TestActor, typeof(LeaderChanged));

        Elect();

        Assert.Equal(new RoleChanged(Group, "a", 1, RaftRole.PreCandidate), ExpectMsg<RoleChanged>());
        Assert.Equal(new RoleChanged(Group, "a", 2, RaftRole.Candidate), ExpectMsg<RoleChanged>());
        Assert.Equal(new RoleChanged(Group, "a", 2, RaftRole.Leader), ExpectMsg<RoleChanged>());
        Assert.Equal(new LeaderChanged(Group, "a", 2, Settings.Members[0]), ExpectMsg<LeaderChanged>());
        B.Say(header => new AppendEntriesReply(header, false, 0, 0, 1, default, 0), 3);
        Assert.Equal(new RoleChanged(Group, "a", 3, RaftRole.Follower), ExpectMsg<RoleChanged>());
        Assert.Equal(new LeaderChanged(Group, "a", 3, null), ExpectMsg<LeaderChanged>());
    }

    private void LoseConnection(string host, int port) =>
        Sys.EventStream.Publish(new DisassociatedEvent(new Address("akka.tcp", "s", "host", 1),
            new Address("akka.tcp", "s", host, port), true));
}
