using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Listens for the end of the node's peer, because it failed or its member was removed, and for outages of its store.
/// </summary>
internal sealed class FailureListener : ReceiveActor
{
    private static readonly Type[] Heard =
        [typeof(PeerFailed), typeof(PeerRemoved), typeof(StoreUnavailable), typeof(StoreAvailable)];

    /// <summary>Makes the actor.</summary>
    /// <param name="failed">Completed with the reason when the peer has failed.</param>
    /// <param name="removed">Completed with the index of the configuration that removed the member.</param>
    /// <param name="outage">
    /// Called with the reason when the store cannot be used, and with <c>null</c> when it can be used again.
    /// </param>
    public FailureListener(
        TaskCompletionSource<string> failed, TaskCompletionSource<long> removed, Action<string?> outage)
    {
        Receive<PeerFailed>(failure => failed.TrySetResult(failure.Reason));
        Receive<PeerRemoved>(removal => removed.TrySetResult(removal.Index));
        Receive<StoreUnavailable>(unavailable => outage(unavailable.Reason));
        Receive<StoreAvailable>(_ => outage(null));
    }

    protected override void PreStart()
    {
        foreach (var type in Heard)
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
