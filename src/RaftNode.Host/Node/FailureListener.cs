using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>Hears when the node's peer has stopped for good.</summary>
internal sealed class FailureListener : ReceiveActor
{
    public FailureListener(TaskCompletionSource<string> failed) => Receive<PeerFailed>(failure => failed.TrySetResult(failure.Reason));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(PeerFailed));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
