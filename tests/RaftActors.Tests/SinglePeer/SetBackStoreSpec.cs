using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A disk that was set back: what its own peer may no longer do, and what another peer says of it.</summary>
public sealed class SetBackStoreSpec(ITestOutputHelper output) : PeerSpec(output)
{
    // Of five voters a, b and e had elected e in term 2. Then the disk of a was set back, and e is silent when a asks.
    // The disk has forgotten the term with the vote; or it has the term, of which it had heard before, and not the
    // vote.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_vote_that_it_may_have_forgotten_is_not_given_again_although_who_had_it_is_silent(long termOnDisk)
    {
        OthersAnswer = false;
        Server[] voters =
            [.. Bound.Voters, new Server("e", "host:5", "store-e"), new Server("moved", "host:9", "store-moved")];
        var configuration = new LogEntry(1, 1, EntryKind.Configuration, 0, new Configuration(voters).ToPayload());
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(
                new HardState(termOnDisk, null, null), 0, [new EntryBatch([configuration, Command(2, 1)])]));
        Start();

        // All but e: of a majority that elected e one is among them.
        Answer(B, 2);
        Answer(C, 1);
        Answer(Moved, 1);
        AdvanceUntil(() => B.TryTake<RequestVote>(request => request.PreVote) is not null);
        Assert.False(AskForVote(C, 2, 2, 1));
        Assert.True(AskForVote(C, 3, 2, 1));
    }

    [Fact]
    public void It_is_told_once_for_what_was_lost_however_often_its_node_asks()
    {
        StartAsLeader();
        Confirm(3, Incarnation(1));
        EventFilter.Warning(contains: "the store of c at host:3 was set back: it had confirmed entries up to 3")
            .ExpectOne(() => Ask(Incarnation(2), times: 5));

        // It has caught up, and is set back to the same place again.
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Confirm(4, Incarnation(2));
        EventFilter.Warning(contains: "the store of c at host:3 was set back: it had confirmed entries up to 4")
            .ExpectOne(() => Ask(Incarnation(3), times: 5));
    }

    // A copy of the disk runs elsewhere, and it was this node's turn to be silent.
    [Theory]
    [InlineData("host:7", true)]
    [InlineData("host:1", false)]
    [InlineData("", false)]
    public void Who_hears_that_its_store_was_started_elsewhere_names_both_addresses(string other, bool isNamed)
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        OthersAnswer = false;
        var known = new StoreRecord(StoreId, Incarnation(9), Address: other);

        B.Say(header => new IntroduceReply(header, 0, false, StoreId) { Known = known }, 1);

        AssertNamed("b remembers", other, isNamed);
    }

    [Fact]
    public void Who_hears_so_of_its_leader_names_both_addresses()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        OthersAnswer = false;
        var known = new StoreRecord(StoreId, Incarnation(9), Address: "host:7");

        B.Say(header => new AppendEntries(header, 2, 1, 2, 0, EntryBatch.Empty) { Stores = [known] }, 1);

        AssertNamed("another member remembers", "host:7", isNamed: true);
    }

    [Fact]
    public void A_peer_says_where_the_store_runs_that_it_was_told_of()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        C.Say(header => new Introduce(header with { Incarnation = Incarnation(2) }, -7), 1);

        Assert.Equal("host:3", C.Expect<IntroduceReply>().Known!.Address);
        Restart();
        Forget();
        C.Say(header => new Introduce(header with { Incarnation = Incarnation(2) }, -8), 1);
        Assert.Equal("host:3", C.Expect<IntroduceReply>().Known!.Address);
    }

    // The leader dies before this peer has all entries that the others had when they answered. So the peer asks again.
    [Fact]
    public void What_it_has_confirmed_since_its_start_is_no_loss_when_it_asks_again()
    {
        OthersAnswer = false;
        StartWithLog(new HardState(1, null, null), 1, 1);
        Answer(B, term: 2, lastIndex: 9);
        Answer(C, term: 2, lastIndex: 9);
        B.Say(header => new AppendEntries(header, 2, 1, 2, 0,
            new EntryBatch([Command(3, 2), Command(4, 2)])), 2);
        AdvanceUntil(() => B.TryTake<AppendEntriesReply>(reply => reply.MatchIndex == 4) is not null);
        B.Forget();

        AdvanceUntil(() => B.TryTake<Introduce>(question => question.Round < 0) is { } again
            && AnswerAgain(again, confirmed: 4));

        Assert.Empty(Status().Problems);
    }

    // It may ask for long: others do not answer, or their answers are lost.
    [Fact]
    public void What_it_confirms_while_it_asks_again_is_no_loss()
    {
        OthersAnswer = false;
        StartWithLog(new HardState(1, null, null), 1, 1);
        Answer(B, term: 2, lastIndex: 9);
        Answer(C, term: 2, lastIndex: 9);
        B.Forget();
        AdvanceUntil(() => B.TryTake<Introduce>(question => question.Round < 0) is not null);
        B.Say(header => new AppendEntries(header, 2, 1, 2, 0,
            new EntryBatch([Command(3, 2), Command(4, 2)])), 2);
        AdvanceUntil(() => B.TryTake<AppendEntriesReply>(reply => reply.MatchIndex == 4) is not null);
        B.Forget();

        AdvanceUntil(() => B.TryTake<Introduce>(question => question.Round < 0) is { } again
            && AnswerAgain(again, confirmed: 4));
        B.Say(header => new AppendEntries(header, 4, 2, 2, 0, new EntryBatch([Command(5, 2)])), 2);
        AdvanceUntil(() => B.TryTake<AppendEntriesReply>(reply => reply.MatchIndex == 5) is not null);

        // C hears of the entry before it answers a question that is older than the entry.
        long round = 0;
        AdvanceUntil(() => C.TryTake<Introduce>(question => question.Round < 0) is { } again
            && (round = again.Round) < 0 && AnswerAgain(again, confirmed: 5, by: C));
        AdvanceUntil(() => C.TryTake<Introduce>(question => question.Round < 0 && question.Round != round) is not null);
        Assert.Empty(Status().Problems);
    }

    // The others that it asks may be gone, and it may ask again and again.
    [Fact]
    public void While_it_asks_again_it_votes_for_a_log_that_is_as_long_as_the_others_were()
    {
        OthersAnswer = false;
        StartWithLog(new HardState(1, null, null), 1, 1);
        Answer(B, term: 2, lastIndex: 9);
        Answer(C, term: 2, lastIndex: 9);
        B.Forget();
        AdvanceUntil(() => B.TryTake<Introduce>(question => question.Round < 0) is not null);

        Assert.False(AskForVote(B, 3, 8, 2));
        Assert.True(AskForVote(C, 4, 9, 2));
    }

    private void AssertNamed(string who, string other, bool isNamed)
    {
        string reason = Assert.Single(Status().Problems).Reason;
        Assert.Contains($"{who} that it was started again since", reason);
        Assert.Equal(isNamed, reason.Contains($"since, at {other} and not here at host:1: "));
    }

    private static long Incarnation(long start) => start << 40;

    private void Confirm(long index, long incarnation) =>
        C.Say(header => new AppendEntriesReply(header with { Incarnation = incarnation }, true, index, index, 0,
            default, 0), 2);

    private void Ask(long incarnation, int times)
    {
        for (int i = 0; i < times; i++)
            C.Say(header => new Introduce(header with { Incarnation = incarnation }, -7) { RecoveredTerm = 1,
                RecoveredIndex = 2 }, 2);
    }

    private bool AnswerAgain(Introduce question, long confirmed, FakePeer? by = null)
    {
        if (by is null)
            Assert.Equal((2, confirmed), (question.RecoveredTerm, question.RecoveredIndex));
        var known = new StoreRecord(StoreId, question.Header.Incarnation, ConfirmedTerm: 2, ConfirmedIndex: confirmed);
        (by ?? B).Say(header => new IntroduceReply(header, question.Round, false, StoreId)
        {
            Known = known, LastLogTerm = 2, LastLogIndex = 9,
        }, 2);
        return true;
    }

    private void Answer(FakePeer other, long term, long lastIndex = 2)
    {
        var question = other.Expect<Introduce>(question => question.Round < 0);
        other.Say(header => new IntroduceReply(header, question.Round, false, StoreId)
        {
            LastLogTerm = lastIndex > 2 ? term : 1, LastLogIndex = lastIndex,
        }, term);
    }
}
