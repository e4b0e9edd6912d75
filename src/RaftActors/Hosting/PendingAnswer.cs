using Akka.Actor;

namespace RaftActors;

/// <summary>
/// The sender of one message to an actor of this process, whose answer completes a task. Unlike Ask of Akka.NET it does
/// not move the code that awaits the task to another thread if that is not wanted: in a simulation nothing may run
/// elsewhere.
/// </summary>
/// <param name="provider">The provider of the actor system.</param>
/// <param name="continuations">Where the code that awaits the task continues.</param>
internal sealed class PendingAnswer<T>(IActorRefProvider provider, TaskCreationOptions continuations) : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _answer = new(continuations);

    /// <inheritdoc/>
    public override ActorPath Path { get; } = provider.TempPath();

    /// <inheritdoc/>
    public override IActorRefProvider Provider => provider;

    /// <summary>The answer; an exception for an answer that is a failure, or of another type.</summary>
    public Task<T> Task => _answer.Task;

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
