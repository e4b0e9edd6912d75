using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// The sender of <see cref="GroupClient"/>'s requests. A final answer completes its request at once, on the thread of
/// the actor that answers. Other answers go to the client's actor.
/// </summary>
internal sealed class GroupClientAnswers(IInternalActorRef actor, PendingRequests pending) : MinimalActorRef
{
    /// <inheritdoc/>
    public override ActorPath Path => actor.Path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => actor.Provider;

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case Proposed done:
                Complete(done.CorrelationId, done);
                break;
            case QueryResult done:
                Complete(done.CorrelationId, done);
                break;
            default:
                actor.Tell(message, sender);
                break;
        }
    }

    // The answer is dropped if it comes after the deadline, or if it is the second answer to a query that was sent
    // twice.
    private void Complete(long id, object answer)
    {
        if (pending.TryTake(id, out var request))
            request.TrySetResult(answer);
    }
}
