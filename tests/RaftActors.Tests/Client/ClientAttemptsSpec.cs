using Akka.Actor;
using Akka.TestKit;
using RaftActors.Client;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;

namespace RaftActors.Tests.Client;

/// <summary>What answers to single attempts say of a command that was attempted more than once.</summary>
public sealed class ClientAttemptsSpec : VirtualTimeSpec
{
    private readonly TestProbe _peer;
    private readonly IActorRef _client;

    public ClientAttemptsSpec(ITestOutputHelper output)
        : base(output)
    {
        _peer = CreateTestProbe();
        _client = Sys.ActorOf(RaftClient.Props(new RaftClientSettings
        {
            Group = "test", Peer = _peer, RandomSeed = 1, Deadline = TimeSpan.FromSeconds(10),
        }));
    }

    [Fact]
    public void An_answer_that_comes_twice_ends_one_attempt()
    {
        long first = BeginCommand();
        NextAttempt();

        Fail(first);
        Fail(first);
        FailAllUntilDeadline();

        Assert.Equal(FailureReason.OutcomeUnknown, Outcome().Reason);
    }

    [Fact]
    public void A_command_of_which_all_attempts_have_failed_is_not_done()
    {
        long first = BeginCommand();
        long second = NextAttempt();

        Fail(first);
        Fail(second);
        FailAllUntilDeadline();

        Assert.Equal(FailureReason.NoLeader, Outcome().Reason);
    }

    [Fact]
    public void The_answer_to_an_earlier_attempt_is_the_answer()
    {
        long first = BeginCommand();
        NextAttempt();

        _client.Tell(new Proposed(2, 1, null, first), _peer);

        Assert.Equal(7, ExpectMsg<Proposed>().CorrelationId);
    }

    private long BeginCommand()
    {
        _client.Tell(new Propose(new byte[] { 1 }, CorrelationId: 7), TestActor);
        long opening = _peer.ExpectMsg<OpenSession>().CorrelationId;
        _client.Tell(new Proposed(1, 1, new SessionOpened(1, TimeSpan.FromMinutes(1)), opening), _peer);
        return _peer.ExpectMsg<Propose>().CorrelationId;
    }

    private long NextAttempt()
    {
        Propose? next = null;
        AdvanceUntil(() => (next = Took()) is not null);
        return next!.CorrelationId;
    }

    private void Fail(long attempt) =>
        _client.Tell(new ProposalFailed(FailureReason.NoLeader, "No leader.", null, attempt), _peer);

    private void FailAllUntilDeadline() => AdvanceUntil(
        () =>
        {
            if (Took() is { } attempt)
                Fail(attempt.CorrelationId);
            return HasMessages;
        },
        11_000);

    private Propose? Took()
    {
        while (_peer.HasMessages)
        {
            if (_peer.ReceiveOne() is Propose attempt)
                return attempt;
        }
        return null;
    }

    private ProposalFailed Outcome() => ExpectMsg<ProposalFailed>();
}
