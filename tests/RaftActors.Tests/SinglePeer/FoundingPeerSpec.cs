using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Founding, as a peer with an empty log sees it.</summary>
public sealed class FoundingPeerSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_peer_with_an_empty_log_asks_all_others_whether_they_are_empty()
    {
        Start();

        B.Expect<Introduce>();
        C.Expect<Introduce>();
    }

    // Whoever hears the others but not their answers asks again and again; so would they, and each question would be
    // followed by ever more.
    [Fact]
    public void Who_asks_and_does_not_answer_is_asked_back_once()
    {
        StartEmpty();
        Forget();

        for (int round = 1; round <= 5; round++)
            B.Say(header => new Introduce(header, round), 0);

        int questions = 0;
        while (B.TryTake<Introduce>() is not null)
            questions++;
        Assert.Equal(1, questions);
        C.ExpectNone<Introduce>();
    }

    [Fact]
    public void It_neither_votes_nor_campaigns_while_one_has_not_answered()
    {
        StartEmpty();
        Answer(B);

        for (int i = 0; i < 100; i++)
            Advance(10);
        B.ExpectNone<RequestVote>();

        Assert.False(AskForVote(B, 1, 0, 0, founding: Bound));
    }

    [Fact]
    public void Once_all_others_are_empty_it_campaigns_with_what_it_would_found()
    {
        StartEmpty();
        Answer(B);
        Answer(C);

        AdvanceUntil(() => Status().Role == RaftRole.PreCandidate);

        Assert.Equal(Bound, B.Expect<RequestVote>().Founding);
    }

    [Fact]
    public void The_founders_first_entry_binds_all_members_to_their_stores()
    {
        StartEmpty();
        Answer(B);
        Answer(C);
        Elect();

        var entry =
            Assert.Single(B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries.ToArray());

        Assert.Equal((1, EntryKind.Configuration), (entry.Index, entry.Kind));
        var configuration = entry.Payload.TryReadConfiguration()!;
        Assert.Equal(32, configuration.GroupId.Length);
        Assert.Equal(Bound.Beginning(configuration.GroupId, 1), configuration);
    }

    [Fact]
    public void What_clients_proposed_before_there_was_a_leader_follows_the_founders_entry()
    {
        Settings = Settings with { LeaderWait = TimeSpan.FromMinutes(1) };
        StartEmpty();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Answer(B);
        Answer(C);
        Elect();

        var entries = B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries.ToArray();

        Assert.Equal([EntryKind.Configuration, EntryKind.Command], entries.Select(entry => entry.Kind));
    }

    [Fact]
    public void It_votes_for_a_founder_that_knows_the_same_stores()
    {
        StartEmpty();
        Answer(B);
        Answer(C);

        Assert.True(AskForVote(B, 1, 0, 0, founding: Bound));
    }

    [Fact]
    public void It_does_not_vote_for_a_founder_that_knows_other_stores()
    {
        StartEmpty();
        Answer(B);
        Answer(C);

        Assert.False(AskForVote(B, 1, 0, 0, founding: Bound.Binding("c", "wiped")));

        Assert.False(AskForVote(B, 2, 0, 0));
    }

    [Fact]
    public void A_wiped_disk_does_not_vote_in_a_term_in_which_the_one_before_it_may_have_voted()
    {
        StartEmpty();
        Answer(B, term: 5);
        Answer(C, term: 3);

        B.Say(header => new RequestVote(header, 0, 0, false, false, Bound), 5);
        Assert.False(B.Expect<RequestVoteReply>(reply => reply.ElectionTerm == 5).Granted);

        B.Say(header => new RequestVote(header, 0, 0, false, false, Bound), 6);
        Assert.True(B.Expect<RequestVoteReply>(reply => reply.ElectionTerm == 6).Granted);
    }

    [Fact]
    public void One_voter_with_a_log_prevents_founding()
    {
        StartEmpty();
        Answer(B);
        C.Say(header => new IntroduceReply(header, C.Expect<Introduce>().Round, false, "lost-disk"), 4);

        for (int i = 0; i < 100; i++)
            Advance(10);
        B.ExpectNone<RequestVote>();
        Assert.False(AskForVote(C, 5, 9, 4));
    }

    [Fact]
    public void An_empty_log_whose_store_a_configuration_names_votes_but_does_not_campaign()
    {
        StartEmpty();
        C.Say(header => new IntroduceReply(header, C.Expect<Introduce>().Round, false, StoreId), 4);

        for (int i = 0; i < 100; i++)
            Advance(10);
        B.ExpectNone<RequestVote>();
        Assert.True(AskForVote(C, 5, 9, 4));
    }

    [Fact]
    public void An_empty_log_takes_entries_from_a_leader_and_then_votes()
    {
        StartEmpty();
        var entry = new LogEntry(1, 1, EntryKind.Configuration, 0, Bound.ToPayload());
        B.Append(1, 0, 0, 0, entry);
        B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 1);
        for (int i = 0; i < 30; i++)
            Advance(10);

        C.Say(header => new RequestVote(header, 1, 1, false, false, null), 2);

        Assert.True(C.Expect<RequestVoteReply>(reply => reply.ElectionTerm == 2).Granted);
    }

    [Fact]
    public void A_peer_with_a_log_answers_which_store_it_knows()
    {
        StartWithLog(new HardState(1, null, null), 1);

        B.Say(header => new Introduce(header with { StoreId = "wiped" }, 7), 0);

        var answer = B.Expect<IntroduceReply>();
        Assert.Equal((7, false, "store-b", "wiped"),
            (answer.Round, answer.Empty, answer.BoundStoreId, answer.Header.ToStoreId));
    }

    [Fact]
    public void A_member_that_calls_itself_otherwise_than_the_own_settings_is_named_once()
    {
        StartEmpty();

        EventFilter.Warning(
            contains: "b says that it is at localhost:2, and raft.members of this node has it at host:2")
            .ExpectOne(() =>
        {
            for (int round = 1; round < 4; round++)
                B.Say(header => new Introduce(header with { Address = "localhost:2" }, round), 0);
            _ = Status();
        });
    }

    [Fact]
    public void A_peer_that_learns_of_a_new_store_asks_it_at_once()
    {
        StartEmpty();
        B.Expect<Introduce>();

        B.Say(header => new Introduce(header, 7), 0);

        Assert.True(B.Expect<IntroduceReply>().Empty);
        B.Expect<Introduce>();
    }

    [Fact]
    public void The_only_voter_founds_its_group_alone()
    {
        Settings = Settings with { Members = [new Member("a", "host:1")] };
        Start();

        AdvanceUntil(() => Status().CommitIndex == 1);

        Assert.Equal(RaftRole.Leader, Status().Role);
    }

    [Fact]
    public void The_operators_word_stands_in_for_a_voter_that_does_not_answer_and_it_is_bound_when_it_shows_up()
    {
        Settings = Settings with { Found = true };
        StartEmpty();
        Answer(B);
        Elect();
        var founded = B.Expect<AppendEntries>(append => append.Entries.Count > 0);
        Assert.False(founded.Entries.Entries[0].Payload.TryReadConfiguration()!.Find("c")!.IsBound);
        C.Accept(1, founded.Term);
        Assert.Equal(0, Status().CommitIndex);
        B.Accept(1, founded.Term);

        C.Say(header => new Introduce(header, 1), 0);

        var entry =
            B.Expect<AppendEntries>(append => append.Entries.Count > 0 && append.PrevLogIndex == 1).Entries.Entries[0];
        Assert.True(entry.Payload.TryReadConfiguration()!.Counts("c", "store-c"));
    }

    private void StartEmpty()
    {
        Start();
        UseStoreId(Status().StoreId);
        B.IsEmpty = C.IsEmpty = true;
    }

    private void Answer(FakePeer peer, long term = 0)
    {
        long round = peer.Expect<Introduce>().Round;
        peer.Say(header => new IntroduceReply(header, round, true, ""), term);
    }
}
