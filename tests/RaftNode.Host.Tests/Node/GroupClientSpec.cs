using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Tests.VirtualTime;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

public sealed class GroupClientSpec : VirtualTimeSpec
{
    private static readonly Member Leader = new("a", "127.0.0.1:4001");
    private static readonly TimeSpan LeaderWait = TimeSpan.FromMilliseconds(50);

    private readonly List<object> _told = [];

    /// <summary>What the group answers to the n-th message; <c>null</c> for nothing.</summary>
    private Func<int, object, object?> _answer = (_, _) => null;

    [Fact]
    public void Answers_find_their_requests_in_whatever_order_they_come()
    {
        object? first = null;
        IActorRef? asker = null;
        Action<object, IActorRef> reversed = (message, sender) =>
        {
            if (first is null)
            {
                first = message;
                asker = sender;
                return;
            }
            sender.Tell(Answer(message, "second"));
            asker!.Tell(Answer(first, "first"));
        };
        var group = Sys.ActorOf(Props.Create(() => new Group(reversed)));
        var client = new GroupClient(Sys, group, TimeSpan.FromMinutes(1), LeaderWait);
        var one = client.ProposeAsync("one");
        var two = client.QueryAsync("two");
        Assert.Equal("first", Assert.IsType<Proposed>(Done(one)).Response);
        Assert.Equal("second", Assert.IsType<QueryResult>(Done(two)).Result);
    }

    [Fact]
    public void What_was_not_done_for_want_of_a_leader_is_tried_again_until_there_is_one()
    {
        _answer = (n, message) => n < 3 ? NoLeader(message) : Answer(message, "done");
        var client = Client(TimeSpan.FromMinutes(1));
        Assert.Equal("done", Assert.IsType<Proposed>(Done(client.ProposeAsync("command"))).Response);
        Assert.Equal("done", Assert.IsType<QueryResult>(Done(client.QueryAsync("question"))).Result);
        Assert.All(_told.OfType<Propose>(), propose => Assert.Equal("command", propose.Command));
    }

    [Fact]
    public void Without_a_leader_until_the_deadline_nothing_was_done()
    {
        _answer = (_, message) => NoLeader(message);
        // Tried again during the first half only: what is answered in the second one is not under way at the deadline.
        var client = Client(TimeSpan.FromSeconds(6), leaderWait: TimeSpan.FromSeconds(3));
        var (proposal, query) = (client.ProposeAsync("command"), client.QueryAsync("question"));
        Assert.Equal(FailureReason.NoLeader, Assert.IsType<ProposalFailed>(Done(proposal)).Reason);
        Assert.Equal(FailureReason.NoLeader, Assert.IsType<QueryFailed>(Done(query)).Reason);
        Assert.True(_told.OfType<Propose>().Count() > 1);
    }

