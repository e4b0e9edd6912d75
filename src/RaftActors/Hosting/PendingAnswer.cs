using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace RaftActors;

/// <summary>
/// The sender of one message to an actor of this process, whose answer completes a task. Unlike Ask of Akka.NET it does
/// not move the code that awaits the task to another thread if that is not wanted: in a simulation nothing may run
/// elsewhere.
/// </summary>
/// <param name="provider">The provider of the actor system.</param>
/// <param name="continuations">Where the code that awaits the task continues.</param>
/// <param name="whenEnded">Makes the failure of the task if the actor ends, or has ended, without an answer.</param>
internal sealed class PendingAnswer<T>(IActorRefProvider provider, TaskCreationOptions continuations,
    Func<Exception> whenEnded) : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _answer = new(continuations);

    /// <inheritdoc/>
    public override ActorPath Path { get; } = provider.TempPath();

    /// <inheritdoc/>
    public override IActorRefProvider Provider => provider;

    /// <summary>The answer; an exception for an answer that is a failure, or of another type.</summary>
    public Task<T> Task => _answer.Task;

    /// <summary>Asks an actor. The actor is watched, because one that has ended gives no answer.</summary>
    public void Ask(IInternalActorRef actor, object message)
    {
        actor.SendSystemMessage(new Watch(actor, this));
        actor.Tell(message, this);
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void Forget(IInternalActorRef actor) => actor.SendSystemMessage(new Unwatch(actor, this));

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is DeathWatchNotification)
            _answer.TrySetException(whenEnded());
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case Status.Failure failure:
                _answer.TrySetException(failure.Cause);
                break;
            case T answer:
                _answer.TrySetResult(answer);
                break;
            default:
                _answer.TrySetException(
                    new InvalidOperationException($"The answer is {message}, and not a {typeof(T)}."));
                break;
        }
    }
}
