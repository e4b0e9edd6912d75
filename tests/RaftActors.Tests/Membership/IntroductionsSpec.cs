using RaftActors.Elections;
using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Tests.Log;
using RaftActors.Tests.Replication;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>What peers tell each other of their stores, and whether the peer's own store counts.</summary>
public sealed class IntroductionsSpec : VirtualTimeSpec
{
    private readonly MembershipPeer _peer = new();
    private readonly RaftLog _log = Logs.Of(4, 5, 5);
    private readonly RememberedStores _stores;
    private readonly OwnStore _ownStore;
    private readonly Introductions _introductions;

    public IntroductionsSpec(ITestOutputHelper output)
        : base(output)
    {
        var configurations = _peer.Configurations;
        var problems = new PeerProblems(Settings, Sys.Scheduler, Silent, Sys.EventStream);
        _stores = new RememberedStores(configurations);
        var addresses = new MemberAddresses(Settings, configurations, _stores, Silent);
        _ownStore = new OwnStore(Settings, new Random(1), _log, configurations, _stores, addresses, problems, _peer);
        _introductions = new Introductions(
            Settings, _log, configurations, _stores, _ownStore, addresses, Silent, _peer);
    }

    // ---- Other stores

    [Fact]
    public void A_question_is_answered_with_the_log_and_with_what_is_known_of_the_asking_store()
    {
        _stores.Learn("store-b", 2, "host:2", "store-a");

        _introductions.OnAsked(new Introduce(Of(B, incarnation: 2), 7));

        var (address, message) = Assert.Single(_peer.Sent);
        var reply = Assert.IsType<IntroduceReply>(message);
        Assert.Equal(("host:2", "store-b", 7), (address, reply.Header.ToStoreId, reply.Round));
        Assert.Equal((5, 3, "store-b"), (reply.LastLogTerm, reply.LastLogIndex, reply.BoundStoreId));
        Assert.Equal(new StoreRecord("store-b", 2, Address: "host:2"), reply.Known);
    }

    [Fact]
    public void The_answer_has_the_stores_that_the_asking_peer_may_not_know()
    {
        _stores.Learn("store-b", 2, "host:2", "store-a");

        _introductions.OnAsked(new Introduce(Of(B, incarnation: 2), 7) { StoresDigest = _stores.Known.Digest });
        _introductions.OnAsked(new Introduce(Of(B, incarnation: 2), 7) { StoresDigest = 1 });

        var replies = _peer.Sent.Select(static sent => Assert.IsType<IntroduceReply>(sent.Message)).ToArray();
        Assert.Empty(replies[0].Stores);
        Assert.Equal([new StoreRecord("store-b", 2, Address: "host:2")], replies[1].Stores);
    }

    [Fact]
    public void What_a_former_incarnation_says_does_not_count_and_it_learns_so()
    {
        var late = new RequestVote(Of(B, incarnation: 1), 3, 5, false, false, null);
        Assert.True(_introductions.IsOfLatestIncarnation(late with { Header = Of(B, incarnation: 2) }));

        Assert.False(_introductions.IsOfLatestIncarnation(late));

        var reply = Assert.IsType<IntroduceReply>(Assert.Single(_peer.Sent).Message);
        Assert.Equal(2, reply.Known!.Incarnation);
        Assert.True(_introductions.IsOfLatestIncarnation(new Introduce(Of(B, incarnation: 1), 7)));
    }

    [Fact]
    public void A_later_incarnation_takes_back_the_vote_and_the_confirmations_of_the_former()
    {
        _peer.Election = new CandidateState(6, false, _peer.Configurations.Latest);
        _peer.Election.Grant("a", "store-a");
        _peer.Election.Grant("b", "store-b");
        Assert.True(_peer.Election.IsWon);
        _peer.Leading = Leaders.OfTwo();
        var progress = _peer.Leading.Find("b")!.Progress;
        progress.Accepted(3, 3);

        _introductions.Learn([new StoreRecord("store-b", 9)]);

        Assert.False(_peer.Election.IsWon);
        Assert.Equal(0, progress.MatchIndex);
        Assert.Equal(new StoreRecord("store-b", 9, 5, 3), _stores.Find("store-b"));
        Assert.Equal(1, _peer.Flushes);
    }