    [Fact]
    public void What_would_still_wait_for_a_leader_at_its_deadline_is_sent_again_only_when_there_is_one()
    {
        _answer = (n, message) => n == 1 ? NoLeader(message) : Answer(message, "done");
        var client = Client(TimeSpan.FromMinutes(1), leaderWait: TimeSpan.FromMinutes(2));
        var pending = client.ProposeAsync("command");
        Advance(30_000);
        Assert.False(pending.IsCompleted);

        Sys.EventStream.Publish(new LeaderChanged("kv", "a", 2, Leader));

        Assert.Equal("done", Assert.IsType<Proposed>(Done(pending)).Response);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void A_proposal_without_an_answer_is_told_once_and_its_outcome_is_unknown()
    {
        var client = Client(TimeSpan.FromSeconds(2));
        Assert.True(Assert.IsType<ProposalFailed>(Done(client.ProposeAsync("command"))).OutcomeUnknown);
        Assert.Single(_told);
    }

    [Fact]
    public void A_query_without_an_answer_is_asked_again()
    {
        _answer = (n, message) => n < 2 ? null : Answer(message, "done");
        Assert.Equal("done",
            Assert.IsType<QueryResult>(Done(Client(TimeSpan.FromMinutes(1)).QueryAsync("question"))).Result);
    }

    [Fact]
    public void A_query_without_any_answer_fails_at_the_deadline() =>
        Assert.Equal(FailureReason.NoLeader,
            Assert.IsType<QueryFailed>(Done(Client(TimeSpan.FromSeconds(2)).QueryAsync("question"))).Reason);

    [Theory]
    [InlineData(FailureReason.OutcomeUnknown)]
    [InlineData(FailureReason.Overloaded)]
    [InlineData(FailureReason.TooLarge)]
    public void Other_failures_are_final(FailureReason reason)
    {
        _answer = (_, message) => new ProposalFailed(reason, "why", Leader, ((Propose)message).CorrelationId);
        var failed = Assert.IsType<ProposalFailed>(Done(Client(TimeSpan.FromMinutes(1)).ProposeAsync("command")));
        Assert.Equal((reason, "why"), (failed.Reason, failed.Message));
        Assert.Single(_told);
    }

    [Fact]
    public void A_command_of_a_session_whose_outcome_is_unknown_is_told_again_the_same()
    {
        _answer = (n, message) =>
            n switch { 1 => Failed(message, FailureReason.OutcomeUnknown), 2 => Failed(message, FailureReason.NoLeader),
                3 => null, _ => Answer(message, "done") };
        var stamp = new SessionStamp(4, 7, 5);
        Assert.Equal("done",
            Assert.IsType<Proposed>(Done(Client(TimeSpan.FromMinutes(1)).ProposeAsync("command", stamp))).Response);
        Assert.Equal(4, _told.Count);
        Assert.All(_told, told => Assert.Equal(stamp, Assert.IsType<Propose>(told).Session));
    }

    [Theory]
    [InlineData(FailureReason.NoLeader)]
    [InlineData(FailureReason.SessionExpired)]
    [InlineData(FailureReason.Overloaded)]
    public void What_was_unknown_once_stays_unknown_whatever_becomes_of_it_later(FailureReason later)
    {
        _answer = (n, message) => Failed(message, n == 1 ? FailureReason.OutcomeUnknown : later);
        var failed = Assert.IsType<ProposalFailed>(Done(Client(TimeSpan.FromSeconds(2))
            .ProposeAsync("command", new SessionStamp(4, 7, 5))));
        Assert.True(failed.OutcomeUnknown);
        Assert.True(_told.Count > 1);
    }

    [Fact]
    public void A_command_that_was_not_answered_and_is_then_refused_is_told_again_until_its_outcome_is_known()
    {
        _answer = (n, message) =>
            n switch { 1 => null, 2 => Failed(message, FailureReason.Overloaded), _ => Answer(message, "done") };
        Assert.Equal("done",
            Assert.IsType<Proposed>(Done(Client(TimeSpan.FromMinutes(1))
            .ProposeAsync("command", new SessionStamp(4, 7, 5)))).Response);
        Assert.Equal(3, _told.Count);
    }

    [Fact]
    public void A_session_that_was_asked_to_be_closed_twice_is_closed()
    {
        _answer = (n, message) =>
            n == 1 ? null : new ProposalFailed(FailureReason.SessionExpired, "why", null,
                ((CloseSession)message).CorrelationId);
        Assert.Equal(FailureReason.SessionExpired,
            Assert.IsType<ProposalFailed>(Done(Client(TimeSpan.FromMinutes(1)).CloseSessionAsync(4))).Reason);
    }

    [Fact]
    public void An_answer_after_the_deadline_is_dropped()
    {
        _answer = (_, message) => message is Query ? Answer(message, "done") : null;
        var client = Client(TimeSpan.FromSeconds(2));
        var late = Done(client.ProposeAsync("command"));
        var propose = Assert.IsType<Propose>(Assert.Single(_told));
        Sys.ActorSelection("/user/group-client").Tell(Answer(propose, "late"));
        Assert.IsType<QueryResult>(Done(client.QueryAsync("question")));
        Assert.True(Assert.IsType<ProposalFailed>(late).OutcomeUnknown);
    }

    [Fact]
    public void A_request_that_comes_when_nothing_has_waited_for_long_is_looked_after_like_the_first()
    {
        _answer = (n, message) => n % 2 == 1 ? null : Answer(message, "done");
        var client = Client(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.IsType<QueryResult>(Done(client.QueryAsync("question")));
            Advance(30_000);
        }
        Assert.Equal(6, _told.Count);
    }

    [Fact]
    public void Nobody_looks_for_requests_when_none_has_waited_for_a_second()
    {
        _answer = (_, message) => Answer(message, "done");
        var client = Client(TimeSpan.FromMinutes(1));
        Done(client.QueryAsync("question"));
        Advance(2000);

        long turns = Turns;
        Advance(10_000);

        Assert.Equal(turns, Turns);
    }

    [Fact]
    public void Nothing_is_left_without_an_answer_when_the_node_stops()
    {
        var client = Client(TimeSpan.FromMinutes(10));
        var pending = client.ProposeAsync("command");
        _ = Sys.Terminate();
        Assert.True(Assert.IsType<ProposalFailed>(Done(pending)).OutcomeUnknown);
    }

    private static object Answer(object message, string response) => message switch
    {
        Propose propose => new Proposed(7, 1, response, propose.CorrelationId),
        Query query => new QueryResult(response, 7, query.CorrelationId),
        _ => throw new ArgumentException("not a request"),
    };

    private static ProposalFailed Failed(object message, FailureReason reason) =>
        new(reason, "why", null, ((Propose)message).CorrelationId);

    private static object NoLeader(object message) => message switch
    {
        Propose propose => new ProposalFailed(FailureReason.NoLeader, "none", null, propose.CorrelationId),
        Query query => new QueryFailed(FailureReason.NoLeader, "none", null, query.CorrelationId),
        _ => throw new ArgumentException("not a request"),
    };

    // The answer, whenever in virtual time it comes.
    private object Done(Task<object> pending)
    {
        AdvanceUntil(() => pending.IsCompleted, mostMilliseconds: 120_000);
        return pending.Result;
    }

    private GroupClient Client(TimeSpan timeout, TimeSpan? leaderWait = null)
    {
        _told.Clear();
        var group = Sys.ActorOf(Props.Create(() => new Group(OnMessage)));
        return new GroupClient(Sys, group, timeout, leaderWait ?? LeaderWait);
    }

    private void OnMessage(object message, IActorRef sender)
    {
        _told.Add(message);
        if (_answer(_told.Count, message) is { } answer)
            sender.Tell(answer);
    }

    private sealed class Group : ReceiveActor
    {
        public Group(Action<object, IActorRef> onMessage) => ReceiveAny(message => onMessage(message, Sender));
    }
}
