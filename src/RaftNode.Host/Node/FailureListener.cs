using Akka.Actor;
using RaftActors.Client;

namespace RaftNode.Host.Node;

/// <summary>
/// Listens for the end of the node's peers, because one failed or its member was removed, and for outages of their
/// store.
/// </summary>
internal sealed class FailureListener : ReceiveActor
{
    private static readonly Type[] Heard =
        [typeof(PeerFailed), typeof(PeerRemoved), typeof(StoreUnavailable), typeof(StoreAvailable)];

    /// <summary>Makes the actor.</summary>
    /// <param name="failed">Completed with the reason when a peer has failed.</param>
    /// <param name="removed">Completed with the index of the configuration that removed the member.</param>
    /// <param name="outage">
    /// Called with the reason when the store cannot be used, and with <c>null</c> when it can be used again.
    /// </param>
    /// <param name="groups">How many groups the node has. It is removed when it was removed from all.</param>
    public FailureListener(TaskCompletionSource<string> failed, TaskCompletionSource<long> removed,
        Action<string?> outage, int groups = 1)
    {
        var left = new HashSet<string>();
        var outages = new Dictionary<string, string>();
        Receive<PeerFailed>(failure => failed.TrySetResult(
            groups == 1 ? failure.Reason : $"{failure.Group}: {failure.Reason}"));
        Receive<PeerRemoved>(removal =>
        {
            left.Add(removal.Group);
            if (left.Count >= groups)
                removed.TrySetResult(removal.Index);
        });
        Receive<StoreUnavailable>(unavailable =>
        {
            outages[unavailable.Group] = unavailable.Reason;
            outage(unavailable.Reason);
        });
        Receive<StoreAvailable>(available =>
        {
            outages.Remove(available.Group);
            outage(outages.Values.FirstOrDefault());
        });
    }

    protected override void PreStart()
    {
        foreach (var type in Heard)
            Context.System.EventStream.Subscribe(Self, type);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}
