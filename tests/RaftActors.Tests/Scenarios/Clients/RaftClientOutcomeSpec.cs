using RaftActors.Client;
using RaftActors.TestKit;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Clients;

/// <summary>What a client says of a command when it gives up, and how long it keeps a session.</summary>
public sealed class RaftClientOutcomeSpec(ITestOutputHelper output) : ClientSpec(output)
{
    [Fact]
    public void Says_not_done_when_nobody_was_reached()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        process.Unreachable.UnionWith(cluster.Peers);
        var client = Client(cluster, process);

        var failure = Failure(Fails(cluster, client.ProposeAsync(Bytes("a"), Seconds(3))));

        Assert.Equal((FailureReason.NoLeader, false), (failure.Reason, failure.OutcomeUnknown));
        AssertText(cluster, "");
    }

    [Fact]
    public void Says_not_done_when_no_leader_was_found()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        cluster.Partition();
        cluster.Run(Seconds(3));

        var failure = Failure(Fails(cluster, client.ProposeAsync(Bytes("b"), Seconds(3))));

        Assert.Equal((FailureReason.NoLeader, false), (failure.Reason, failure.OutcomeUnknown));
        cluster.HealAll();
        cluster.CheckSingleLeader();
        AssertText(cluster, "a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Says_unknown_when_no_answer_came(bool arrives)
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        process.Loses = message => arrives ? message is Proposed : message is Propose;

        var failure = Failure(Fails(cluster, client.ProposeAsync(Bytes("b"), Seconds(3))));

        Assert.Equal((FailureReason.OutcomeUnknown, true), (failure.Reason, failure.OutcomeUnknown));
        process.Loses = _ => false;
        Assert.Equal(arrives ? "abc" : "ac", Text(cluster.Await(client.ProposeAsync(Bytes("c")))));
    }

    [Fact]
    public void A_command_of_an_expired_session_that_may_have_been_applied_is_not_tried_in_another()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        process.Loses = message => message is Proposed;
        var lost = client.ProposeAsync(Bytes("b"), Seconds(60));
        cluster.Run(Milliseconds(20));
        process.Unreachable.UnionWith(cluster.Peers);
        cluster.Run(SessionTimeout + Seconds(5));
        process.Unreachable.Clear();
        process.Loses = _ => false;

        var failure = Failure(Fails(cluster, lost));

        Assert.Equal(FailureReason.OutcomeUnknown, failure.Reason);
        Assert.Equal("abc", Text(cluster.Await(client.ProposeAsync(Bytes("c")))));
    }

    [Fact]
    public void A_command_whose_session_expired_before_it_was_tried_is_done_in_another()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        process.Unreachable.UnionWith(cluster.Peers);
        cluster.Run(SessionTimeout + Seconds(5));
        process.Unreachable.Clear();

        Assert.Equal("ab", Text(cluster.Await(client.ProposeAsync(Bytes("b")))));
    }

    [Fact]
    public void An_idle_client_keeps_its_session()
    {
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        int opened = 0;
        process.Loses = message =>
        {
            opened += message is OpenSession ? 1 : 0;
            return false;
        };
        cluster.Run(SessionTimeout * 5);
        cluster.Await(client.ProposeAsync(Bytes("b")));

        Assert.Equal(0, opened);
    }

    [Fact]
    public void Closing_ends_the_session_and_fails_what_is_under_way()
    {
        using var cluster = StartCluster(change: raft => raft with { MaxSessions = 1 });
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var first = Client(cluster, process);
        cluster.Await(first.ProposeAsync(Bytes("a")));
        var underWay = first.ProposeAsync(Bytes("b"));
        var waiting = Enumerable.Range(0, 100).Select(_ => first.ProposeAsync(Bytes("never"))).ToList()[^1];
        var closing = first.DisposeAsync();
        cluster.Await(() => closing.IsCompleted, "the client is closed");

        Assert.Equal(FailureReason.OutcomeUnknown, Failure(underWay).Reason);
        Assert.Equal(FailureReason.NoLeader, Failure(waiting).Reason);
        Assert.Equal(FailureReason.NoLeader, Failure(first.ProposeAsync(Bytes("late"))).Reason);
        Assert.NotNull(cluster.Await(Client(cluster, process).ProposeAsync(Bytes("c"))));
    }

    [Fact]
    public void Says_not_done_of_what_waited_for_a_session_that_may_have_been_opened()
    {
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var others = Others(cluster, leader);
        var process = cluster.StartClient();
        process.Unreachable.UnionWith(others);
        var client = Client(process,
            settings => settings with { Addresses = [leader.Address, .. others.Select(peer => peer.Address)] });
        cluster.Partition();

        // Until after the leader has stepped down, with the session in its log; nobody else answers.
        var failure = Failure(Fails(cluster, client.ProposeAsync(Bytes("a"), Milliseconds(900))));

        Assert.Equal((FailureReason.NoLeader, false), (failure.Reason, failure.OutcomeUnknown));
    }

    [Fact]
    public void Says_why_there_was_no_session()
    {
        using var cluster = StartCluster(change: static raft => raft with { MaxSessions = 1 });
        cluster.CheckSingleLeader();
        cluster.Await(Client(cluster, cluster.StartClient()).ProposeAsync(Bytes("a")));

        var failure =
            Failure(Fails(cluster, Client(cluster, cluster.StartClient()).ProposeAsync(Bytes("b"), Seconds(3))));

        Assert.Equal((FailureReason.Overloaded, false), (failure.Reason, failure.OutcomeUnknown));
        Assert.Contains("raft.sessions.max", failure.Message);
    }

    private static Task<Proposed> Fails(RaftCluster cluster, Task<Proposed> task)
    {
        cluster.Await(() => task.IsCompleted, "the proposal fails", Seconds(60));
        return task;
    }
}
