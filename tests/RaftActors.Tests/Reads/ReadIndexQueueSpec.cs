using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Tests.Replication;
using RaftActors.Tests.Requests;

namespace RaftActors.Tests.Reads;

public sealed class ReadIndexQueueSpec
{
    private readonly RequestPeer _peer = new();
    private readonly ReadIndexQueue _reads = new();

    [Fact]
    public void A_query_is_answered_once_a_majority_answered_its_round_and_its_index_is_applied()
    {
        Add("query");
        _reads.StartRound(commitIndex: 7);
        Assert.Null(Take(7));

        Confirm();
        Assert.Null(Take(6));

        Assert.Equal("query", Take(7));
        Assert.Equal(0, _reads.Count);
    }

    [Fact]
    public void Reads_that_come_during_a_round_share_the_next()
    {
        Add("first");
        _reads.StartRound(1);
        long first = _reads.Context;
        Add("second");
        Add("third");
        Assert.False(_reads.WantsRound);

        _reads.Confirm(first, _peer);
        Assert.Equal("first", Take(1));
        Assert.Null(Take(1));
        Assert.True(_reads.WantsRound);

        _reads.StartRound(2);
        Confirm();
        Assert.Equal(("second", "third"), (Take(2), Take(2)));
    }

    [Fact]
    public void An_answer_to_an_earlier_round_confirms_nothing()
    {
        Add("first");
        _reads.StartRound(1);
        long first = _reads.Context;
        _reads.Confirm(first, _peer);
        Add("second");
        _reads.Add(new PendingConfirmation.OfLeadership(ActorRefs.Nobody, 1));
        _reads.StartRound(1);
        Take(1);

        _reads.Confirm(first, _peer);

        Assert.Null(Take(1));
        Assert.Empty(_peer.Told);
    }

    [Fact]
    public void What_waits_for_no_state_machine_is_answered_when_its_round_is_confirmed()
    {
        var header = new PeerHeader("host:3", "group", "c", "store-c", 5);
        _reads.Add(new PendingConfirmation.OfPeer(new ReadIndex(header, [1, 2])));
        _peer.Leading = Leaders.Of(Configuration.None, lastIndex: 3);
        _reads.Add(new PendingConfirmation.OfLeadership(ActorRefs.Nobody, 9));
        Assert.Equal(2, _reads.Count);
        _reads.StartRound(7);
        Assert.Empty(_peer.Sent);

        Confirm();

        Assert.Equal(7, Assert.IsType<ReadIndexReply>(Assert.Single(_peer.Sent).Message).Index);
        Assert.Equal(new LeadershipConfirmed(5, 4, 9), Assert.Single(_peer.Told));
        Assert.Equal(0, _reads.Count);
    }

    [Fact]
    public void All_reads_can_be_taken_back()
    {
        Add("confirmed");
        _reads.StartRound(1);
        Confirm();
        Add("in a round");
        _reads.StartRound(1);
        Add("waiting");
        _reads.Add(new PendingConfirmation.OfLeadership(ActorRefs.Nobody, 1));

        var (queries, confirmations) = _reads.TakeAll();

        Assert.Equal(["confirmed", "in a round", "waiting"], queries.Select(static query => query.Request));
        Assert.Single(confirmations);
        Assert.Equal(0, _reads.Count);
    }

    private void Add(string request) => _reads.Add(new PendingQuery(ActorRefs.Nobody, 0, request));

    private void Confirm() => _reads.Confirm(_reads.Context, _peer);

    private object? Take(long appliedIndex) => _reads.TryTake(appliedIndex, out var query) ? query.Request : null;
}
