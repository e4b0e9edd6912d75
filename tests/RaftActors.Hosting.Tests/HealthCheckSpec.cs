using Akka.Actor;
using Akka.Hosting;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RaftActors.Client;

namespace RaftActors.Hosting.Tests;

/// <summary>What the health checks make of a peer's answers.</summary>
public sealed class HealthCheckSpec : TestKit
{
    private readonly RaftHealthCheck<Key> _check = new("g", TimeSpan.FromMilliseconds(300));
    private readonly ActorRegistry _registry;

    public HealthCheckSpec() => _registry = ActorRegistry.For(Sys);

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    private static RaftStatus Status => new()
    {
        Group = "g",
        MemberId = "a",
        StoreId = "s",
        GroupId = "",
        ForeignPeers = [],
        Role = RaftRole.Follower,
        Term = 3,
        Leader = new Membership.Member("b", "host:2"),
        FirstIndex = 1,
        LastIndex = 1,
        PersistedIndex = 1,
        CommitIndex = 1,
        AppliedIndex = 1,
        LogBytes = 0,
        Members = [],
        Followers = [],
    };

    [Fact]
    public async Task A_peer_that_was_not_started_yet_is_not_ready_but_lives()
    {
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), await CheckAsync());
    }

    [Fact]
    public async Task A_peer_with_a_leader_is_ready()
    {
        Answer(Status);

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy), await CheckAsync());
    }

    [Fact]
    public async Task A_peer_without_a_leader_is_not_ready_but_lives()
    {
        Answer(Status with { Leader = null });

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), await CheckAsync());
    }

    [Fact]
    public async Task A_problem_of_a_peer_is_the_reason_why_it_is_not_ready()
    {
        Answer(Status with { Problems = [new PeerProblem(PeerProblemKind.Behind, "It is behind.")] });

        var result = await _check.CheckReadinessAsync(Sys, _registry, Ends);

        Assert.Equal((HealthStatus.Unhealthy, "It is behind."), (result.Status, result.Description));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_is_not_ready_but_lives()
    {
        _registry.Register<Key>(TestActor);

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), await CheckAsync());
    }

    [Fact]
    public async Task A_peer_that_failed_for_good_does_not_live()
    {
        Fail(new PeerStoppedException("Its journal belongs to another.", isRemoved: false));

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy), await CheckAsync());
    }

    [Fact]
    public async Task A_peer_whose_member_was_removed_lives()
    {
        Fail(new PeerStoppedException("The member was removed.", isRemoved: true));

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), await CheckAsync());
    }

    private void Answer(object answer) =>
        _registry.Register<Key>(Sys.ActorOf(Props.Create(() => new Answering(answer))));

    private void Fail(Exception cause) => Answer(new Akka.Actor.Status.Failure(cause));

    private async Task<(HealthStatus Ready, HealthStatus Live)> CheckAsync()
    {
        var ready = await _check.CheckReadinessAsync(Sys, _registry, Ends);
        var live = await _check.CheckLivenessAsync(Sys, _registry, Ends);
        return (ready.Status, live.Status);
    }

    private sealed class Key;

    private sealed class Answering : ReceiveActor
    {
        public Answering(object answer) => ReceiveAny(_ => Sender.Tell(answer));
    }
}
