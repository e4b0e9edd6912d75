using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of Ask, and what it does not. Raft.StartAsync and Raft.StopAsync, backups and the node's HTTP
/// ask. As an actor that has stopped answers nobody, RaftSupervisor answers for its peer, and whoever asks brings a
/// limit of its own.
/// </summary>
public sealed class AskSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_failure_fails_the_question_with_its_cause()
    {
        var actor = Sys.ActorOf(Act.Props(static (_, context) =>
            context.Sender.Tell(new Status.Failure(new InvalidOperationException("The peer stopped for good.")))));

        var problem = await Assert.ThrowsAnyAsync<Exception>(() => actor.Ask<string>("status", Patience));

        Assert.Equal("The peer stopped for good.", problem.GetBaseException().Message);
    }

    [Fact]
    public async Task A_question_ends_when_its_limit_is_reached_or_when_it_is_cancelled()
    {
        var silent = Sys.ActorOf(Act.Props(static (_, _) => { }));
        using var cancellation = new CancellationTokenSource();
        var cancelled = silent.Ask<string>("hello", cancellation.Token);

        await Assert.ThrowsAsync<AskTimeoutException>(() => silent.Ask<string>("hello", TimeSpan.FromMilliseconds(10)));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_question_to_an_actor_that_has_stopped_is_answered_by_nobody()
    {
        var actor = Sys.ActorOf(Act.Echo());
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor, Patience);

        var asked = actor.Ask<string>("hello", TimeSpan.FromMilliseconds(10));

        await Assert.ThrowsAsync<AskTimeoutException>(() => asked);
    }

    [Fact]
    public async Task A_question_to_a_path_where_nobody_is_is_answered_with_nobody()
    {
        var nobody = Sys.ActorSelection("/user/nobody");

        var identity = await nobody.Ask<ActorIdentity>(new Akka.Actor.Identify("who"), Patience);

        Assert.Equal("who", identity.MessageId);
        Assert.Null(identity.Subject);
    }
}
