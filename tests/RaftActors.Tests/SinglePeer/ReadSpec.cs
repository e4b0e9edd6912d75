using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
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
        Settle();
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
    public void No_query_is_answered_before_an_entry_of_the_leaders_own_term_is_committed()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();
        B.Expect<AppendEntries>(append => append.Entries.Count > 0);
        Peer.Tell(new Query(new byte[] { 1 }), TestActor);
        B.ExpectNone<AppendEntries>(append => append.ReadContext > 0);

        B.Accept(3, 2);
        long context = B.Expect<AppendEntries>(append => append.ReadContext > 0).ReadContext;
        B.Accept(3, 2, readContext: context);

        Assert.Equal(3, ExpectMsg<QueryResult>().AppliedIndex);
    }

    [Fact]
    public void A_query_reflects_every_write_that_was_acknowledged_before_it()
    {
        StartAsLeader();
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Settle();
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
    public void A_leader_that_was_deposed_without_noticing_answers_nothing()
    {
        StartAsLeader();
        Peer.Tell(new Query(new byte[] { 1 }, CorrelationId: 7), TestActor);
        B.Expect<AppendEntries>();

        B.Say(header => new AppendEntriesReply(header, false, 0, 0, 3, default, 0), 3);
        Settle();
        Assert.False(HasMessages);

        // The query waits for the next leader instead: it changes nothing to ask again.
        C.Append(3, 3, 2, 0);
        var forward = C.Expect<ForwardQuery>();
        C.Say(header => new ForwardReply(header, forward.RequestId, null, "", null, 9, 0, null), 3);
        Assert.Equal(new QueryResult(null, 9, 7), ExpectMsg<QueryResult>());
    }

    [Fact]
    public void A_forwarded_query_is_answered_to_the_peer_that_forwarded_it()
    {
        StartAsLeader();

        C.Say(header => new ForwardQuery(header, 77, new Payload(new byte[] { 1 }, 0, "")), 2);
        B.Accept(3, 2, readContext: B.Expect<AppendEntries>().ReadContext);

        var reply = C.Expect<ForwardReply>();
        Assert.Equal((77, null, 3), (reply.RequestId, reply.Failure, reply.Index));
        Assert.Equal(new byte[] { 1 }, reply.Response!.Value.Bytes.ToArray());
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

        Assert.Equal((FailureReason.Overloaded, 3), ExpectMsg<QueryFailed>() is var failed ? (failed.Reason, failed.CorrelationId) : default);
    }
}
