using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Hears when the node's peer has stopped for good, because it failed or because its member was removed, and when its
/// store cannot be used for a while.
/// </summary>
internal sealed class FailureListener : ReceiveActor
{
    private static readonly Type[] Heard =
        [typeof(PeerFailed), typeof(PeerRemoved), typeof(StoreUnavailable), typeof(StoreAvailable)];

    /// <summary>Makes the actor.</summary>
    /// <param name="failed">Completed with the reason when the peer has failed.</param>
    /// <param name="removed">Completed with the index of the configuration that the member is not in.</param>
    /// <param name="outage">Told why the store cannot be used, and <c>null</c> when it can again.</param>
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
