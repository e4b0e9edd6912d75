using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Linearizable reads on a leader, by read index.</summary>
public sealed class ReadSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void A_query_is_answered_once_a_majority_has_answered_a_heartbeat_sent_after_it()
    {
        StartAsLeader();

        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 7), TestActor);
        long context = B.Expect<AppendEntries>().ReadContext;
        B.Accept(3, 2, readContext: context - 1);
        Assert.False(HasMessages);
        B.Accept(3, 2, readContext: context);

        var result = ExpectMsg<QueryResult>();
        Assert.Equal((3, 7), (result.AppliedIndex, result.CorrelationId));
        Assert.Equal(new byte[] { 1 }, result.Result);
    }

    [Fact]
    public void Queries_that_come_during_a_round_share_the_next()
    {
        StartAsLeader();
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 0), TestActor);
        long first = B.Expect<AppendEntries>().ReadContext;

        for (int i = 1; i <= 20; i++)
            Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: i), TestActor);
        B.ExpectNone<AppendEntries>();
        B.Accept(3, 2, readContext: first);
        ExpectMsg<QueryResult>();
        long second = B.Expect<AppendEntries>().ReadContext;
        Assert.Equal(first + 1, second);
        B.ExpectNone<AppendEntries>();
        B.Accept(3, 2, readContext: second);

        for (int i = 1; i <= 20; i++)
            Assert.Equal(i, ExpectMsg<QueryResult>().CorrelationId);
    }

    [Fact]
    public void A_query_reflects_every_write_that_was_acknowledged_before_it()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        B.Accept(4, 2);
        ExpectMsg<Proposed>();
        Forget();

        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.Accept(4, 2, readContext: B.Expect<AppendEntries>().ReadContext);

        var result = ExpectMsg<QueryResult>();
        Assert.Equal(4, result.AppliedIndex);
        Assert.Equal(new byte[] { 2 }, result.Result);
    }

    [Fact]
    public void A_lost_round_is_answered_by_the_next_heartbeat()
    {
        StartAsLeader();
        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        long context = B.Expect<AppendEntries>().ReadContext;

        Advance(50);

        Assert.Equal(context, B.Expect<AppendEntries>().ReadContext);
        B.Accept(3, 2, readContext: context);
        ExpectMsg<QueryResult>();
    }

    [Fact]
    public void A_round_that_nobody_is_left_to_answer_is_answered_by_the_last_voter_itself()
    {
        StartAsLeader();
        var changes = CreateTestProbe();
        Peer.Tell(new ChangeMembers([new Member("a", "host:1")], []), changes);
        B.Expect<AppendEntries>(append => append.Entries.Count > 0);
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 7), TestActor);
        B.Expect<AppendEntries>(append => append.ReadContext > 0);

        B.Accept(4, 2);

        Assert.Equal(7, ExpectMsg<QueryResult>().CorrelationId);
        Assert.Equal(5, changes.ExpectMsg<Proposed>().Index);
    }

    [Fact]
    public void A_read_whose_index_is_never_known_to_be_committed_is_refused()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        C.Append(3, 2, 1, 1);
        Peer.Tell(new Query(new byte[] { 1 }, Forward: true), TestActor);
        var request = C.Expect<ReadIndex>();
        C.Say(header => new ReadIndexReply(header, request.RequestIds, null, "", 9), 3);

        Advance(Settings.ForwardTimeout.TotalMilliseconds);

        Assert.Equal(FailureReason.NoLeader, ExpectMsg<QueryFailed>().Reason);
    }

    [Fact]
    public void Another_peer_gets_an_index_after_a_round_like_any_read_and_does_not_wait_for_the_leaders_state_machine()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new[] { Poison }), TestActor);
        B.Accept(4, 2);
        Assert.True(Machine.Failed);
        Forget();

        C.Say(header => new ReadIndex(header, [77, 78]), 2);
        long context = B.Expect<AppendEntries>().ReadContext;
        C.ExpectNone<ReadIndexReply>();
        B.Accept(4, 2, readContext: context);

        var reply = C.Expect<ReadIndexReply>();
        Assert.Equal((null, 4), (reply.Failure, reply.Index));
        Assert.Equal([77, 78], reply.RequestIds);
    }

    [Fact]
    public void A_leader_that_lost_its_leadership_in_the_middle_of_a_round_gives_no_index()
    {
        StartAsLeader();
        C.Say(header => new ReadIndex(header, [77]), 2);
        B.Expect<AppendEntries>();

        B.Say(header => new AppendEntriesReply(header, false, 0, 0, 3, default, 0), 3);

        Assert.Equal(FailureReason.NotLeader, C.Expect<ReadIndexReply>().Failure);
    }

    [Fact]
    public void A_peer_that_does_not_lead_gives_no_index()
    {
        StartWithLog(new HardState(1, null, null), 1);

        C.Say(header => new ReadIndex(header, [77]), 1);

        Assert.Equal(FailureReason.NotLeader, C.Expect<ReadIndexReply>().Failure);
    }

    [Fact]
    public void A_stale_query_is_answered_at_once_by_any_peer()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        B.Append(1, 2, 1, 2);

        Peer.Tell(new Query(new byte[] { 1 }, ReadConsistency.Stale), TestActor);

        Assert.Equal(2, ExpectMsg<QueryResult>().AppliedIndex);
        B.ExpectNone<ReadIndex>();
    }

    [Fact]
    public void A_stale_query_with_a_bound_is_answered_as_long_as_the_leader_was_heard_within_it()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        var query =
            new Query(new byte[] { 1 }, ReadConsistency.Stale) { MaxStaleness = TimeSpan.FromMilliseconds(200) };
        Peer.Tell(query, TestActor);
        Assert.Equal(FailureReason.TooStale, ExpectMsg<QueryFailed>().Reason);
        B.Append(1, 2, 1, 2);

        Advance(200);
        Peer.Tell(query, TestActor);
        ExpectMsg<QueryResult>();
        Advance(1);
        Peer.Tell(query, TestActor);

        Assert.Equal(FailureReason.TooStale, ExpectMsg<QueryFailed>().Reason);
    }

    // Until then it may not know how far earlier leaders had committed (dissertation, section 6.4).
    [Fact]
    public void What_a_new_leader_says_is_committed_counts_once_that_includes_an_entry_of_its_own_term()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        var query =
            new Query(new byte[] { 1 }, ReadConsistency.Stale) { MaxStaleness = TimeSpan.FromMilliseconds(200) };

        B.Append(2, 2, 1, 1, Command(3, 2));
        Peer.Tell(query, TestActor);
        Assert.Equal(FailureReason.TooStale, ExpectMsg<QueryFailed>().Reason);
        B.Append(2, 3, 2, 3);
        Peer.Tell(query, TestActor);

        Assert.Equal(3, ExpectMsg<QueryResult>().AppliedIndex);
    }

    [Fact]
    public void A_leader_is_as_stale_as_the_last_answers_of_a_majority()
    {
        StartAsLeader();
        var query =
            new Query(new byte[] { 1 }, ReadConsistency.Stale) { MaxStaleness = TimeSpan.FromMilliseconds(100) };

        Peer.Tell(query, TestActor);
        ExpectMsg<QueryResult>();
        Advance(101);
        Peer.Tell(query, TestActor);
        Assert.Equal(FailureReason.TooStale, ExpectMsg<QueryFailed>().Reason);
        C.Accept(3, 2);
        Peer.Tell(query, TestActor);

        ExpectMsg<QueryResult>();
    }

    [Fact]
    public void A_peer_that_has_not_all_that_was_committed_is_as_stale_as_when_it_last_had()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        var query =
            new Query(new byte[] { 1 }, ReadConsistency.Stale) { MaxStaleness = TimeSpan.FromMilliseconds(150) };
        B.Append(1, 2, 1, 2);
        Advance(100);
        B.Append(1, 2, 1, 4);
        Advance(100);

        Peer.Tell(query, TestActor);
        Assert.Equal(FailureReason.TooStale, ExpectMsg<QueryFailed>().Reason);
        B.Append(1, 2, 1, 4, Command(3, 1), Command(4, 1));
        Peer.Tell(query, TestActor);

        ExpectMsg<QueryResult>();
    }

    [Fact]
    public void A_question_that_the_state_machine_cannot_answer_is_answered_so_and_it_goes_on()
    {
        StartAsLeader();
        Peer.Tell(new Query(new[] { Poison }), TestActor);
        B.Accept(3, 2, readContext: B.Expect<AppendEntries>().ReadContext);
        Assert.Equal(FailureReason.StateMachineFailed, ExpectMsg<QueryFailed>().Reason);

        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.Accept(3, 2, readContext: B.Expect<AppendEntries>().ReadContext);
        ExpectMsg<QueryResult>();
    }

    [Fact]
    public void More_queries_than_may_be_pending_are_refused_at_once()
    {
        Settings = Settings with { MaxPendingQueries = 2 };
        StartAsLeader();

        for (int i = 1; i <= 3; i++)
            Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: i), TestActor);

        Assert.Equal((FailureReason.Overloaded, 3),
            ExpectMsg<QueryFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
    }
}