    [Fact]
    public void A_leader_remembers_what_its_followers_have_confirmed()
    {
        _stores.Learn("store-b", 2, "host:2", "store-a");
        _peer.Leading = Leaders.OfTwo();
        _peer.Leading.Find("b")!.Progress.Accepted(3, 3);

        _introductions.NoteConfirmed();

        Assert.Equal(new StoreRecord("store-b", 2, 5, 3, Address: "host:2"), _stores.Find("store-b"));
    }

    [Fact]
    public void A_peer_that_knows_a_leader_does_not_look_for_another()
    {
        _introductions.GetInTouch("");
        _introductions.GetInTouch("host:3");
        _peer.Leader = new Member("c", "host:3");
        _introductions.GetInTouch("host:3");

        Assert.Equal("host:3", Assert.Single(_peer.Sent).Address);
    }

    // ---- The own store

    [Fact]
    public void A_store_counts_when_all_other_voters_have_answered_and_its_term_and_log_are_not_behind_theirs()
    {
        _ownStore.Start(isNew: false, isCut: false);
        long round = Assert.IsType<Introduce>(_peer.Sent[0].Message).Round;
        Assert.Equal(["host:2", "host:3"], _peer.Sent.Select(static sent => sent.Address));

        _ownStore.OnAnswer(Answer(B, round, term: 7, lastTerm: 5, lastIndex: 4));
        Assert.False(_ownStore.IsVerified);
        _ownStore.OnAnswer(Answer(C, round, term: 5, lastTerm: 5, lastIndex: 3));

        Assert.True(_ownStore.IsVerified);
        Assert.Equal(7, _peer.Term);
        Assert.Equal("a", _peer.HardState.VotedFor);
        Assert.False(_ownStore.MeetsFloor(5, 3));
        Assert.True(_ownStore.MeetsFloor(5, 4));
        Assert.Empty(_peer.Timers);
    }

    [Fact]
    public void After_a_while_those_who_answered_are_enough_if_they_are_a_majority_with_the_peer()
    {
        _ownStore.Start(isNew: false, isCut: false);
        long round = Assert.IsType<Introduce>(_peer.Sent[0].Message).Round;
        _ownStore.OnAnswer(Answer(B, round, term: 5, lastTerm: 5, lastIndex: 3));
        _peer.Sent.Clear();

        _ownStore.OnVerificationTimeout();
        Assert.False(_ownStore.IsVerified);
        Assert.Equal("host:3", Assert.Single(_peer.Sent).Address);
        _peer.Now = Settings.VerificationWait;
        _ownStore.OnVerificationTimeout();

        Assert.True(_ownStore.IsVerified);
    }

    [Fact]
    public void A_store_that_had_confirmed_more_was_set_back_until_its_disk_has_caught_up()
    {
        _ownStore.Start(isNew: false, isCut: false);
        long incarnation = _ownStore.Incarnation;
        long round = Assert.IsType<Introduce>(_peer.Sent[0].Message).Round;
        var known = new StoreRecord("store-a", 1, ConfirmedTerm: 5, ConfirmedIndex: 4);

        _ownStore.OnAnswer(Answer(B, round, term: 5, lastTerm: 5, lastIndex: 4) with { Known = known });

        Assert.True(_ownStore.IsSetBack);
        Assert.NotEqual(incarnation, _ownStore.Incarnation);
        round = Assert.IsType<Introduce>(_peer.Sent[^1].Message).Round;
        _ownStore.OnAnswer(Answer(B, round, term: 5, lastTerm: 5, lastIndex: 4));
        _ownStore.OnAnswer(Answer(C, round, term: 5, lastTerm: 5, lastIndex: 3));
        Assert.True(_ownStore.IsVerified);
        Assert.False(_ownStore.IsWhole);

        _log.Append(Logs.Entry(4, 5));
        _peer.PersistedIndex = 4;
        _ownStore.NoteCaughtUp();

        Assert.True(_ownStore.IsWhole);
    }

    [Fact]
    public void A_new_store_has_promised_nothing_and_counts_at_once()
    {
        _ownStore.Start(isNew: true, isCut: false);

        Assert.True(_ownStore.IsVerified);
        Assert.Empty(_peer.Sent);
    }

    private static IntroduceReply Answer(Server member, long round, long term, long lastTerm, long lastIndex) =>
        new(Of(member) with { Term = term }, round, false, "store-a")
        {
            LastLogTerm = lastTerm,
            LastLogIndex = lastIndex,
        };
}
