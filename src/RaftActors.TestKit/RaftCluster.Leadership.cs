using RaftActors.Client;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>Asks a peer for a transfer of the leadership, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="target">The next leader; <c>null</c> to let the leader choose.</param>
    /// <param name="forward">Whether a peer that does not lead forwards the request.</param>
    public PendingTransfer TransferLeadership(RaftPeer peer, RaftPeer? target = null, bool forward = true) =>
        peer.Running.Transfer(target?.Id, forward);

    /// <summary>
    /// Stops a peer in an orderly way, as an operator does. A leader transfers its leadership first. The peer's disk
    /// stays.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="limit">How long the stop may take; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">The peer did not stop in time.</exception>
    public void Stop(RaftPeer peer, TimeSpan? limit = null)
    {
        _trace.Add($"{peer.Id} is stopped");
        var process = peer.Running;
        process.PrepareToStop();
        if (!RunUntil(() => process.IsReadyToStop, limit ?? DefaultLimit))
            throw Failure($"{peer.Id} did not get ready to stop.");
        Crash(peer);
    }

    /// <summary>Makes a peer start an election now.</summary>
    /// <param name="peer">A running peer.</param>
    public void Campaign(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} is told to campaign");
        peer.Ref.Tell(new Campaign(), peer.Running.Client);
    }
}
