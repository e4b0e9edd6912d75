using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Who asks for <see cref="GroupClient"/>. An answer that is final completes its request where it is told, on the
/// thread of whoever answers. All else goes to the client's actor.
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

    // An answer that comes after the deadline, or a second one to a query that was sent twice, finds nothing.
    private void Complete(long id, object answer)
    {
        if (pending.TryTake(id, out var request))
            request.TrySetResult(answer);
    }
}
