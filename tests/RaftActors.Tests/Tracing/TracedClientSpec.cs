using System.Diagnostics;
using RaftActors.Client;
using RaftActors.Tests.Scenarios.Clients;
using RaftActors.Tracing;
using Xunit.Abstractions;

namespace RaftActors.Tests.Tracing;

/// <summary>The spans of a client on a node of its own.</summary>
[Collection(Spans.Collection)]
public sealed class TracedClientSpec(ITestOutputHelper output) : ClientSpec(output)
{
    [Fact]
    public void A_command_is_one_trace_with_all_its_attempts()
    {
        using var spans = new Spans();
        using var cluster = StartCluster();
        var leader = cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        bool isLost = false;
        process.Loses = message => message is Proposed && !isLost && (isLost = true);

        using var caller = spans.Call();
        var command = client.ProposeAsync(Bytes("b"));
        caller.Stop();
        Assert.Equal("ab", Text(cluster.Await(command)));
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        Assert.True(isLost);
        var request = Assert.Single(spans.Of(RaftTraces.Request));
        // The second attempt goes to another peer, which names the leader.
        Assert.Equal((caller.SpanId, "test", 3),
            (request.ParentSpanId, request.GetTagItem("group"), request.GetTagItem("attempts")));
        var proposes = spans.Of(RaftTraces.Propose);
        Assert.Equal(2, proposes.Count);
        Assert.All(proposes, span => Assert.Equal((request.SpanId, ActivityKind.Server, leader.Id),
            (span.ParentSpanId, span.Kind, span.GetTagItem("member"))));
    }

    [Fact]
    public void A_command_that_is_given_up_ends_its_span_with_the_reason()
    {
        using var spans = new Spans();
        using var cluster = StartCluster();
        cluster.CheckSingleLeader();
        var process = cluster.StartClient();
        var client = Client(cluster, process);
        cluster.Await(client.ProposeAsync(Bytes("a")));
        process.Loses = static message => message is Proposed;

        using var caller = spans.Call();
        var command = client.ProposeAsync(Bytes("b"), Seconds(3));
        caller.Stop();
        cluster.Await(() => command.IsCompleted, "the client gives up");

        var request = Assert.Single(spans.Of(RaftTraces.Request));
        Assert.Equal((ActivityStatusCode.Error, "outcome_unknown"), (request.Status, request.GetTagItem("reason")));
        Assert.Equal(Failure(command).Message, request.StatusDescription);
    }
}
