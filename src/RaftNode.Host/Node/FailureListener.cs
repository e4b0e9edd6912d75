using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>Hears when the node's peer has stopped for good, because it failed or because its member was removed.</summary>
internal sealed class FailureListener : ReceiveActor
{
    public FailureListener(TaskCompletionSource<string> failed, TaskCompletionSource<long> removed)
    {
        Receive<PeerFailed>(failure => failed.TrySetResult(failure.Reason));
        Receive<PeerRemoved>(removal => removed.TrySetResult(removal.Index));
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(PeerFailed));
        Context.System.EventStream.Subscribe(Self, typeof(PeerRemoved));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
