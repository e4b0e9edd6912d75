using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;
using RaftActors.Tests.Log;
using RaftActors.Tests.Replication;

namespace RaftActors.Tests.Requests;

/// <summary>Reads whose index is known, on a leader and on any other peer.</summary>
public sealed class PendingReadsSpec
{
    private static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "host:1")],
        ForwardTimeout = TimeSpan.FromSeconds(5),
        MaxPendingQueries = 100,
    };

    private readonly RequestPeer _peer = new() { SentIndex = 3 };
    private readonly RaftLog _log = new();
    private readonly PendingReads _reads;

    public PendingReadsSpec() => _reads = new PendingReads(Settings, _log, _peer);

    [Fact]
    public void A_read_is_asked_once_its_index_was_handed_to_the_state_machine()
    {
        _reads.AddIndexed(Query(1), 3);
        _reads.AddIndexed(Query(2), 4);

        _reads.Ask();
        Assert.Equal(["question 1"], Asked());
        _peer.SentIndex = 4;
        _reads.Ask();

        Assert.Equal(["question 1", "question 2"], Asked());
    }

    [Fact]
    public void A_leader_answers_by_its_rounds_and_by_its_lease()
    {
        _peer.Leading = Leaders.OfTwo();
        _reads.Add(Query(1));
        _reads.AddByLease(Query(2));
        Assert.Equal(1, _peer.Flushes);
        Assert.Equal(["question 2"], Asked());

        _peer.Leading.Reads.StartRound(3);
        _peer.Leading.Reads.Confirm(_peer.Leading.Reads.Context, _peer);
        _reads.Ask();

        Assert.Equal(["question 2", "question 1"], Asked());
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_questions_and_each_says_what_was_applied()
    {
        _reads.AddStale(Query(1), null);
        _reads.AddStale(Query(2), null);
        _peer.Told.Clear();

        _reads.OnAnswered(new QueriesAnswered(1, [new QueryAnswer("one", null), new QueryAnswer(null, "no")], 3));

        Assert.Equal(new QueryResult("one", 3, 1), _peer.Told[0]);
        Assert.Equal(2, Assert.IsType<QueryFailed>(_peer.Told[1]).CorrelationId);
        Assert.Equal(0, _reads.Count);
    }

    [Fact]
    public void A_stale_read_is_asked_at_once_unless_the_state_is_too_old_for_it()
    {
        _reads.AddStale(Query(1), TimeSpan.FromSeconds(9));
        _reads.HeardCommit(TimeSpan.FromSeconds(1), commitIndex: 3);
        _peer.Now = TimeSpan.FromSeconds(3);
        _reads.AddStale(Query(2), TimeSpan.FromSeconds(2));
        _reads.AddStale(Query(3), TimeSpan.FromSeconds(1));

        Assert.Equal(["question 2"], Asked());
        var failed = _peer.Told.OfType<QueryFailed>();
        Assert.Equal([1, 3], failed.Select(static query => query.CorrelationId));
        Assert.All(failed, static query => Assert.Equal(FailureReason.TooStale, query.Reason));
    }

    [Fact]
    public void Many_queries_are_asked_together_but_not_all()
    {
        for (int i = 0; i < 70; i++)
            _reads.AddIndexed(Query(i), 3);

        _reads.Ask();

        Assert.Equal([64, 6], _peer.Told.Cast<AskQueries>().Select(static asked => asked.Requests.Length));
    }

    [Fact]
    public void Too_many_queries_are_refused_and_so_are_those_of_another_peer()
    {
        _peer.Leading = Leaders.OfTwo();
        for (int i = 0; i < 100; i++)
            _reads.Add(Query(i));
        Assert.Empty(_peer.Told);

        _reads.Add(Query(100));
        _reads.AddByLease(Query(101));
        _reads.Add(new PendingConfirmation.OfPeer(new ReadIndex(new("host:3", "group", "c", "store-c", 5), [1])));

        Assert.All(_peer.Told, static told => Assert.Equal(FailureReason.Overloaded, ((QueryFailed)told).Reason));
        Assert.Equal(2, _peer.Told.Count);
        var reply = Assert.IsType<ReadIndexReply>(Assert.Single(_peer.Sent).Message);
        Assert.Equal(FailureReason.Overloaded, reply.Failure);
    }

    [Fact]
    public void Without_a_state_machine_what_could_be_asked_fails_and_what_waits_for_a_round_does_not()
    {
        _peer.HasStateMachine = false;
        _peer.Leading = Leaders.OfTwo();
        _reads.Add(Query(1));
        _reads.AddByLease(Query(2));
        _reads.AddIndexed(Query(3), 9);

        _reads.Ask();
        _reads.AddStale(Query(4), null);

        Assert.Equal([2, 3, 4], _peer.Told.Cast<QueryFailed>().Select(static failed => failed.CorrelationId));
    }

    [Fact]
    public void A_read_whose_index_is_not_applied_in_time_fails_and_says_what_is_missing()
    {
        _log.Append(Logs.Entry(1, 1));
        _log.CommitTo(1);
        _reads.AddIndexed(Query(1), 1);
        _reads.AddIndexed(Query(2), 2);
        Assert.Equal(TimeSpan.FromSeconds(5), _reads.NextDeadline);

        _peer.Now = TimeSpan.FromSeconds(5);
        _reads.FailOverdue();

        Assert.Equal(
            [FailureReason.Overloaded, FailureReason.NoLeader],
            _peer.Told.Cast<QueryFailed>().Select(static failed => failed.Reason));
        Assert.Null(_reads.NextDeadline);
    }

    [Fact]
    public void A_peer_that_stops_fails_reads_in_every_state()
    {
        _peer.Leading = Leaders.OfTwo();
        _reads.AddStale(Query(1), null);
        _reads.AddIndexed(Query(2), 9);
        _reads.Add(Query(3));
        _peer.Leading.Reads.Add(new PendingConfirmation.OfLeadership(ActorRefs.Nobody, 4));
        _peer.Told.Clear();

        _reads.FailAll("The peer stopped.");

        Assert.Equal([1, 2, 3, 4], _peer.Told.Cast<QueryFailed>().Select(static failed => failed.CorrelationId));
    }

    private static PendingQuery Query(long number) => new(ActorRefs.Nobody, number, $"question {number}");

    private List<object> Asked() => [.. _peer.Told.OfType<AskQueries>().SelectMany(static asked => asked.Requests)];
}
